"""Plain values that the Plaid adapter is built from."""

import msgspec


class LinkSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How Link introduces this installation and what it asks of a bank (Plaid, /link/token/create)."""

    client_name: str = "Keepless"  # Plaid shows "This Application" for more than 30 characters
    language: str = "en"
    country_codes: tuple[str, ...] = ("US",)
    products: tuple[str, ...] = ("transactions",)
    required_if_supported: tuple[str, ...] = ("liabilities",)  # not in `products`: banks without it stay connectable
    days_requested: int = 730  # fixed for the life of an item, so the most that Plaid has
    webhook: str | None = None


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how often Plaid is asked. Seconds, unless the name says otherwise."""

    connect: float = 3.0
    read: float = 10.0
    budget: float = 20.0  # for one method of the client, tries and pauses included
    beside: float = 5.0  # for liabilities and streams, once the transactions are there
    tries: int = 3
    calls_at_once: int = 64
