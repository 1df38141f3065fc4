"""Figures that a sceptic can reproduce: `make bench`."""
