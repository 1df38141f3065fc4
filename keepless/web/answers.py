"""From an error to its answer, and one log line for every request."""

import secrets
from time import perf_counter
from zoneinfo import ZoneInfo

import msgspec
import structlog
from flask import Flask, Response, g, render_template, request
from werkzeug.exceptions import MethodNotAllowed

from keepless import errors
from keepless.errors import PlaidFault
from keepless.web import logs, present
from keepless.web.errors import ExportIncomplete, NothingReadable
from keepless.web.faults import INTERNAL
from keepless.web.language import ENGLISH, gettext, spoken
from keepless.web.lookup import fault_of, retry_after, words_of
from keepless.web.problems import Problem, as_response
from keepless.web.site import Parts

REQUEST_ID = "X-Request-Id"
# For programs, whatever they say that they accept.
_MACHINE_PATHS = ("/api/", "/health", "/ready", "/metrics", "/openapi.json")
# But these are sent by a form of our page as well: there, what its browser asks for decides.
_FORM_PATHS = frozenset({"/api/export"})
_UNMATCHED = "unmatched"

_log = structlog.get_logger("keepless.web")


def prefers_json() -> bool:
    """Whether the request's sender is a program: by the path, or by an Accept that puts JSON before pages."""
    accepted = request.accept_mimetypes
    as_json = max(accepted["application/json"], accepted["application/problem+json"])
    if request.path in _FORM_PATHS:
        return as_json >= accepted["text/html"]
    if request.path.startswith(_MACHINE_PATHS):
        return True
    return as_json > accepted["text/html"]


def request_id() -> str:
    """The id of this request, ours and new: a client cannot choose what is written into the log."""
    known: str | None = g.get("request_id")
    if known is None:
        known = g.request_id = secrets.token_hex(8)
    return known


_QUIET_ROUTES = frozenset({"/health", "/ready", "/static/<path:filename>"})


def register(app: Flask, parts: Parts) -> None:
    """Has `app` answer every error by the table of faults, and log and count every answer."""

    def start() -> None:
        g.started = perf_counter()

    def respond(error: Exception) -> Response:
        fault = fault_of(error)
        # A lost connection has a cause that nobody foresaw, and may have left an item that bills for ever (R14).
        if fault is INTERNAL or isinstance(error, errors.ConnectionLost):
            report(parts, error)
        if isinstance(error, errors.AccountsFault):
            parts.metrics.accounts_fault(error.reason)
        response = _response_to(error, parts.hints.time_zone())
        seconds = retry_after(error, parts.clock())
        if seconds is not None:
            response.headers["Retry-After"] = str(seconds)
        if isinstance(error, MethodNotAllowed):
            response.allow.update(error.valid_methods or ())
        return response

    def finish(response: Response) -> Response:
        seconds = perf_counter() - g.get("started", perf_counter())
        route = request.url_rule.rule if request.url_rule is not None else _UNMATCHED
        response.headers[REQUEST_ID] = request_id()
        parts.metrics.answered(route, request.method, response.status_code, seconds)
        # Probes and the page's own files say nothing that a reader of the log would look for.
        log = _log.debug if route in _QUIET_ROUTES else _log.info
        log(
            "request",
            method=request.method[:16],
            route=route,
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            request_id=request_id(),
        )
        return response

    app.before_request(start)
    app.after_request(finish)
    app.register_error_handler(Exception, respond)


def report(parts: Parts, error: BaseException, number: str | None = None) -> None:
    """Logs and counts an error that nobody foresaw, without any value of it (R17).

    `number` is the id of its request, for an error that comes once the request is over.
    """
    parts.metrics.unexpected(error)
    _log.error("unexpected error", request_id=number or request_id(), **logs.describe(error))


def problem_of(error: BaseException, *, request_id: str, zone: ZoneInfo | None = None) -> Problem:
    """The error as a problem, in the answer's language, with times on the clock of `zone`.

    Only what is safe to show: an unforeseen error's own text never is.
    """
    fault = words_of(error, zone)
    problem = Problem(
        type=f"/openapi.json#/components/examples/{fault.code}",
        title=fault.title,
        status=fault.status,
        code=fault.code,
        detail=fault.detail,
        next_step=fault.next_step,
        request_id=request_id,
    )
    match error:
        case errors.InvalidField():
            # What is wrong with it is said in English only: the name of the field is what a reader needs.
            what = error.detail if spoken() is ENGLISH else present.inside(fault.detail)
            return msgspec.structs.replace(problem, detail=f"{error.field}: {what}", field=error.field)
        case errors.ConnectionLost(removed=False):
            detail = gettext(
                "Its token could not be sealed into your cookie, and Plaid did not confirm that it was taken back."
            )
            return msgspec.structs.replace(problem, detail=detail)
        case NothingReadable():
            return msgspec.structs.replace(problem, problems=error.problems, retryable=fault.retry_after is not None)
        case ExportIncomplete():
            return msgspec.structs.replace(
                problem,
                detail=f"{fault.detail} {error.missing}",
                problems=error.problems,
                retryable=fault.retry_after is not None,
            )
        case PlaidFault():
            return msgspec.structs.replace(
                problem,
                retryable=error.retryable,
                action=str(error.action),
                plaid_code=error.code,
                plaid_request_id=error.request_id,
            )
        case _:
            return problem


def _response_to(error: Exception, zone: ZoneInfo | None) -> Response:
    problem = problem_of(error, request_id=request_id(), zone=zone)
    if prefers_json():
        return as_response(problem)
    return Response(
        render_template("error.html", problem=problem), status=problem.status, content_type="text/html; charset=utf-8"
    )
