"""Plaid's custom-user JSON: its shape, as far as the local Plaid plays it, and the reading of it.

Source: docs/plaid.md 9.3. Everything is optional and may be null; unknown names are ignored. A field typed Any is known
and not played, and is mentioned in the household's notes.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

MAX_BYTES = 1_000_000
MAX_AMOUNT = 10**12
MAX_DECIMALS = 8
MAX_RATE = 1000
MAX_REPEATED = 40


class BadCustomUser(Exception):
    """Custom-user JSON that cannot be played; the text is a sentence that names the field."""


class Transaction(msgspec.Struct):
    date_transacted: date | None = None
    date_posted: date | None = None
    amount: Decimal | None = None
    description: str | None = None
    currency: str | None = None


class Meta(msgspec.Struct):
    name: str | None = None
    official_name: str | None = None
    limit: Decimal | None = None
    mask: str | None = None


class RepaymentModel(msgspec.Struct):
    type: str | None = None
    non_repayment_months: Decimal | None = None
    repayment_months: Decimal | None = None


class Liability(msgspec.Struct):
    """A card's terms or a student loan's; percentages a year, amounts in major units."""

    type: str | None = None
    purchase_apr: Decimal | None = None
    cash_apr: Decimal | None = None
    balance_transfer_apr: Decimal | None = None
    special_apr: Decimal | None = None
    last_payment_amount: Decimal | None = None
    last_statement_balance: Decimal | None = None
    minimum_payment_amount: Decimal | None = None
    is_overdue: bool | None = None
    origination_date: date | None = None
    principal: Decimal | None = None
    nominal_apr: Decimal | None = None
    expected_payoff_date: date | None = None
    guarantor: str | None = None
    loan_name: str | None = None
    payment_reference_number: str | None = None
    repayment_model: RepaymentModel | None = None
    interest_capitalization_grace_period_months: Any = None
    is_federal: Any = None
    loan_status: Any = None
    pslf_status: Any = None
    repayment_plan_description: Any = None
    repayment_plan_type: Any = None
    sequence_number: Any = None
    servicer_address: Any = None


class InflowModel(msgspec.Struct):
    type: str | None = None
    income_amount: Decimal | None = None
    payment_day_of_month: int | str | None = None
    statement_day_of_month: int | str | None = None
    transaction_name: str | None = None


class Account(msgspec.Struct):
    type: str | None = None
    subtype: str | None = None
    starting_balance: Decimal | None = None
    force_available_balance: Decimal | None = None
    has_null_available_balance: bool | None = None
    currency: str | None = None
    meta: Meta | None = None
    transactions: list[Transaction] | None = None
    liability: Liability | None = None
    inflow_model: InflowModel | None = None
    identity: Any = None
    numbers: Any = None
    holdings: Any = None
    investment_transactions: Any = None
    income: Any = None


class CustomUser(msgspec.Struct):
    override_accounts: list[Account] | None = None
    force_error: str | None = None
    roll_dates_forward: bool | None = None
    version: Any = None
    seed: Any = None
    mfa: Any = None
    recaptcha: Any = None


NOT_PLAYED = {
    Account: ("identity", "numbers", "holdings", "investment_transactions", "income"),
    CustomUser: ("seed", "mfa", "recaptcha"),
}


def read(raw: bytes | str) -> CustomUser:
    """The custom user of a JSON text. Raises BadCustomUser for everything that is not one, or is over 1 MB."""
    try:
        data = raw.encode() if isinstance(raw, str) else raw
    except UnicodeEncodeError:
        raise BadCustomUser("The custom user holds text that is not Unicode.") from None
    if len(data) > MAX_BYTES:
        raise BadCustomUser(f"The custom user is too long: at most {MAX_BYTES:,} bytes are read.")
    try:
        user = msgspec.json.decode(data, type=CustomUser)
    except msgspec.ValidationError as problem:
        reason, _, path = str(problem).partition(" - at `$")
        raise BadCustomUser(f"{path.strip('.`') or 'The custom user'}: {reason}.") from None
    except (msgspec.DecodeError, RecursionError, ValueError) as problem:
        raise BadCustomUser(f"The custom user is not JSON: {problem}.") from None
    return user


def not_played(part: Account | CustomUser) -> list[str]:
    """Names of the fields that are given and have no effect here."""
    return [name for name in NOT_PLAYED[type(part)] if getattr(part, name) is not None]


def amount(value: Decimal | None, where: str) -> Decimal | None:
    """The figure, if it is one that a bank could write: finite, under 10^12, at most 8 decimals."""
    if value is None:
        return None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(value) >= MAX_AMOUNT or exponent < -MAX_DECIMALS:
        raise BadCustomUser(f"{where}: not an amount under 10^12 with at most {MAX_DECIMALS} decimals.")
    return value


def rate(value: Decimal | None, where: str) -> Decimal | None:
    """A percentage a year, from 0 to 1000."""
    checked = amount(value, where)
    if checked is not None and not 0 <= checked <= MAX_RATE:
        raise BadCustomUser(f"{where}: not a percentage from 0 to {MAX_RATE}.")
    return checked


def text(value: str) -> str:
    """A given text as an error may repeat it: quoted and short."""
    return repr(value if len(value) <= MAX_REPEATED else value[:MAX_REPEATED] + "...")
