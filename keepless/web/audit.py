"""The audit trail of requests: each answer that is an act has its line, and visitors may have those of their own."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from http import HTTPStatus
from itertools import chain

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from keepless.errors import (
    AccountsFault,
    BadCookie,
    InsecureTransport,
    NotInTier,
    SessionEnded,
    SessionExpired,
    SessionUnreadable,
)
from keepless.services.audit import AuditTrail
from keepless.services.vault import Vault
from keepless.web.acts import ACTS, Act
from keepless.web.answers import request_id
from keepless.web.operations import Operation
from keepless.web.visit import Visit, visiting

PATH = "/api/audit"
NDJSON = "application/x-ndjson"
FILE_NAME = "keepless-audit.ndjson"
# Where web.session keeps what came with a request, once somebody has looked at it.
JAR = "keepless.jar"
_BEFORE = "keepless.audit.before"
# What a line has of the trail, and not of the act: numbers and hashes that tell of others.
_OF_THE_TRAIL = re.compile(rb'^\{"chain":"[0-9a-f]*","n":[0-9]+,|,"prev":"[0-9a-f]*"')


class OwnLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One act of the visitor's: when (UTC), what, and how it ended (done, refused, failed, begun).

    `who` stands for the visitor, `request` is the id that the answer had. By `hash` the operator finds the same line in
    the trail.
    """

    at: str
    who: str
    did: str
    outcome: str
    request: str = ""
    hash: str


def register(app: Flask) -> None:
    """Has every answer of `app` that is an act taken down. Called last, so that it runs first after a request."""
    app.before_request(_begin)
    app.after_request(_finish)
    app.jinja_env.globals["audit_offer"] = lambda: offer(visiting())


def own_lines(visit: Visit) -> Response:
    """The visitor's own lines, the oldest first, as a file. Raises NotInTier; NotFound where none can be read here."""
    trail = visit.parts.audit
    vault = visit.vault()
    if not visit.allowance.audit_export:
        raise NotInTier("audit_export")
    lines = _lines(trail, vault)
    if lines is None:
        raise NotFound
    first = next(lines, b"")  # what cannot be opened fails here, before the answer has begun
    response = Response(map(_own, chain((first,) if first else (), lines)), content_type=NDJSON)
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


def offer(visit: Visit) -> bool | None:
    """Whether the visitor's tier has their own lines; None where there is nobody to have them, or none to be read."""
    with suppress(AccountsFault, SessionEnded, SessionExpired, SessionUnreadable, BadCookie, InsecureTransport):
        vault = visit.parts.session.shown()
        if vault is not None and _lines(visit.parts.audit, vault) is not None:
            return visit.allowance.audit_export
    return None


def _lines(trail: object, vault: Vault) -> Iterator[bytes] | None:
    """None without a trail, or one that cannot be read from here (standard output)."""
    if not isinstance(trail, AuditTrail):
        return None
    # A session without an account begins with its first bank: to look further back would be work for nothing.
    return trail.lines_of(_who(vault), first=date.min if vault.user else vault.issued_at.date())


def _own(line: bytes) -> bytes:
    return _OF_THE_TRAIL.sub(lambda found: b"{" if found.start() == 0 else b"", line)


def _begin() -> None:
    act = _act()
    if act is None or not (act.ends_session or act.begins):
        return
    who = request.environ[_BEFORE] = _known_now()
    if act.begins and who:
        _record(act.begins, who, "begun")


def _finish(response: Response) -> Response:
    act = _act()
    if act is None or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        return response
    # Only where the answer has looked at the cookies itself: a look from here would have the session settled by it.
    who = _known_now() if JAR in request.environ else ""
    who = "" if act.by_nobody else who or request.environ.get(_BEFORE, "")
    outcome = _outcome(response.status_code)
    # What nobody in particular is refused is no act, and could be written down without end.
    if who or ((act.by_nobody or act.or_nobody) and outcome != "refused"):
        _record(act.name(response), who, outcome)
    return response


def _act() -> Act | None:
    if request.url_rule is None or visiting().parts.audit is None:
        return None
    act = ACTS.get((request.method, request.url_rule.rule))
    return act if act is not None and act.when() else None


def _record(did: str, who: str, outcome: str) -> None:
    trail = visiting().parts.audit
    if trail is not None:
        trail.record(did, who=who, outcome=outcome, request=request_id())


def _known_now() -> str:
    """Whom the sealed cookies belong to, whether or not their session still lives; "" for nobody."""
    try:
        vault = visiting().parts.session.jar().vault
    except (BadCookie, InsecureTransport):
        return ""
    return _who(vault) if vault is not None else ""


def _who(vault: Vault) -> str:
    return vault.user or vault.session_id


def _outcome(status: int) -> str:
    if status < HTTPStatus.BAD_REQUEST:
        return "done"
    return "refused" if status < HTTPStatus.INTERNAL_SERVER_ERROR else "failed"


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="GET",
        path=PATH,
        name="audit",
        summary="What the audit trail has of you: a line of JSON for each act, as a file.",
        view=own_lines,
        answer=OwnLine,
        media_type=NDJSON,
        session=True,
        faults=(NotInTier,),
    ),
)
