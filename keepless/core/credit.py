"""Cards and loans: what is owed, how much of the limit is used, what it costs and what is due.

Amounts are minor units of the account's currency, `utilisation` is per mille, days are whole days from today (negative
in the past). What the bank does not tell is None: never zero, never False. The rules have numbers, C1 to C8, and are
explained in docs/spending.md.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Literal

import msgspec

from keepless.core.models import Account, Apr, BankSnapshot, CardTerms, LoanTerms
from keepless.core.money import rounded_share

HIGH_USE = 300  # per mille of the limit
INTEREST_DAYS = 30
PURCHASE = "purchase_apr"

_NO_TERMS = CardTerms(account_id="")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One credit account at `bank` (its name), with the terms the bank tells.

    `owed` is never below zero: where the issuer owes the person, that is `credit_balance`. `overdue` is the bank's own
    word and is not guessed from a date. `interest_if_carried` is what 30 days would cost at today's figures (C6).
    """

    account: Account
    bank: str
    owed: int | None
    credit_balance: int | None  # above zero, or None
    limit: int | None  # above zero, or None
    available: int | None
    utilisation: int | None
    over_30: bool | None
    aprs: tuple[Apr, ...] = ()  # purchases first, then the highest
    statement_balance: int | None = None
    statement_date: date | None = None
    minimum_payment: int | None = None
    due: date | None = None
    days_until_due: int | None = None
    overdue: bool | None = None
    last_payment_amount: int | None = None
    last_payment_date: date | None = None
    interest_if_carried: int | None = None


class Loan(msgspec.Struct, frozen=True, kw_only=True):
    """One loan account at `bank`. `kind` is student or mortgage where terms are told, else the account's subtype."""

    account: Account
    bank: str
    kind: str
    name: str
    owed: int | None
    basis_points: int | None = None  # yearly rate
    minimum_payment: int | None = None
    due: date | None = None
    days_until_due: int | None = None
    overdue: bool | None = None
    last_payment_amount: int | None = None
    last_payment_date: date | None = None


class Utilisation(msgspec.Struct, frozen=True, kw_only=True):
    """Use of the limits of one currency, over the cards that tell both figures; `left_out` counts the others."""

    currency: str
    owed: int
    limit: int
    utilisation: int
    over_30: bool
    cards: int
    left_out: int


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A payment to make. `due` is None only where the bank says overdue and names no date; `amount` is the minimum."""

    account_id: str
    bank: str
    name: str
    kind: Literal["card", "loan"]
    currency: str
    amount: int | None
    statement_balance: int | None
    due: date | None
    days: int | None
    overdue: bool | None


def cards(snapshots: Iterable[BankSnapshot], today: date) -> tuple[Card, ...]:
    """Every account of type credit, in the banks' order. Terms that name no such account are left aside."""
    found: list[Card] = []
    for snapshot in snapshots:
        terms = {each.account_id: each for each in snapshot.cards}
        found.extend(
            card(account, terms.get(account.id, _NO_TERMS), today, bank=snapshot.bank.name)
            for account in snapshot.accounts
            if account.type == "credit"
        )
    return tuple(found)


def card(account: Account, terms: CardTerms, today: date, *, bank: str = "") -> Card:
    """One card from its account and terms."""
    balance = _balance(account)
    owed = None if balance is None else max(0, balance)
    limit = account.limit if account.limit is not None and account.limit > 0 else None  # C2
    utilisation, over_30 = _use(owed, limit) if owed is not None and limit is not None else (None, None)
    return Card(
        account=account,
        bank=bank,
        owed=owed,
        credit_balance=-balance if balance is not None and balance < 0 else None,
        limit=limit,
        available=account.available,
        utilisation=utilisation,
        over_30=over_30,
        aprs=tuple(sorted(terms.aprs, key=lambda apr: (apr.type != PURCHASE, -apr.basis_points, apr.type))),
        statement_balance=terms.last_statement_balance,
        statement_date=terms.last_statement_date,
        minimum_payment=terms.minimum_payment,
        due=terms.next_due,
        days_until_due=_days_until(terms.next_due, today),
        overdue=terms.is_overdue,  # C5
        last_payment_amount=terms.last_payment_amount,
        last_payment_date=terms.last_payment_date,
        interest_if_carried=_interest(owed, terms.aprs),
    )


def loans(snapshots: Iterable[BankSnapshot], today: date) -> tuple[Loan, ...]:
    """Every account of type loan, in the banks' order, with its terms where the bank tells them."""
    found: list[Loan] = []
    for snapshot in snapshots:
        terms = {each.account_id: each for each in snapshot.loans}
        found.extend(
            loan(account, terms.get(account.id), today, bank=snapshot.bank.name)
            for account in snapshot.accounts
            if account.type == "loan"
        )
    return tuple(found)


def loan(account: Account, terms: LoanTerms | None, today: date, *, bank: str = "") -> Loan:
    """One loan from its account and terms (C7)."""
    told = terms or LoanTerms(account_id=account.id, kind=account.subtype or "loan")
    return Loan(
        account=account,
        bank=bank,
        kind=told.kind,
        name=told.name or account.name,
        owed=None if account.current is None else max(0, account.current),
        basis_points=told.basis_points,
        minimum_payment=told.minimum_payment,
        due=told.next_due,
        days_until_due=_days_until(told.next_due, today),
        overdue=told.is_overdue,
        last_payment_amount=told.last_payment_amount,
        last_payment_date=told.last_payment_date,
    )


def total_utilisation(every_card: Iterable[Card]) -> tuple[Utilisation, ...]:
    """Use of all limits together, per currency by its code; a currency without a known limit is not there (C4)."""
    by_currency: defaultdict[str, list[Card]] = defaultdict(list)
    for each in every_card:
        by_currency[each.account.currency].append(each)
    totals: list[Utilisation] = []
    for currency, its_cards in sorted(by_currency.items()):
        known = [(each.owed, each.limit) for each in its_cards if each.owed is not None and each.limit is not None]
        if not known:
            continue
        owed, limit = sum(owed for owed, _ in known), sum(limit for _, limit in known)
        utilisation, over_30 = _use(owed, limit)
        totals.append(
            Utilisation(
                currency=currency,
                owed=owed,
                limit=limit,
                utilisation=utilisation,
                over_30=over_30,
                cards=len(known),
                left_out=len(its_cards) - len(known),
            )
        )
    return tuple(totals)


def due_next(every_card: Iterable[Card], every_loan: Iterable[Loan], today: date) -> tuple[Due, ...]:
    """Payments to make: what the bank calls overdue first, then by date from today on (C8).

    A date that has passed on an account not called overdue says nothing (the payment may be on its way) and is left
    out, as is an account on which there is nothing to pay.
    """
    open_cards = [each for each in every_card if _is_open(each, today)]
    open_loans = [each for each in every_loan if _is_open(each, today)]
    payments = [
        *(_due(each, "card", each.account.name, each.statement_balance) for each in open_cards),
        *(_due(each, "loan", each.name, None) for each in open_loans),
    ]
    return tuple(
        sorted(payments, key=lambda each: (not each.overdue, each.due or date.min, each.name, each.account_id))
    )


def nothing_to_pay(each: Card | Loan) -> bool:
    """C8: the bank asks for no payment, or nothing is owed any more, whatever the next date is."""
    return each.minimum_payment == 0 or each.owed == 0


def _is_open(each: Card | Loan, today: date) -> bool:
    return bool(each.overdue) or (each.due is not None and each.due >= today and not nothing_to_pay(each))


def _due(each: Card | Loan, kind: Literal["card", "loan"], name: str, statement_balance: int | None) -> Due:
    return Due(
        account_id=each.account.id,
        bank=each.bank,
        name=name,
        kind=kind,
        currency=each.account.currency,
        amount=each.minimum_payment,
        statement_balance=statement_balance,
        due=each.due,
        days=each.days_until_due,
        overdue=each.overdue,
    )


def _balance(account: Account) -> int | None:
    """What is owed, below zero where the issuer owes; limit less available where no balance is told (C1)."""
    if account.current is not None:
        return account.current
    if account.limit is not None and account.limit > 0 and account.available is not None:
        return account.limit - account.available
    return None


def _use(owed: int, limit: int) -> tuple[int, bool]:
    """Per mille of `limit` that is owed, rounded, and whether it is over 30 %, decided before rounding (C3)."""
    return rounded_share(owed, limit, 1000), owed * 1000 > limit * HIGH_USE


def charged(owed: int | None, aprs: Iterable[Apr]) -> list[tuple[int, Apr]]:
    """The balances that cost interest, each with its rate (C6): those that the bank tells, else all that is owed.

    Empty where a balance or the purchase rate is missing.
    """
    rates = list(aprs)
    told = [(apr.balance, apr) for apr in rates if apr.balance is not None and apr.balance > 0]
    purchase = max((apr for apr in rates if apr.type == PURCHASE), key=lambda apr: apr.basis_points, default=None)
    return told or ([] if owed is None or purchase is None else [(owed, purchase)])


def interest(balances: Iterable[tuple[int, int]], days: int) -> int:
    """C6: simple daily interest at APR / 365, the daily periodic rate of Regulation Z (12 CFR 1026.14).

    `balances` are minor units, each with its rate in basis points. Card issuers compound daily, which adds about 1 % to
    a month of this.
    """
    return rounded_share(sum(balance * rate for balance, rate in balances), 10_000 * 365, days)


def _interest(owed: int | None, aprs: Iterable[Apr]) -> int | None:
    """What 30 days cost at today's balances; None where a balance or a rate is missing."""
    balances = charged(owed, aprs)
    return interest([(balance, apr.basis_points) for balance, apr in balances], INTEREST_DAYS) if balances else None


def _days_until(day: date | None, today: date) -> int | None:
    return None if day is None else (day - today).days
