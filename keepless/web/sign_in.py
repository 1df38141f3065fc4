"""Signing in: asking for a link by mail, and using it in the browser that asked (docs/accounts.md)."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from flask import Flask, Response, request

from keepless.core.email import MOST, normal
from keepless.core.tiers import Tier
from keepless.errors import (
    AccountsFault,
    BadCookie,
    ConfigError,
    InsecureTransport,
    InvalidField,
    MailFault,
    OtherAccount,
    RateLimited,
    SessionEnded,
    SessionExpired,
    SessionUnreadable,
    SignInRefused,
    TooManyBanks,
)
from keepless.ports import Mail
from keepless.services.signing_in import LASTS, SignedIn, SigningIn
from keepless.web import limits, present, sign_in_cookie
from keepless.web.cookies import to_this_machine
from keepless.web.dev_mail import Mailbox
from keepless.web.language import gettext
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import held_now, page, see_other
from keepless.web.visit import Visit, visiting

PATH = "/sign-in"
MINUTES = int(LASTS.total_seconds() // 60)


class SignInRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the link is to be sent to. `keep_connected` asks for the longer session."""

    email: Annotated[str, msgspec.Meta(max_length=MOST)]
    keep_connected: bool = False


class SignInAnswer(msgspec.Struct, frozen=True):
    """A link is on its way, whoever the address belongs to. It is good until then (UTC), in this browser."""

    until: datetime


class ConfirmRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last part of the link's address."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class ConfirmAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in now, until when (UTC), and how many banks this browser's session has."""

    email: str
    tier: Tier
    expires_at: datetime
    banks: int


def register(app: Flask) -> None:
    """Adds the pages' routes to `app`, which has accounts."""

    def route(path: str, method: str, view: Callable[[Visit], Response]) -> None:
        app.add_url_rule(
            path, endpoint=f"page.{view.__name__}", view_func=lambda **_: view(visiting()), methods=[method]
        )

    route(PATH, "GET", sign_in)
    route(PATH, "POST", ask_by_form)
    route(f"{PATH}/<nonce>", "GET", link)
    route(f"{PATH}/<nonce>", "POST", use_link)


def sign_in(visit: Visit) -> Response:
    """The page with one field."""
    return _sign_in_page(visit)


def ask_by_form(visit: Visit) -> Response:
    """Sends a link to the address in the form, and says that it is on its way; the same for every address."""
    form = as_sent(lambda: request.form)
    text, keep_connected = form.get("email", ""), form.get("keep_connected") == "yes"
    try:
        email = _address(text)
        is_local = isinstance(visit.parts.mailer, Mailbox)
        response = page(visit, "sign_in_sent.html", held="cookie", email=email, minutes=MINUTES, is_local_mail=is_local)
        return _ask(visit, response, email, keep_connected=keep_connected)
    except InvalidField:
        words = gettext("This does not look like an e-mail address that takes mail. One looks like ana@example.org.")
        return _sign_in_page(visit, error=words, email=text[:MOST], status=HTTPStatus.BAD_REQUEST)


def link(visit: Visit) -> Response:
    """Where the link leads. It changes nothing: programs that look through mail follow links too."""
    try:
        asked = sign_in_cookie.asked(visit)
    except SignInRefused:
        return page(visit, "sign_in_confirm.html", held=held_now(visit), asked=None, minutes=MINUTES)
    return page(visit, "sign_in_confirm.html", held="cookie", asked=asked, minutes=MINUTES)


def use_link(visit: Visit) -> Response:
    """Signs the visitor in, and leads on to their banks."""
    nonce = str((request.view_args or {}).get("nonce", ""))
    try:
        _, response = _signed_in(visit, nonce, lambda done: see_other("/" if done.vault.banks else "/setup"))
    except SignInRefused:
        return _sign_in_page(visit, is_refused=True, status=HTTPStatus.FORBIDDEN)
    return response


def ask(visit: Visit) -> Response:
    """Sends a link."""
    asked = body_as(SignInRequest)
    email = _address(asked.email)
    response = answer(SignInAnswer(visit.parts.clock() + LASTS), HTTPStatus.ACCEPTED)
    return _ask(visit, response, email, keep_connected=asked.keep_connected)


def confirm(visit: Visit) -> Response:
    """Uses a link up."""
    _, response = _signed_in(visit, body_as(ConfirmRequest).token, _told)
    return response


def _told(done: SignedIn) -> Response:
    return answer(
        ConfirmAnswer(
            email=done.user.email,
            tier=done.user.tier,
            expires_at=done.vault.expires_at,
            banks=len(done.vault.banks),
        )
    )


def _address(text: str) -> str:
    """Raises InvalidField for what no mail can be sent to."""
    email = normal(text)
    if email is None:
        raise InvalidField("email", "must be an e-mail address")
    return email


def _ask(visit: Visit, response: Response, email: str, *, keep_connected: bool) -> Response:
    """Sends the link, and has `response`, which is returned, carry the cookie that it works with.

    Raises RateLimited, AccountsFault, MailFault, and InvalidField where the mail server knows no such mailbox.
    """
    limits.attempt(limits.EMAIL, email)
    base, browser = _base(visit), sign_in_cookie.browser(visit)
    until = visit.parts.clock() + LASTS

    def mail(nonce: str) -> Mail:
        return _mail(visit, email, f"{base}{PATH}/{nonce}", until)

    try:
        asked = _signing_in(visit).ask(email, browser, mail, keep_connected=keep_connected)
    except MailFault as fault:
        visit.parts.metrics.mail("refused" if fault.permanent else "failed")
        if not fault.permanent:
            raise
        raise InvalidField("email", "the mail server takes no mail for this address") from None
    visit.parts.metrics.mail("sent")
    return sign_in_cookie.write(visit, response, asked)


def _signed_in(visit: Visit, nonce: str, told: Callable[[SignedIn], Response]) -> tuple[SignedIn, Response]:
    """Uses the link and writes the new session into the answer that `told` makes.

    Raises SignInRefused, and as `SessionCookie.require_bindable` before the link is used. Where the cookie cannot be
    written the session that was begun is ended again.
    """
    asked = sign_in_cookie.asked(visit)
    session, signing_in = visit.parts.session, _signing_in(visit)
    days, keep_days = session.lifetimes
    done = signing_in.confirm(asked, nonce, session.require_bindable, days=keep_days if asked.keep_connected else days)
    try:
        response = session.bind(told(done), done.vault)
    except Exception:
        signing_in.undo(done.user.id, done.vault)
        raise
    return done, sign_in_cookie.forget(response)


def _signing_in(visit: Visit) -> SigningIn:
    """Raises ConfigError where the installation has no accounts; its routes are not there then."""
    accounts, mailer = visit.parts.accounts, visit.parts.mailer
    if accounts is None or mailer is None:
        raise ConfigError("there are no accounts here: DATABASE_URL is not set")
    return SigningIn(accounts.store, mailer, visit.parts.clock)


def _base(visit: Visit) -> str:
    """What links begin with: never what a Host header of somebody's choosing says. Raises ConfigError."""
    if visit.site.public_url is not None:
        return visit.site.public_url
    if not to_this_machine(request):
        raise ConfigError("PUBLIC_URL is missing: links in mails begin with it")
    return request.host_url.rstrip("/")


def _mail(visit: Visit, email: str, address: str, until: datetime) -> Mail:
    """The same words for everybody, whether there is an account or not."""
    host = address.partition("://")[2].partition("/")[0]
    time = present.clock_time(until, visit.parts.hints.time_zone())
    paragraphs = (
        gettext("Somebody, most likely you, wants to sign in to Keepless at %(host)s with this address.", host=host),
        gettext("Open this link in the browser that asked for it:"),
        address,
        gettext("It works once, until %(time)s, and in no other browser.", time=time),
        gettext("If it was not you, there is nothing to do: nobody signs in without this link."),
    )
    return Mail(to=email, subject=gettext("Your link to sign in to Keepless"), text="\n\n".join(paragraphs) + "\n")


def _sign_in_page(
    visit: Visit, *, error: str = "", email: str = "", is_refused: bool = False, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return page(
        visit,
        "sign_in.html",
        held=held_now(visit),
        status=status,
        error=error,
        email=email,
        is_refused=is_refused,
        minutes=MINUTES,
        keep_connected=request.method == "POST" and request.form.get("keep_connected") == "yes",
    )


_BINDING = (
    SignInRefused,
    OtherAccount,
    SessionUnreadable,
    SessionExpired,
    SessionEnded,
    TooManyBanks,
    BadCookie,
    InsecureTransport,
    AccountsFault,
)

OPERATIONS = (
    Operation(
        method="POST",
        path="/api/sign-in",
        name="sign_in",
        summary="Sends a link to sign in with, to any address; it works once, for 15 minutes, in this browser.",
        view=ask,
        answer=SignInAnswer,
        status=HTTPStatus.ACCEPTED,
        body=SignInRequest,
        faults=(InvalidField, RateLimited, AccountsFault, MailFault, BadCookie, InsecureTransport),
    ),
    Operation(
        method="POST",
        path="/api/sign-in/confirm",
        name="confirm_sign_in",
        summary="Uses such a link: begins a session, with the banks that this browser holds.",
        view=confirm,
        answer=ConfirmAnswer,
        body=ConfirmRequest,
        faults=(InvalidField, RateLimited, *_BINDING),
    ),
)
