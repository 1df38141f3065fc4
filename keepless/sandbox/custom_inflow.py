"""A custom account's inflow_model, played out: a row a month over the 24 months that end today (docs/plaid.md 9.3)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from keepless.sandbox import months
from keepless.sandbox.custom_json import Account, BadCustomUser, InflowModel, Liability, amount, rate, text
from keepless.sandbox.household import Category, Holding, Row
from keepless.sandbox.taxonomy import category

CENT = Decimal("0.01")
HISTORY_MONTHS = 24
LAST_DAY = 28
PAYMENTS = {
    "credit": category("LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    "loan": category("LOAN_PAYMENTS_OTHER_PAYMENT"),
}


def payment_day(account: Account, where: str) -> int | None:
    """The day of the month that money comes in, 1 to 28 or 31 for the last; None where it is not told."""
    return _day(account.inflow_model, "payment_day_of_month", where)


def statement_day(account: Account, where: str) -> int | None:
    """The day of the month that a statement is issued, likewise."""
    return _day(account.inflow_model, "statement_day_of_month", where)


def rows(account: Account, holding: Holding, charges: list[Row], where: str, today: date) -> Iterator[Row]:
    """The model's rows. `charges` are the account's other rows, which a balance payment pays off.

    Raises BadCustomUser for an unknown type, a missing amount, or a type that does not suit the account.
    """
    model = account.inflow_model
    if model is None or model.type in (None, "none"):
        return
    field = f"{where}.inflow_model"
    if model.type == "monthly-income":
        meaning: Category | None = category("INCOME_SALARY")
    elif model.type in ("monthly-balance-payment", "monthly-interest-only-payment"):
        meaning = PAYMENTS.get(holding.type)
    else:
        raise BadCustomUser(f"{field}.type: {text(model.type or '')} is not an inflow model.")
    if meaning is None:
        raise BadCustomUser(f"{field}.type: {model.type} is for credit and loan accounts.")
    wanted = payment_day(account, where) or 1
    statement = statement_day(account, where) or wanted
    latest = months.last_before_or_on(today, wanted)
    start = months.shifted(today, -HISTORY_MONTHS)
    for back in range(HISTORY_MONTHS):
        month = months.shifted(latest.replace(day=1), -back)
        day = months.on_day(month.year, month.month, wanted)
        charged = _charged(charges, months.last_before_or_on(day, statement))
        paid = _paid(account, model, holding, charged, field)
        if day > start and paid > 0:
            yield Row(
                key=f"{holding.key}-inflow-{day.isoformat()}",
                account=holding.key,
                amount=-paid,
                currency=holding.currency,
                transacted=day,
                posted=day,
                description=model.transaction_name or "Monthly payment",
                merchant=None,
                category=meaning,
                channel="other",
            )


def _charged(charges: list[Row], statement: date) -> Decimal:
    """What the account's rows came to in the month up to a statement."""
    before = months.shifted(statement, -1)
    return sum((row.amount for row in charges if before < row.posted <= statement), Decimal(0))


def _paid(account: Account, model: InflowModel, holding: Holding, charged: Decimal, field: str) -> Decimal:
    """What comes in once: the income, the interest of a month, or what was charged."""
    if model.type == "monthly-income":
        income = amount(model.income_amount, f"{field}.income_amount")
        if income is None:
            raise BadCustomUser(f"{field}.income_amount: is needed for monthly-income.")
        return income
    if model.type == "monthly-interest-only-payment":
        terms = account.liability or Liability()
        yearly = rate(terms.purchase_apr if holding.type == "credit" else terms.nominal_apr, field)
        return ((holding.current or Decimal(0)) * (yearly or Decimal(0)) / 1200).quantize(CENT)
    return charged


def _day(model: InflowModel | None, name: str, where: str) -> int | None:
    given = getattr(model, name) if model else None
    if given is None:
        return None
    if given == "last":
        return 31
    number = int(given) if str(given).isascii() and str(given).isdecimal() and len(str(given)) <= 2 else 0  # noqa: PLR2004
    if not 1 <= number <= LAST_DAY:
        raise BadCustomUser(f"{where}.inflow_model.{name}: {text(str(given))} is not 1 to {LAST_DAY} or 'last'.")
    return number
