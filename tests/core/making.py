"""Rows and accounts for the core's tests: everything has a plain default, a test names only what it is about."""

import itertools
from datetime import date
from decimal import Decimal

from keepless.core.models import Account, Transaction
from keepless.core.money import to_minor

TODAY = date(2026, 11, 22)
_numbers = itertools.count()


def account(id: str, type: str = "depository", **fields) -> Account:  # noqa: A002
    told = {"name": id.title(), "mask": None, "subtype": None, "currency": "USD", "current": None, "available": None}
    return Account(id=id, type=type, **{**told, "limit": None, **fields})


CHECKING = account("checking")
SAVINGS = account("savings")
CARD = account("card", "credit")
LOAN = account("loan", "loan")
ACCOUNTS = (CHECKING, SAVINGS, CARD, LOAN)


def row(amount: str | int, category: str = "FOOD_AND_DRINK_COFFEE", **fields) -> Transaction:
    """A row of `amount` in the major unit (a text) or minor units (a number), on the checking account today."""
    currency = fields.pop("currency", "USD")
    primaries = ("FOOD_AND_DRINK", "GENERAL_MERCHANDISE", "LOAN_PAYMENTS", "LOAN_DISBURSEMENTS", "TRANSFER_IN")
    known = [*primaries, "TRANSFER_OUT", "BANK_FEES"]
    primary = next((each for each in known if category.startswith(each)), category.partition("_")[0])
    told = {
        "id": f"row-{next(_numbers)}",
        "account_id": "checking",
        "amount": amount if isinstance(amount, int) else to_minor(Decimal(amount), currency),
        "currency": currency,
        "date": fields.get("posted", TODAY),
        "posted": fields.get("date", TODAY),
        "name": "CORNER CAFE 12",
        "merchant": "Corner Cafe",
        "primary": primary,
        "detailed": category,
        "pending": False,
        "replaces": None,
    }
    return Transaction(**{**told, **fields})
