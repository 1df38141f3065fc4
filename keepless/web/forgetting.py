"""Delete me: everything that is held of a visitor, by one request that can be sent again until all of it is gone."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Flask, Response, request

from keepless.core.email import MOST
from keepless.core.receipt import SignedReceipt
from keepless.errors import InvalidField, RateLimited, SessionUnreadable, StepUpNeeded
from keepless.services.forgetting import Forgetting, Forgotten
from keepless.services.receipts import Place, receipt_of, signed
from keepless.web import cookies, leaving_cookie, leaving_page, limits
from keepless.web.answers import problem_of, request_id
from keepless.web.errors import DeletionIncomplete, DeletionInterrupted
from keepless.web.held_cookies import HeldCookie, cookies_held
from keepless.web.lookup import retry_after
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import NO_SESSION
from keepless.web.problems import as_response
from keepless.web.visit import Visit, visiting
from keepless.web.well_known import issuer_of

PATH = "/delete-me"


class DeleteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The e-mail address of the account, where the person did not sign in within the last five minutes."""

    email: Annotated[str, msgspec.Meta(max_length=MOST)] = ""


def register(app: Flask) -> None:
    """Adds the pages' routes to `app`."""

    def route(path: str, method: str, view: Callable[[Visit], Response]) -> None:
        app.add_url_rule(path, endpoint=f"page.{view.__name__}", view_func=lambda: view(visiting()), methods=[method])

    route(PATH, "GET", delete_page)
    route(PATH, "POST", delete_by_form)
    route(leaving_page.HELD_PATH, "GET", leaving_page.what_you_hold)


def delete_me(visit: Visit) -> Response:
    """Deletes everything. Sent twice, or again after it was broken off, it ends the same."""
    has_body = bool(request.content_length) or "Transfer-Encoding" in request.headers
    asked = body_as(DeleteRequest) if has_body else DeleteRequest()
    came = _cookies(visit)
    forgotten = leave(visit, asked.email)
    if forgotten is not None and not forgotten.is_done:
        return keep_on(visit, _problem(visit, forgotten), forgotten)
    receipt = receipt_for(visit, forgotten, came)
    return clear(visit, answer(receipt), came)


def delete_page(visit: Visit) -> Response:
    """What would be deleted, and the button. Changes nothing."""
    jar = visit.parts.session.jar()
    try:
        if jar.unreadable is not None:
            raise SessionUnreadable(jar.unreadable)
        if jar.vault is None:
            return leaving_page.ask(visit, None)
        user = forgetting(visit).permit(jar.vault, expired=jar.expired, typed="")
    except StepUpNeeded:
        return leaving_page.ask(visit, jar.vault, step_up=True)
    except NO_SESSION as fault:
        return leaving_page.refuse(visit, fault)
    return leaving_page.ask(visit, jar.vault, email=user.email if user is not None else None)


def delete_by_form(visit: Visit) -> Response:
    """The same as `delete_me` from the page's form, answered by a page: a receipt, or what is left and a button."""
    typed = as_sent(lambda: request.form).get("email", "")[:MOST]
    came = _cookies(visit)
    try:
        forgotten = leave(visit, typed)
    except StepUpNeeded:
        vault = visit.parts.session.jar().vault
        return leaving_page.ask(visit, vault, step_up=True, is_wrong=bool(typed), status=HTTPStatus.FORBIDDEN)
    except NO_SESSION as fault:
        return leaving_page.refuse(visit, fault)
    if forgotten is not None and not forgotten.is_done:
        error = _error(forgotten)
        return keep_on(visit, leaving_page.unfinished(visit, forgotten, error), forgotten)
    receipt = receipt_for(visit, forgotten, came)
    return clear(visit, leaving_page.receipt(visit, receipt), came)


def forgetting(visit: Visit) -> Forgetting:
    """The service, for this request."""
    parts = visit.parts
    store = parts.accounts.store if parts.accounts is not None else None
    return Forgetting(parts.plaid, parts.pool, parts.clock, store=store, forget=visit.forget_copy, gone=visit.uncover)


def leave(visit: Visit, typed: str) -> Forgotten | None:
    """Deletes what can be; None where there is no session.

    Raises SessionUnreadable, SessionExpired, SessionEnded, StepUpNeeded, RateLimited (for too many addresses typed),
    BadCookie, InsecureTransport, after all of which nothing has changed.
    """
    jar = visit.parts.session.jar()
    if jar.unreadable is not None:
        raise SessionUnreadable(jar.unreadable)
    if jar.vault is None:
        return None
    guessing = visit.parts.session.shown() if typed else None  # what is over is not asked for an address (`permit`)
    if guessing is not None and guessing.user:
        limits.attempt(limits.STEP_UP, guessing.user)
    before = leaving_cookie.read(visit, jar.vault)
    return forgetting(visit).leave(jar.vault, expired=jar.expired, typed=typed, before=before)


def receipt_for(visit: Visit, forgotten: Forgotten | None, came: Sequence[HeldCookie]) -> SignedReceipt:
    """The signed receipt of a deletion that is done; `came` are the cookies of ours that came with the request."""
    unreadable = visit.parts.session.jar().arrivals.unreadable
    now, days = visit.parts.clock(), visit.site.audit_days
    place = Place(
        issuer=issuer_of(visit),
        environment=visit.site.environment,
        keeps_copies=visit.parts.keeping is not None,
        has_reaper=visit.parts.reaping is not None,
        has_audit=visit.parts.audit is not None,
        audit_until=now + timedelta(days=days) if days is not None else None,
    )
    receipt = receipt_of(
        forgotten,
        place,
        at=now,
        cookies=[each.name for each in came if each.name not in unreadable],
        unreadable=sorted(unreadable),
    )
    return signed(receipt, visit.parts.receipts)


def clear(visit: Visit, response: Response, came: Sequence[HeldCookie]) -> Response:
    """Takes every cookie of ours that came out of the browser, once all is done; the answer is returned.

    But a bank's own cookie that does not open: it may hold the only copy of a token (R9).
    """
    session = visit.parts.session
    jar = session.jar()
    if jar.vault is not None:
        session.clear(response)
    secure = cookies.over_https(request)
    for each in came:
        if each.name not in jar.arrivals.unreadable:
            line = cookies.line(each.name, "", max_age=0, secure=secure, httponly=each.http_only)
            cookies.put(response, line)
    return response


def keep_on(visit: Visit, response: Response, forgotten: Forgotten) -> Response:
    """Leaves in the browser what is needed to go on: the keys that are left, and what was done so far."""
    rest = forgotten.remaining
    if rest is not None:
        leaving_cookie.write(visit, response, rest, forgotten.progress)
        visit.parts.session.write(response, rest)
    return response


def _cookies(visit: Visit) -> list[HeldCookie]:
    """The cookies of ours that came, each once. Asked before anything is done: a doubled one is refused (BadCookie)."""
    return list({each.name: each for each in cookies_held(visit)}.values())


def _error(forgotten: Forgotten) -> DeletionIncomplete:
    return (DeletionIncomplete if forgotten.kept else DeletionInterrupted)(forgotten.kept)


def _problem(visit: Visit, forgotten: Forgotten) -> Response:
    error = _error(forgotten)
    problem = problem_of(error, request_id=request_id(), zone=visit.parts.hints.time_zone())
    response = as_response(msgspec.structs.replace(problem, problems=error.problems, retryable=True))
    seconds = retry_after(error, visit.parts.clock())
    if seconds is not None:
        response.headers["Retry-After"] = str(seconds)
    return response


OPERATIONS = (
    Operation(
        method="DELETE",
        path="/api/delete-me",
        name="delete_me",
        summary="Deletes everything held about you, at Plaid first, and answers with a signed receipt. Repeatable.",
        view=delete_me,
        answer=SignedReceipt,
        body=DeleteRequest,
        optional_body=True,
        session=True,
        faults=(InvalidField, StepUpNeeded, RateLimited, DeletionIncomplete, DeletionInterrupted),
    ),
)
