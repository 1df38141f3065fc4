"""The banks of a session as a stream: one line of JSON for each bank, in the order in which they answer.

The page is painted before any bank answers and fills line by line, so that a slow bank holds up nobody but itself.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from zoneinfo import ZoneInfo

import msgspec
from flask import Response, request

from keepless.core.models import BankProblem
from keepless.core.periods import Period
from keepless.errors import InvalidField, NotInTier, UnknownBank
from keepless.services.dashboards import reading_range
from keepless.services.hybrid import ENDED
from keepless.services.vault import Vault
from keepless.services.views import Prepared, Same, Told, View
from keepless.web import holding
from keepless.web.answers import report, request_id
from keepless.web.cookies import digest_of
from keepless.web.language import speaking, spoken
from keepless.web.lines import AskedBank, BankBody, End, Line, LiveProblem, LiveSame, Start, bank_body
from keepless.web.lookup import words_for
from keepless.web.operations import Operation, release_of
from keepless.web.query import LIVE
from keepless.web.visit import Visit

NDJSON = "application/x-ndjson"
# Goes before the line that is waited for, which stays JSON: blanks may stand before a value (RFC 8259, 2).
STILL_HERE = b" "

_encoder = msgspec.json.Encoder()
_RELEASE = release_of(BankBody)


def live(visit: Visit) -> Response:
    """Every bank, or the one that `bank` names, as they answer."""
    vault = visit.vault()
    today = visit.today()
    allowance = visit.allowance
    query = visit.queries.read(request.args, today, allowed=LIVE, allowance=allowance)
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
    remember, number = visit.hints_to_remember(vault, period), request_id()
    language, zone = spoken(), visit.parts.hints.time_zone()
    view = view_of(holding.LIVE if visit.is_usual(period) else holding.LIVE_LONG, today, period)
    start = Start(
        today=today,
        period=period,
        banks=tuple(asked),
        connected=len(vault.banks),
        until=vault.expires_at,
        mark=mark_of(vault, today),
        history_days=min(allowance.history_days, visit.site.max_history_days),
        trends=allowance.trends,
    )

    def lines() -> Iterator[bytes]:
        yield _line(start)
        learned: dict[str, int] = {}
        try:
            with closing(reader.read_each(period.start, period.end, view)) as answers:
                for told in answers:
                    if told is None:
                        yield STILL_HERE
                        continue
                    visit.parts.metrics.cache_used(told.cache)
                    if isinstance(told.answer, Prepared):
                        learned[told.bank.item_id] = told.answer.rows
                    if isinstance(told.answer, BankProblem):
                        visit.parts.metrics.bank_problem(told.answer.action)
                    with speaking(language):
                        line = _told(keys[told.bank.item_id], told, zone)
                    yield line
        except Exception as error:  # noqa: BLE001 - the status is sent: all that is left is to end without the last line
            report(visit.parts, error, number)
            return
        yield _line(End(hints=remember(learned)))

    # Proxies that gather an answer before they pass it on (nginx) are asked not to.
    return Response(lines(), content_type=NDJSON, headers={"X-Accel-Buffering": "no"})


def mark_of(vault: Vault, today: date) -> str:
    """Stands for a session, its banks and its day: a browser shows what it holds in memory only where this is equal."""
    return digest_of(" ".join((vault.session_id, today.isoformat(), *(key.bank.item_id for key in vault.banks))))


def view_of(part: str, today: date, period: Period) -> View:
    """How a bank's line is made for a day and a period, but for its use of the cache: that is told when it is sent."""
    key = f"{_RELEASE} {today} {period.start} {period.end}"
    return View(part, key, lambda bank: _encoder.encode(bank_body(digest_of(bank.bank.item_id), bank, today)))


def _told(key: str, told: Told, zone: ZoneInfo | None) -> bytes:
    """The line of what there is to tell of one bank."""
    match told.answer:
        case Prepared(body=body):
            # Joined: to format it with % takes sixty times as long, a fifth of a whole hit.
            return b"".join((memoryview(body)[:-1], b',"cache":"', told.cache.encode(), b'"}\n'))
        case Same(fetched_at=fetched_at):
            return _line(LiveSame(key=key, fetched_at=fetched_at))
        case problem:
            words = words_for(problem, zone)
            return _line(
                LiveProblem(
                    key=key,
                    copy_stands=problem.code not in ENDED,
                    problem=problem,
                    title=words.title,
                    detail=words.detail,
                    next_step=words.next_step,
                )
            )


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
        faults=(InvalidField, NotInTier, UnknownBank),
    ),
)
