"""A custom account's liability as /liabilities/get tells it: terms of a card or student loan (docs/plaid.md 9.3)."""

from datetime import date
from decimal import Decimal

from keepless.sandbox import custom_inflow, months, terms
from keepless.sandbox.custom_json import Account, BadCustomUser, Liability, RepaymentModel, amount, rate

CENT = Decimal("0.01")
USUAL_STATEMENT_DAY = 1
USUAL_PAYMENT_DAY = 26
MAX_MONTHS = 1200
PLANS = frozenset({"standard", "graduated", "extended graduated", "extended standard", "other"})


def terms_of(
    account: Account, kind: str, subtype: str, current: Decimal, *, where: str, today: date
) -> terms.Terms | None:
    """The terms, or None for an account that has none. Raises BadCustomUser for figures that cannot be."""
    given = account.liability
    if kind == "credit":
        return _card(given or Liability(), account, current, where, today)
    if given is not None and kind == "loan" and subtype == "student":
        return _student(given, current, f"{where}.liability", today)
    return None


def _card(given: Liability, account: Account, current: Decimal, where: str, today: date) -> terms.Terms:
    field = f"{where}.liability"
    named = {
        "purchase_apr": rate(given.purchase_apr, f"{field}.purchase_apr"),
        "cash_apr": rate(given.cash_apr, f"{field}.cash_apr"),
        "balance_transfer_apr": rate(given.balance_transfer_apr, f"{field}.balance_transfer_apr"),
        "special": rate(given.special_apr, f"{field}.special_apr"),
    }
    pays_on = custom_inflow.payment_day(account, where) or USUAL_PAYMENT_DAY
    states_on = custom_inflow.statement_day(account, where) or USUAL_STATEMENT_DAY
    missed = months.last_before_or_on(today, pays_on)
    paid = amount(given.last_payment_amount, f"{field}.last_payment_amount")
    stated = amount(given.last_statement_balance, f"{field}.last_statement_balance")
    return terms.credit(
        [terms.Apr(name, percentage) for name, percentage in named.items() if percentage is not None],
        is_overdue=given.is_overdue,
        last_payment=(paid, None if paid is None else months.shifted(missed, -1) if given.is_overdue else missed),
        last_statement=(current if stated is None else stated, months.last_before_or_on(today, states_on)),
        minimum=amount(given.minimum_payment_amount, f"{field}.minimum_payment_amount"),
        next_due=missed if given.is_overdue else months.first_after(today, pays_on),
    )


def _student(given: Liability, current: Decimal, field: str, today: date) -> terms.Terms:
    model = given.repayment_model or RepaymentModel()
    waits = _months(model.non_repayment_months, f"{field}.repayment_model.non_repayment_months")
    pays = _months(model.repayment_months, f"{field}.repayment_model.repayment_months")
    yearly = rate(given.nominal_apr, f"{field}.nominal_apr") or Decimal(0)
    principal = amount(given.principal, f"{field}.principal")
    began = given.origination_date
    known: terms.Terms = {
        "expected_payoff_date": given.expected_payoff_date,
        "guarantor": given.guarantor,
        "is_overdue": given.is_overdue,
        "last_payment_amount": amount(given.last_payment_amount, f"{field}.last_payment_amount"),
        "loan_name": given.loan_name,
        "minimum_payment_amount": amount(given.minimum_payment_amount, f"{field}.minimum_payment_amount"),
        "origination_date": began,
        "origination_principal_amount": principal,
        "payment_reference_number": given.payment_reference_number,
        "repayment_plan": {"description": None, "type": model.type if model.type in PLANS else None},
    }
    if pays and known["minimum_payment_amount"] is None:
        known["minimum_payment_amount"] = _level_payment(principal or current, yearly, pays)
    if began is not None:
        repaying = today >= months.shifted(began, waits)
        known["loan_status"] = {"end_date": None, "type": "repayment" if repaying else "in school"}
        known["next_payment_due_date"] = months.first_after(today, began.day) if repaying else None
        if pays and given.expected_payoff_date is None:
            known["expected_payoff_date"] = months.shifted(began, waits + pays)
    return terms.student(yearly, **known)


def _months(given: Decimal | None, where: str) -> int:
    value = amount(given, where)
    if value is None:
        return 0
    if value != int(value) or not 0 <= value <= MAX_MONTHS:
        raise BadCustomUser(f"{where}: not a whole number of months from 0 to {MAX_MONTHS}.")
    return int(value)


def _level_payment(principal: Decimal, yearly: Decimal, count: int) -> Decimal:
    """The monthly payment that pays a loan off in `count` equal parts (the annuity formula)."""
    monthly = yearly / 1200
    if monthly == 0:
        return (principal / count).quantize(CENT)
    return (principal * monthly / (1 - (1 + monthly) ** -count)).quantize(CENT)
