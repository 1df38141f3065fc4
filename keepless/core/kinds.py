"""What a row is: spending, income, or money that only moves. docs/spending.md has the rules with an example each.

Plaid's personal finance categories of both taxonomies (v1 and v2) decide, with the account's type and the direction.
Codes are free strings: one that is not known here is a merchant category.
"""

from enum import StrEnum
from functools import lru_cache

from keepless.core.categories import UNCATEGORIZED
from keepless.core.models import Transaction


class Kind(StrEnum):
    """What a row is to the person, whatever the bank calls it."""

    SPENDING = "spending"
    INCOME = "income"
    TRANSFER = "transfer"
    CARD_PAYMENT = "card_payment"
    DEBT_PAYMENT = "debt_payment"
    CASH = "cash"


_MOVEMENTS = frozenset({"TRANSFER_IN", "TRANSFER_OUT", "LOAN_DISBURSEMENTS"})
_UNEXPLAINED = frozenset({"", "OTHER"})
_BALANCE_ONLY = frozenset({"loan", "investment", "brokerage"})
_CARD_PAYMENT = "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
_WITHDRAWAL = "TRANSFER_OUT_WITHDRAWAL"
_NOT_BOUGHT = _MOVEMENTS | {"LOAN_PAYMENTS", "INCOME"}


def kind_of(transaction: Transaction, account_type: str) -> Kind:
    """What `transaction` is, on an account of that Plaid type ("" where the account is not known)."""
    return _kind(transaction.primary, transaction.detailed, account_type, transaction.amount < 0)


@lru_cache(maxsize=4096)  # codes only: about 130 categories, a handful of account types, two directions
def _kind(primary: str, detailed: str, account_type: str, arrives: bool) -> Kind:  # noqa: FBT001, PLR0911
    if account_type in _BALANCE_ONLY:  # S10
        return Kind.TRANSFER
    if detailed == _CARD_PAYMENT:  # S2
        return Kind.CARD_PAYMENT
    unexplained = primary in _UNEXPLAINED
    if account_type == "credit" and arrives and (unexplained or primary in _NOT_BOUGHT):  # S9
        return Kind.CARD_PAYMENT
    if detailed == _WITHDRAWAL:  # S5
        return Kind.CASH
    if primary in _MOVEMENTS:  # S3
        return Kind.TRANSFER
    if primary == "LOAN_PAYMENTS":  # S4
        return Kind.DEBT_PAYMENT
    if primary == "INCOME" and account_type != "credit":  # S6
        return Kind.INCOME
    if unexplained and arrives:  # S8
        return Kind.INCOME if account_type == "depository" else Kind.TRANSFER
    return Kind.SPENDING  # S1, S7, S11, S14, S16


def filed_under(primary: str, detailed: str) -> tuple[str, str]:
    """The category and the detailed category that a row of kind SPENDING counts in (S11)."""
    if not primary or primary in _NOT_BOUGHT:
        return UNCATEGORIZED, UNCATEGORIZED
    return primary, detailed or primary


def is_unexplained(primary: str) -> bool:
    """Whether a category says nothing about a row (S8): none, or the v2 taxonomy's OTHER."""
    return primary in _UNEXPLAINED
