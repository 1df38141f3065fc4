"""Keepless: credit and spending, live from your banks through Plaid. Nothing is kept."""

__version__ = "0.1.0"
