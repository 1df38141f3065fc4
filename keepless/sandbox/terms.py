"""What is known of an account for /liabilities/get, in Plaid's names (docs/plaid.md 6.5, 6.6).

Amounts and percentages are Decimal, days are `date`; the server adds the account's id and a null for what is missing.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

Terms = dict[str, Any]


class Apr(NamedTuple):
    """One rate of a card: percent a year, and the part of the balance that it applies to."""

    kind: str  # purchase_apr, cash_apr, balance_transfer_apr, special
    percentage: Decimal
    balance: Decimal | None = None
    interest: Decimal | None = None


def credit(
    aprs: Iterable[Apr],
    *,
    is_overdue: bool | None = None,
    last_payment: tuple[Decimal | None, date | None] = (None, None),
    last_statement: tuple[Decimal | None, date | None] = (None, None),
    minimum: Decimal | None = None,
    next_due: date | None = None,
) -> Terms:
    """A card's terms: payments and statements as (amount, day)."""
    return {
        "kind": "credit",
        "aprs": [
            {
                "apr_percentage": apr.percentage,
                "apr_type": apr.kind,
                "balance_subject_to_apr": apr.balance,
                "interest_charge_amount": apr.interest,
            }
            for apr in aprs
        ],
        "is_overdue": is_overdue,
        "last_payment_amount": last_payment[0],
        "last_payment_date": last_payment[1],
        "last_statement_balance": last_statement[0],
        "last_statement_issue_date": last_statement[1],
        "minimum_payment_amount": minimum,
        "next_payment_due_date": next_due,
    }


def student(rate: Decimal, **known: Any) -> Terms:
    """A student loan's terms: percent a year, and whatever else of Plaid's `student` object is known, by its name."""
    return {"kind": "student", "interest_rate_percentage": rate, **known}


def mortgage(rate: Decimal, **known: Any) -> Terms:
    """A mortgage's terms, likewise: a fixed rate, and the rest of Plaid's `mortgage` object."""
    return {"kind": "mortgage", "interest_rate": {"percentage": rate, "type": "fixed"}, **known}
