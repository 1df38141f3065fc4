"""The chosen transactions as a file: read live, written in memory while they are sent, kept nowhere.

A file does not say what it lacks, so an export is whole or it is refused, unless `partial=yes` asks for what there is.
docs/export.md is the contract of the three formats.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from flask import Response, request
from werkzeug.datastructures import MultiDict

from keepless.core.exports import document, ofx, table
from keepless.core.exports.content import Content, Missing
from keepless.core.models import BankRef
from keepless.errors import Action, InvalidField, NotInTier
from keepless.services.copies import NOT_OFFERED
from keepless.services.dashboards import matching
from keepless.services.snapshots import Snapshots
from keepless.web import present
from keepless.web.errors import BanksNeedAttention, ExportIncomplete, ExportNeedsAttention, NothingReadable
from keepless.web.language import gettext, ngettext
from keepless.web.lookup import words_for
from keepless.web.operations import FORM, Operation, as_sent
from keepless.web.query import EXPORT, FORMATS, Query
from keepless.web.visit import Visit, require_any

WRITERS: Mapping[str, tuple[str, Callable[[Content], Iterator[bytes]]]] = {
    "csv": (table.MEDIA_TYPE, table.write),
    "json": (document.MEDIA_TYPE, document.write),
    "ofx": (ofx.MEDIA_TYPE, ofx.write),
}


def export(visit: Visit) -> Response:
    """The file, asked for by an address."""
    return _file(visit, request.args)


def export_by_form(visit: Visit) -> Response:
    """The file, asked for by a form: what is looked for stands in no address, and so in no log on the way."""
    if request.mimetype != FORM:
        raise InvalidField("Content-Type", f"it must be {FORM}")
    return _file(visit, as_sent(lambda: request.form))


def _file(visit: Visit, arguments: MultiDict[str, str]) -> Response:
    vault, today = visit.vault(), visit.today()
    query = visit.queries.read(arguments, today, allowed=EXPORT, allowance=visit.allowance)
    if not query.format:
        raise InvalidField("format", f"it must be one of {', '.join(FORMATS)}")
    if query.format == "ofx" and query.filter.pending:
        raise InvalidField("pending", "OFX has booked transactions only")
    snapshots = visit.read_banks(vault, query.period)
    require_any(snapshots)
    content = _content(visit, query, snapshots)
    if not query.partial:
        _require_whole(snapshots, ofx.unwritable(content) if query.format == "ofx" else ())
    media_type, write = WRITERS[query.format]
    name = f"keepless-{today.isoformat()}.{query.format}"
    return Response(
        write(content), content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _content(visit: Visit, query: Query, snapshots: Snapshots) -> Content:
    return Content(
        made_at=visit.parts.clock(),
        period=query.period,
        rows=matching(snapshots, query.filter),
        banks=snapshots.banks,
        missing=(
            *(Missing(bank=problem.bank, code=problem.code, unreadable=0) for problem in snapshots.problems),
            *(
                Missing(bank=bank.bank, code=bank.transactions_problem, unreadable=bank.unreadable)
                for bank in snapshots.banks
                if bank.transactions_problem or bank.unreadable
            ),
        ),
    )


def _require_whole(snapshots: Snapshots, unwritable: tuple[str, ...]) -> None:
    """Raises ExportIncomplete where all that is missing will come by waiting; ExportNeedsAttention where some will not.

    A bank that gives Plaid no transactions has none to miss.
    """
    passing, lasting = list[str](), list[str]()
    for problem in snapshots.problems:
        waits = problem.retryable or problem.action == Action.WAIT
        (passing if waits else lasting).append(f"{_name(problem.bank)}: {present.inside(words_for(problem).title)}.")
    for bank in snapshots.banks:
        if (bank.transactions_problem or "") not in {"", *NOT_OFFERED}:
            lasting.append(
                gettext(
                    "%(bank)s: its transactions did not come (%(code)s).",
                    bank=_name(bank.bank),
                    code=bank.transactions_problem,
                )
            )
        if bank.unreadable:
            lasting.append(
                ngettext(
                    "%(bank)s: %(number)s entry made no sense.",
                    "%(bank)s: %(number)s entries made no sense.",
                    bank.unreadable,
                    bank=_name(bank.bank),
                    number=present.count(bank.unreadable),
                )
            )
    lasting += [
        gettext("OFX has no name for the currency %(currency)s; CSV and JSON have.", currency=currency)
        for currency in unwritable
    ]
    if passing or lasting:
        missing = " ".join((*passing, *lasting))
        raise (ExportNeedsAttention if lasting else ExportIncomplete)(missing, snapshots.problems)


def _name(bank: BankRef) -> str:
    return bank.name or gettext("A bank")


_BY_ADDRESS = Operation(
    method="GET",
    path="/api/export",
    name="export",
    summary="The transactions that match as a file, newest first. Refused where something of them could not be read.",
    view=export,
    answer=document.ExportDocument,
    other_media_types=("text/csv", ofx.MEDIA_TYPE),
    parameters=EXPORT,
    session=True,
    faults=(InvalidField, NotInTier, NothingReadable, BanksNeedAttention, ExportIncomplete, ExportNeedsAttention),
)

OPERATIONS = (
    _BY_ADDRESS,
    replace(
        _BY_ADDRESS,
        method="POST",
        name="export_by_form",
        summary="The same, asked for by a form, so that what is looked for stands in no log on the way.",
        view=export_by_form,
        parameters=(),
        form=EXPORT,
    ),
)
