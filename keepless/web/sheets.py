"""The dashboard as its page shows it: every figure is text, every sentence made; the template only places them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from keepless.core.periods import Period, month_of
from keepless.core.tiers import EVERYTHING
from keepless.errors import Action
from keepless.services.copies import NOT_OFFERED
from keepless.services.dashboards import Bank, Dashboard, Share, Spending
from keepless.web import present
from keepless.web.ages import ages
from keepless.web.billing import BillLine, CardSheet, LoanLine, bill_lines, card_sheets, loan_lines, use_sentences
from keepless.web.language import category_name, gettext, ngettext
from keepless.web.ledger import ANCHOR, Choice, Form, Ledger, address, form, ledger, period_words, periods_within
from keepless.web.months import MonthBar, month_bars, month_sentence, period_sentence
from keepless.web.notices import Notice, notice
from keepless.web.renewals import Renewal, renewals
from keepless.web.tier_words import looks_back


class Fact(msgspec.Struct, frozen=True):
    label: str
    figure: str
    tone: str = ""


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a breakdown; `width` is in percent of the largest."""

    label: str
    figure: str
    width: str
    href: str = ""


class CurrencySheet(msgspec.Struct, frozen=True, kw_only=True):
    """One currency's figures; `sentence` stands beside the month's figure, `heading` over the period's."""

    currency: str
    total: str
    sentence: str
    facts: tuple[Fact, ...]
    heading: str
    months: tuple[MonthBar, ...]
    categories: tuple[Bar, ...]
    merchants: tuple[Bar, ...]
    accounts: tuple[Bar, ...]


class AccountLine(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    kind: str
    balance: str
    available: str


class BankSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A bank's accounts. `note` says what is missing, "" where nothing is."""

    name: str
    item_id: str
    asked_at: str
    note: str
    accounts: tuple[AccountLine, ...]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """The whole page. `waiting` says that a bank fills by itself, so the page asks again.

    `without` says whose transactions the figures lack, `nothing` why there is no figure at all, `tier_ends` how far
    back the visitor's tier looks, where that is not as far as banks do; "" where it is not so.
    """

    month: str
    today: str
    period: str
    periods: tuple[Choice, ...]
    tier_ends: str
    notices: tuple[Notice, ...]
    renewals: tuple[Renewal, ...]
    ages: tuple[str, ...]  # how old what comes from a copy is
    twice: tuple[str, ...]  # banks that look as if one were connected two times
    waiting: bool
    reconnects: bool
    without: str
    nothing: str
    currencies: tuple[CurrencySheet, ...]
    others: tuple[CurrencySheet, ...]  # currencies beside the first in which something was spent this month
    bills: tuple[BillLine, ...]
    cards: tuple[CardSheet, ...]
    use: tuple[str, ...]
    loans: tuple[LoanLine, ...]
    banks: tuple[BankSheet, ...]
    ledger: Ledger
    form: Form


def statement(
    board: Dashboard,
    asked: Mapping[str, str],
    zone: ZoneInfo | None,
    now: datetime,
    most_days: int = EVERYTHING.history_days,
) -> Statement:
    """The page of `board`, as it is shown at `now` (UTC).

    `asked` is the query as it came, for the form and the addresses; `zone` the visitor's. Their tier looks back
    `most_days`.
    """
    periods = periods_within(most_days)
    names = {account.id: present.account_name(account) for bank in board.banks for account in bank.accounts}
    notices = tuple(notice(problem, zone) for problem in board.problems)
    currencies = tuple(currency_sheet(each, board.period, names, asked) for each in board.spending)
    return Statement(
        month=present.month(month_of(board.today)),
        today=_today(board.today, zone),
        period=period_words(board.period, board.today),
        periods=tuple(
            Choice(
                value=address(asked, days=str(days), **{"from": "", "to": "", "page": ""}),
                label=gettext(label),
                chosen=board.period == Period.last_days(board.today, days),
            )
            for days, label in periods
        ),
        tier_ends=looks_back(most_days) if most_days < EVERYTHING.history_days else "",
        notices=notices,
        renewals=tuple(renewals(board.banks, board.today, zone)),
        ages=tuple(ages(board.banks, {each.item_id for each in notices}, now)),
        twice=_connected_twice(board.banks),
        waiting=any(each.control == Action.WAIT for each in notices),
        reconnects=any(each.control == Action.RECONNECT for each in notices),
        without=_without(board),
        nothing="" if currencies else _nothing(board),
        currencies=currencies,
        others=tuple(sheet for sheet, each in zip(currencies[1:], board.spending[1:], strict=True) if each.month.spent),
        bills=bill_lines(board.due, names, board.today),
        cards=card_sheets(board.cards, board.today),
        use=use_sentences(board.utilisation),
        loans=loan_lines(board.loans, board.today),
        banks=tuple(bank_sheet(bank, zone) for bank in board.banks),
        ledger=ledger(board, names, asked),
        form=form(board, names, asked, periods),
    )


def _without(board: Dashboard) -> str:
    """Whose transactions are missing from every figure: said beside the figures, or they would look whole."""
    shown = {bank.item_id for bank in board.banks}  # from a copy, where there is a problem as well
    missing = [
        *(each.bank.name or gettext("a bank") for each in board.problems if each.bank.item_id not in shown),
        *(bank.name for bank in board.banks if (bank.transactions_problem or "") not in {"", *NOT_OFFERED}),
    ]
    if not missing:
        return ""
    return gettext("Without %(banks)s, whose transactions did not come.", banks=present.joined(missing))


def _nothing(board: Dashboard) -> str:
    """Why there is no figure, where the banks answered and no transaction came."""
    if all(bank.transactions_problem in NOT_OFFERED for bank in board.banks):
        return gettext("No bank of yours gives Plaid transactions, so there is no spending to show.")
    return gettext(
        "No transaction from %(first)s to %(last)s. "
        "Choose a longer period below, or come back after the next purchase.",
        first=present.day(board.period.start, board.today),
        last=present.day(board.period.end, board.today),
    )


def _today(today: date, zone: ZoneInfo | None) -> str:
    """The day in a sentence; by UTC, where no zone is known, and saying so."""
    day = present.day(today, today)
    if zone:
        return gettext("Today is %(day)s.", day=day)
    return gettext("Today is %(day)s, by UTC: this browser has told no time zone.", day=day)


def _connected_twice(banks: Sequence[Bank]) -> tuple[str, ...]:
    """Names of institutions of which the same account, by name and number, came through two connections."""
    seen: set[tuple[str, str, str]] = set()
    twice: dict[str, None] = {}
    for bank in banks:
        accounts = {(bank.institution_id, account.name, account.mask) for account in bank.accounts if account.mask}
        if accounts & seen:
            twice[bank.name] = None
        seen |= accounts
    return tuple(twice)


def currency_sheet(
    spending: Spending, period: Period, names: Mapping[str, str], asked: Mapping[str, str]
) -> CurrencySheet:
    """One currency's figures in words and bars."""
    currency, month = spending.currency, spending.month
    facts = [Fact(gettext("Income"), present.money(month.income, currency))]
    if month.debt_payments:
        facts.append(Fact(gettext("Loan payments"), present.money(month.debt_payments, currency)))
    if month.cash:
        facts.append(Fact(gettext("Cash drawn"), present.money(month.cash, currency)))
    facts.append(Fact(gettext("Left over"), present.money(month.net, currency)))
    merchants = _bars(spending.by_merchant, currency, dict[str, str]())
    if spending.other_merchants:
        others = spending.other_merchants
        label = ngettext("%(number)s other", "%(number)s others", others, number=present.count(others))
        merchants = (
            *merchants,
            Bar(label=label, figure=present.money(spending.other_merchants_spent, currency), width="0"),
        )
    return CurrencySheet(
        currency=currency,
        total=present.money(month.spent, currency),
        sentence=month_sentence(spending.comparison),
        facts=tuple(facts),
        heading=period_sentence(spending.period.spent, currency),
        months=month_bars(spending.by_month, currency, period),
        categories=_bars(
            spending.by_category,
            currency,
            {share.key: category_name(share.key) for share in spending.by_category},
            lambda key: address(asked, category=key, page="") + ANCHOR,
        ),
        merchants=merchants,
        accounts=_bars(spending.by_account, currency, names),
    )


def bank_sheet(bank: Bank, zone: ZoneInfo | None) -> BankSheet:
    """The bank's accounts with their balances; one the bank does not tell is a dash, never zero."""
    return BankSheet(
        name=bank.name,
        item_id=bank.item_id,
        asked_at=present.moment(bank.fetched_at, zone),
        note=_missing_from(bank),
        accounts=tuple(
            AccountLine(
                name=present.account_name(account),
                kind=present.account_kind(account),
                balance=present.known_money(account.current, account.currency),
                available=present.known_money(account.available, account.currency),
            )
            for account in bank.accounts
        ),
    )


def _missing_from(bank: Bank) -> str:
    """What of a bank's data is not on the page, in sentences."""
    sentences = []
    if bank.transactions_problem in NOT_OFFERED:
        sentences.append(gettext("This bank gives Plaid no transactions."))
    elif bank.transactions_problem:
        code = bank.transactions_problem
        sentences.append(gettext("Its transactions could not be read this time (%(code)s).", code=code))
    if bank.liabilities_problem in NOT_OFFERED:
        sentences.append(gettext("This bank gives Plaid no terms of cards and loans."))
    elif bank.liabilities_problem:
        code = bank.liabilities_problem
        sentences.append(gettext("The terms of its cards and loans could not be read this time (%(code)s).", code=code))
    if bank.unreadable:
        sentences.append(
            ngettext(
                "Left out because it made no sense: %(number)s entry.",
                "Left out because it made no sense: %(number)s entries.",
                bank.unreadable,
                number=present.count(bank.unreadable),
            )
        )
    return " ".join(sentences)


def _bars(
    shares: Sequence[Share],
    currency: str,
    labels: Mapping[str, str],
    href: Callable[[str], str] = lambda _key: "",
) -> tuple[Bar, ...]:
    largest = max((share.spent for share in shares), default=0)
    return tuple(
        Bar(
            label=labels.get(share.key, share.key),
            figure=present.money(share.spent, currency),
            width=present.share_of(share.spent, largest),
            href=href(share.key),
        )
        for share in shares
    )
