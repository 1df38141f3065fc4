"""The banks of a session as a stream: one line of JSON for each bank, in the order in which they answer.

The page is painted before any bank answers and fills line by line, so that a slow bank holds up nobody but itself. Rows
come with their kind and category decided by the core: the browser sums and filters, it never judges. Amounts are minor
units of the currency beside them, with Plaid's sign; days are whole days since 1970-01-01 of the bank's own calendar.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime

import msgspec
from flask import Response, request

from keepless.core.credit import Card, Loan, cards, loans
from keepless.core.kinds import Kind, filed_under, kind_of
from keepless.core.models import Account, BankProblem, BankRef, BankSnapshot, Transaction
from keepless.core.periods import Period
from keepless.core.recurring import Recurring, find
from keepless.core.spending import each_once
from keepless.errors import InvalidField, UnknownBank
from keepless.services.dashboards import reading_range
from keepless.services.vault import Vault
from keepless.web.answers import report, request_id
from keepless.web.cookies import digest_of
from keepless.web.language import speaking, spoken
from keepless.web.lookup import words_for
from keepless.web.operations import Operation
from keepless.web.query import LIVE
from keepless.web.visit import Visit

NDJSON = "application/x-ndjson"
KINDS = tuple(Kind)
# Goes before the line that is waited for, which stays JSON: blanks may stand before a value (RFC 8259, 2).
STILL_HERE = b" "
_EPOCH = date(1970, 1, 1).toordinal()


class AskedBank(msgspec.Struct, frozen=True):
    """A bank that is being asked. `key` names it in this interface: eight characters, made from its item id."""

    key: str
    item_id: str
    name: str


class Start(msgspec.Struct, frozen=True, kw_only=True, tag="start", tag_field="type"):
    """The first line, before any bank has answered. `until` is when the session ends (UTC); `mark` is `mark_of` it."""

    today: date
    period: Period
    banks: tuple[AskedBank, ...]
    connected: int
    until: datetime
    mark: str
    kinds: tuple[str, ...] = tuple(map(str, KINDS))


class Category(msgspec.Struct, frozen=True, array_like=True):
    """Plaid's two codes ("" where it gave none), and the two that spending of them is filed under (S11)."""

    primary: str
    detailed: str
    filed_primary: str
    filed_detailed: str


class Row(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One transaction. `account` and `category` are places in the lists of its line, `kind` in that of the first line.

    `name` is "" where it is the merchant's; `pending` is 0 or 1.
    """

    id: str
    account: int
    day: int
    posted: int
    amount: int
    currency: str
    merchant: str
    name: str
    category: int
    kind: int
    pending: int


class LiveBank(msgspec.Struct, frozen=True, kw_only=True, tag="bank", tag_field="type"):
    """A bank that answered. `rows` are newest first and each once; the problems and `unreadable` as in BankSnapshot."""

    key: str
    bank: BankRef
    fetched_at: datetime
    accounts: tuple[Account, ...]
    cards: tuple[Card, ...]
    loans: tuple[Loan, ...]
    recurring: tuple[Recurring, ...]
    liabilities_problem: str | None
    transactions_problem: str | None
    unreadable: int
    renew_by: datetime | None
    account_ids: tuple[str, ...]  # of the rows; one that no account above has is there too (S16)
    categories: tuple[Category, ...]
    rows: list[Row]


class LiveProblem(msgspec.Struct, frozen=True, kw_only=True, tag="problem", tag_field="type"):
    """A bank that could not be read: what happened, and the next step in words."""

    key: str
    problem: BankProblem
    title: str
    detail: str
    next_step: str


class End(msgspec.Struct, frozen=True, kw_only=True, tag="end", tag_field="type"):
    """The last line: without it the stream broke off. `hints` is the new text of the hints cookie, None to leave it."""

    hints: str | None


Line = Start | LiveBank | LiveProblem | End

_encoder = msgspec.json.Encoder()


def live(visit: Visit) -> Response:
    """Every bank, or the one that `bank` names, as they answer."""
    vault = visit.vault()
    today = visit.today()
    query = visit.queries.read(request.args, today, allowed=LIVE)
    period = reading_range(query.period, today)
    asked = [AskedBank(digest_of(key.bank.item_id), key.bank.item_id, key.bank.name) for key in vault.banks]
    if query.bank:
        asked = [each for each in asked if each.key == query.bank]
        if not asked:
            raise UnknownBank("no bank of that key is connected")
    keys = {each.item_id: each.key for each in asked}
    wanted = vault.without_banks(key.bank.item_id for key in vault.banks if key.bank.item_id not in keys)
    reader = visit.client(wanted, period)
    # The request is over when these are used.
    remember, number, language = visit.hints_to_remember(vault, period), request_id(), spoken()
    start = Start(
        today=today,
        period=period,
        banks=tuple(asked),
        connected=len(vault.banks),
        until=vault.expires_at,
        mark=mark_of(vault, today),
    )

    def lines() -> Iterator[bytes]:
        yield _line(start)
        learned: dict[str, int] = {}
        try:
            with closing(reader.read_each(period.start, period.end)) as answers:
                for told in answers:
                    if told is None:
                        yield STILL_HERE
                        continue
                    bank, answer = told
                    if isinstance(answer, BankSnapshot):
                        learned[bank.item_id] = len(answer.transactions)
                        yield _line(bank_line(keys[bank.item_id], answer, today))
                    else:
                        visit.parts.metrics.bank_problem(answer.action)
                        with speaking(language):
                            line = _problem_line(keys[bank.item_id], answer)
                        yield _line(line)
        except Exception as error:  # noqa: BLE001 - the status is sent: all that is left is to end without the last line
            report(visit.parts, error, number)
            return
        yield _line(End(hints=remember(learned)))

    # Proxies that gather an answer before they pass it on (nginx) are asked not to.
    return Response(lines(), content_type=NDJSON, headers={"X-Accel-Buffering": "no"})


def mark_of(vault: Vault, today: date) -> str:
    """Stands for a session, its banks and its day: a browser shows what it holds in memory only where this is equal."""
    return digest_of(" ".join((vault.session_id, today.isoformat(), *(key.bank.item_id for key in vault.banks))))


def bank_line(key: str, snapshot: BankSnapshot, today: date) -> LiveBank:
    """The line of one bank's answer."""
    transactions = each_once(snapshot.transactions)
    accounts = {account.id: place for place, account in enumerate(snapshot.accounts)}
    types = {account.id: account.type for account in snapshot.accounts}
    categories: dict[tuple[str, str], int] = {}
    kinds = {kind: place for place, kind in enumerate(KINDS)}

    def row(each: Transaction) -> Row:
        return Row(
            each.id,
            accounts.setdefault(each.account_id, len(accounts)),
            each.date.toordinal() - _EPOCH,
            each.posted.toordinal() - _EPOCH,
            each.amount,
            each.currency,
            each.merchant,
            "" if each.name == each.merchant else each.name,
            categories.setdefault((each.primary, each.detailed), len(categories)),
            kinds[kind_of(each, types.get(each.account_id, ""))],
            int(each.pending),
        )

    # Banks go by the day of booking: what happened just before the period comes too, and is no part of it.
    rows = [row(each) for each in transactions if each.date >= snapshot.start]
    return LiveBank(
        key=key,
        bank=snapshot.bank,
        fetched_at=snapshot.fetched_at,
        accounts=snapshot.accounts,
        cards=cards([snapshot], today),
        loans=loans([snapshot], today),
        recurring=find(transactions, snapshot.accounts, today, snapshot.streams or ()),
        liabilities_problem=snapshot.liabilities_problem,
        transactions_problem=snapshot.transactions_problem,
        unreadable=snapshot.unreadable,
        renew_by=snapshot.renew_by,
        account_ids=tuple(accounts),
        categories=tuple(Category(*codes, *filed_under(*codes)) for codes in categories),
        rows=rows,
    )


def _problem_line(key: str, problem: BankProblem) -> LiveProblem:
    words = words_for(problem)
    return LiveProblem(key=key, problem=problem, title=words.title, detail=words.detail, next_step=words.next_step)


def _line(value: Line) -> bytes:
    return _encoder.encode(value) + b"\n"


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/live",
        name="live",
        summary="Each bank as it answers, a line of JSON for each. A bank that fails has a line that says why.",
        view=live,
        answer=Line,
        media_type=NDJSON,
        parameters=LIVE,
        session=True,
        faults=(InvalidField, UnknownBank),
    ),
)

__all__ = ("OPERATIONS", "AskedBank", "Category", "LiveBank", "LiveProblem", "Row", "Start", "bank_line", "mark_of")
