"""Cards, loans and what is due, in words: figures as text, states as sentences. Never a colour without its word."""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from keepless.core.credit import HIGH_USE, Card, Due, Loan, Utilisation, nothing_to_pay
from keepless.core.models import Apr
from keepless.web import present
from keepless.web.language import N_, gettext, ngettext

SOON = 7  # days: a payment this near is said beside the card as well
APR_NAMES = {
    "purchase_apr": N_("Purchases, a year"),
    "cash_apr": N_("Cash advances, a year"),
    "balance_transfer_apr": N_("Balance transfers, a year"),
    "special": N_("Special offer, a year"),
}
OTHER_APR = N_("Other rate, a year")


class Term(msgspec.Struct, frozen=True):
    label: str
    figure: str


class CardSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One card. `width` is the bar's, in percent, "" where the use is not known; `tone` is a CSS class."""

    name: str
    bank: str
    owed: str
    use: str
    over: bool
    width: str
    state: str
    tone: str
    terms: tuple[Term, ...]


class LoanLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    bank: str
    owed: str
    state: str
    tone: str
    terms: tuple[Term, ...]


class BillLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    when: str
    tone: str
    amount: str


def card_sheets(cards: Sequence[Card], today: date) -> tuple[CardSheet, ...]:
    """Each card with its use of the limit, its state and its terms, as far as the bank tells them."""
    return tuple(_card(card, today) for card in cards)


def loan_lines(loans: Sequence[Loan], today: date) -> tuple[LoanLine, ...]:
    """Each loan with its state and its terms, as far as the bank tells them."""
    return tuple(_loan(loan, today) for loan in loans)


def bill_lines(due: Sequence[Due], names: Mapping[str, str], today: date) -> tuple[BillLine, ...]:
    """All payments to make, overdue ones first; an amount the bank does not tell is a dash. `names` is by account."""
    return tuple(
        BillLine(
            name=names.get(bill.account_id, bill.name),
            when=_when(bill, today),
            tone="bad" if bill.overdue else "",
            amount=present.known_money(bill.amount, bill.currency),
        )
        for bill in due
    )


def use_sentences(totals: Sequence[Utilisation]) -> tuple[str, ...]:
    """How much of all limits together is used, a sentence for each currency."""
    return tuple(_used_in_all(total) for total in totals if total.cards > 1)


def _used_in_all(total: Utilisation) -> str:
    share, limit = present.percent(total.utilisation), present.money(total.limit, total.currency)
    if not total.left_out:
        return gettext("%(share)s of %(limit)s used in all.", share=share, limit=limit)
    return ngettext(
        "%(share)s of %(limit)s used in all, %(number)s card without a known limit aside.",
        "%(share)s of %(limit)s used in all, %(number)s cards without a known limit aside.",
        total.left_out,
        share=share,
        limit=limit,
        number=present.count(total.left_out),
    )


def _card(card: Card, today: date) -> CardSheet:
    currency = card.account.currency
    state, tone = _state(card, today)
    terms = (
        [Term(gettext("Available"), present.known_money(card.available, currency))]
        if card.available is not None
        else []
    )
    if card.statement_balance is not None:
        closed = card.statement_date
        label = (
            gettext("Statement of %(day)s", day=present.short_day(closed, today)) if closed else gettext("Statement")
        )
        terms.append(Term(label, present.money(card.statement_balance, currency)))
    terms += _payments(card, currency, today)
    terms += [Term(_apr_name(apr), present.rate(apr.basis_points)) for apr in card.aprs]
    if card.interest_if_carried:
        about = gettext("about %(amount)s", amount=present.money(card.interest_if_carried, currency))
        terms.append(Term(gettext("30 days' interest, if not paid"), about))
    return CardSheet(
        name=present.account_name(card.account),
        bank=card.bank,
        owed=present.money(-card.credit_balance, currency)
        if card.credit_balance
        else present.known_money(card.owed, currency),
        use=_use(card),
        over=bool(card.over_30),
        width=present.share_of(card.owed or 0, card.limit) if card.utilisation is not None and card.limit else "",
        state=state,
        tone=tone,
        terms=tuple(terms),
    )


def _loan(loan: Loan, today: date) -> LoanLine:
    currency = loan.account.currency
    state, tone = _state(loan, today)
    # The account's own name stands above, as everywhere else on the page: "conventional" alone names nothing.
    terms = [Term(gettext("Type"), loan.name[:1].upper() + loan.name[1:])] if loan.name != loan.account.name else []
    if loan.basis_points is not None:
        terms.append(Term(gettext("Rate"), present.rate(loan.basis_points)))
    terms += _payments(loan, currency, today)
    return LoanLine(
        name=present.account_name(loan.account),
        bank=loan.bank,
        owed=present.known_money(loan.owed, currency),
        state=state,
        tone=tone,
        terms=tuple(terms),
    )


def _payments(credit: Card | Loan, currency: str, today: date) -> list[Term]:
    terms = []
    if credit.minimum_payment is not None:
        terms.append(Term(gettext("Minimum payment"), present.money(credit.minimum_payment, currency)))
    if credit.due is not None:
        terms.append(Term(gettext("Due"), present.day(credit.due, today)))
    if credit.last_payment_amount is not None:
        paid = credit.last_payment_date
        label = gettext("Last paid on %(day)s", day=present.short_day(paid, today)) if paid else gettext("Last paid")
        terms.append(Term(label, present.money(credit.last_payment_amount, currency)))
    return terms


def _use(card: Card) -> str:
    currency = card.account.currency
    if card.credit_balance:
        return gettext("The bank owes you this.")
    if card.utilisation is None or card.limit is None:
        return gettext("The bank does not tell a limit.")
    limit = present.money(card.limit, currency)
    if card.owed is not None and card.owed > card.limit:
        beyond = present.money(card.owed - card.limit, currency)
        return gettext("%(amount)s over the limit of %(limit)s", amount=beyond, limit=limit)
    share = present.percent(card.utilisation)
    if card.over_30:
        mark = present.percent(HIGH_USE)
        return gettext("%(share)s of %(limit)s used, over the %(mark)s mark", share=share, limit=limit, mark=mark)
    return gettext("%(share)s of %(limit)s used", share=share, limit=limit)


def _state(credit: Card | Loan, today: date) -> tuple[str, str]:
    """The state in words and its CSS class, "" for none. Overdue is the bank's word, never a guess."""
    due, days = credit.due, credit.days_until_due
    if credit.overdue:
        if due and due < today:
            return gettext("Overdue since %(day)s", day=present.day(due, today)), "bad"
        return gettext("Overdue"), "bad"
    if days is not None and 0 <= days <= SOON and not nothing_to_pay(credit):
        return gettext("Payment due %(when)s", when=present.in_days(days)), "warn"
    return "", ""


def _when(bill: Due, today: date) -> str:
    if bill.overdue:
        if bill.due and bill.due < today:
            return gettext("overdue since %(day)s", day=present.day(bill.due, today))
        if bill.due:
            return gettext("the bank calls it overdue; due %(day)s", day=present.day(bill.due, today))
        return gettext("overdue")
    if bill.due is None or bill.days is None:
        return ""
    return f"{present.in_days(bill.days)}, {present.day(bill.due, today)}"


def _apr_name(apr: Apr) -> str:
    return gettext(APR_NAMES.get(apr.type, OTHER_APR))
