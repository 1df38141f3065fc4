"""What a session's banks say, as JSON: the dashboard, transactions, and the analysis of spending.

Amounts are integers in minor units of the `currency` beside them, or of the currency that the enclosing object names.
A bank that fails is in `problems` and never fails the others. Where none answered, the dashboard still is an answer: it
shows the state of each bank. A list of transactions or their sums is not, for an empty one would be a false statement.
"""

from datetime import date, datetime

import msgspec
from flask import Response, request

from keepless.core.filters import TransactionFilter, paginate
from keepless.core.models import BankProblem, BankRef, BankSnapshot, CacheUse, Transaction
from keepless.core.periods import Period
from keepless.core.spending import CurrencyAnalysis, analyse
from keepless.errors import InvalidField, NotInTier
from keepless.services.dashboards import Dashboard, build_dashboard, matching, reading_range
from keepless.services.snapshots import Snapshots
from keepless.services.vault import Vault
from keepless.services.views import Prepared, View
from keepless.web.errors import BanksNeedAttention, NothingReadable
from keepless.web.held_cookies import cookies_held
from keepless.web.holding import BOARD, copies_until, notes
from keepless.web.operations import JSON, Operation, answer, release_of
from keepless.web.query import PERIOD, TRANSACTIONS
from keepless.web.visit import Visit, require_any

PAGE_SIZE = 500
_RELEASE = release_of(Dashboard)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What Keepless holds about the visitor now, in words (`/api/what-you-hold` has it in full).

    `until` is when the session ends (UTC).
    """

    in_browser: tuple[str, ...]
    on_server: tuple[str, ...]
    banks: int
    until: datetime


class DashboardAnswer(Dashboard, frozen=True, kw_only=True):
    """The dashboard, what the cache did for it (the worst for one of its banks), and what is held about its visitor."""

    cache: CacheUse
    held: Held


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What is missing of a bank that did answer: all transactions, for Plaid's `code`, or `unreadable` rows."""

    bank: BankRef
    code: str | None
    unreadable: int


class TransactionsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the transactions that match, newest first; `total` and `pages` are of all that match."""

    period: Period
    transactions: list[Transaction]
    page: int
    pages: int
    page_size: int
    total: int
    cache: CacheUse
    problems: tuple[BankProblem, ...]
    gaps: tuple[Gap, ...]


class AnalysisAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of the period by currency, the one with the most rows first; never added together. `net` is by currency."""

    period: Period
    currencies: dict[str, CurrencyAnalysis]
    net: dict[str, int]
    cache: CacheUse
    problems: tuple[BankProblem, ...]
    gaps: tuple[Gap, ...]


def held_for(visit: Visit, vault: Vault) -> Held:
    """The statement that the page's signature line makes, as data: true for the edition that runs."""
    until = copies_until(visit)
    copies: tuple[str, ...] = ()
    if until is not None:
        copies = (
            f"in the cache: sealed copies that only this browser's cookie opens, until {until:%Y-%m-%d %H:%M} UTC",
        )
    return Held(
        in_browser=tuple(f"{cookie.name}: {cookie.purpose}" for cookie in cookies_held(visit)),
        on_server=(
            *copies,
            *(f"in memory: when your permission for {note.bank.name} ends" for note in notes(visit)),
        ),
        banks=len(vault.banks),
        until=vault.expires_at,
    )


def dashboard(visit: Visit) -> Response:
    """Everything of one look at the banks."""
    vault, today = visit.vault(), visit.today()
    query = visit.queries.read(request.args, today, allowed=PERIOD, allowance=visit.allowance)
    period = reading_range(query.period, today)
    if not request.args and len(vault.banks) == 1:
        told = visit.client(vault, period).ready(period.start, period.end, board_of(today, period, query.filter))
        if told is not None and isinstance(told.answer, Prepared):
            visit.parts.metrics.cache_used(told.cache)
            held = msgspec.json.encode(held_for(visit, vault))
            return Response(
                b'%b,"cache":"%b","held":%b}' % (told.answer.body[:-1], told.cache.encode(), held), content_type=JSON
            )
    snapshots = visit.read_banks(vault, period)
    built = build_dashboard(snapshots, today, query.filter)
    return answer(DashboardAnswer(**msgspec.structs.asdict(built), cache=snapshots.use, held=held_for(visit, vault)))


def board_of(today: date, period: Period, chosen: TransactionFilter) -> View:
    """How the dashboard of a session with one bank is made ready, but for its `cache` and what is held."""

    def make(snapshot: BankSnapshot) -> bytes:
        return msgspec.json.encode(build_dashboard(Snapshots(banks=(snapshot,)), today, chosen))

    # The days shown are fewer than those read, and another setting may have chosen them.
    days = f"{chosen.start} {chosen.end} of {period.start} {period.end}"
    return View(BOARD, f"{_RELEASE} {today} {days}", make)


def transactions(visit: Visit) -> Response:
    """One page of transactions."""
    vault = visit.vault()
    query = visit.queries.read(request.args, visit.today(), allowed=TRANSACTIONS, allowance=visit.allowance)
    snapshots = visit.read_banks(vault, query.period)
    require_any(snapshots)
    page = paginate(matching(snapshots, query.filter), query.page, PAGE_SIZE)
    return answer(
        TransactionsAnswer(
            period=query.period,
            transactions=page.items,
            page=page.page,
            pages=page.pages,
            page_size=PAGE_SIZE,
            total=page.total,
            cache=snapshots.use,
            problems=snapshots.problems,
            gaps=gaps_of(snapshots),
        )
    )


def spending_analysis(visit: Visit) -> Response:
    """Spending, income, cash and debt payments of a period."""
    vault = visit.vault()
    query = visit.queries.read(request.args, visit.today(), allowed=PERIOD, allowance=visit.allowance)
    snapshots = visit.read_banks(vault, query.period)
    require_any(snapshots)
    accounts = [account for bank in snapshots.banks for account in bank.accounts]
    currencies = analyse(matching(snapshots, query.filter), accounts).currencies
    return answer(
        AnalysisAnswer(
            period=query.period,
            currencies=currencies,
            net={currency: sums.net for currency, sums in currencies.items()},
            cache=snapshots.use,
            problems=snapshots.problems,
            gaps=gaps_of(snapshots),
        )
    )


def gaps_of(snapshots: Snapshots) -> tuple[Gap, ...]:
    """What is missing of the banks that did answer."""
    return tuple(
        Gap(bank=bank.bank, code=bank.transactions_problem, unreadable=bank.unreadable)
        for bank in snapshots.banks
        if bank.transactions_problem or bank.unreadable
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/dashboard",
        name="dashboard",
        summary="Cards, spending, bills and accounts, live. Banks that fail are in problems; the status stays 200.",
        view=dashboard,
        answer=DashboardAnswer,
        parameters=PERIOD,
        session=True,
        faults=(InvalidField, NotInTier),
    ),
    Operation(
        method="GET",
        path="/api/transactions",
        name="transactions",
        summary="Transactions that match, newest first, 500 to a page. 503 or 409 where no bank could be read.",
        view=transactions,
        answer=TransactionsAnswer,
        parameters=TRANSACTIONS,
        session=True,
        faults=(InvalidField, NotInTier, NothingReadable, BanksNeedAttention),
    ),
    Operation(
        method="GET",
        path="/api/spending-analysis",
        name="spending_analysis",
        summary="Sums by month, category, merchant and account. 503 or 409 where no bank could be read.",
        view=spending_analysis,
        answer=AnalysisAnswer,
        parameters=PERIOD,
        session=True,
        faults=(InvalidField, NotInTier, NothingReadable, BanksNeedAttention),
    ),
)
