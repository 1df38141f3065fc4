"""The cookies of ours that came with a request: what each is for, whether it opens, until when; not what is in it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from flask import request

from keepless.errors import LinkMissing, SignInRefused
from keepless.services.signing_in import LASTS
from keepless.web import (
    choice,
    cookies,
    hints,
    leaving_cookie,
    oauth,
    rotation_cookie,
    session,
    sign_in_cookie,
    trend_cookie,
)
from keepless.web.errors import CapsuleUnreadable
from keepless.web.jar import Jar
from keepless.web.language import N_
from keepless.web.visit import Visit

SESSION = N_("the keys to your banks, their names and ids, and the session's times")
ROTATION = rotation_cookie.HELD
ARRIVAL = N_("the key to a bank that has arrived, until it is safe with the others")
LINK = N_("the connection to a bank that you have begun, until it is finished")
LEAVING = N_("what a deletion that is not finished has done so far")
SIGN_IN = N_("the sign-in link that you have asked for, for fifteen minutes")
TRENDS = N_("the key to the history of your months that this browser keeps")
PLAIN = {
    hints.COUNTS_NAME: N_("how many transactions each bank had at the last visit"),
    hints.ZONE_NAME: N_("your time zone, so that today is your day"),
    choice.NAME: N_("the language you chose"),
}


class HeldCookie(msgspec.Struct, frozen=True, kw_only=True):
    """A cookie of ours that came with the request; `bytes` is the length of its name and value.

    `http_only` says that no script reads it. A sealed one `opens` or does not, and after `until` (UTC) reads nothing
    any more. A plain one shows its `value`, and stays until logging out; the language, until another is chosen.
    """

    name: str
    purpose: str
    bytes: int
    sealed: bool
    http_only: bool
    opens: bool | None = None
    until: datetime | None = None
    value: str | None = None


def cookies_held(visit: Visit) -> Iterator[HeldCookie]:
    """The cookies of ours that came with the request. Raises BadCookie, InsecureTransport."""
    sealed = _sealed(visit, visit.parts.session.jar())
    for name, value in cookies.all_of(request):
        length = len(name) + len(value)
        if value and name in sealed:
            purpose, until = sealed[name]
            yield HeldCookie(
                name=name,
                purpose=purpose,
                bytes=length,
                sealed=True,
                http_only=True,
                opens=until is not None,
                until=until,
            )
        elif value and name in PLAIN:
            yield HeldCookie(name=name, purpose=PLAIN[name], bytes=length, sealed=False, http_only=False, value=value)


def _sealed(visit: Visit, jar: Jar) -> dict[str, tuple[str, datetime | None]]:
    """What each sealed cookie of ours would be for, and how long what came is good for; None where it does not open."""
    secure = cookies.over_https(request)
    own = session.NAME if secure else session.LOCAL_NAME
    return {
        own: (SESSION, jar.main.expires_at if jar.main is not None else None),
        oauth.name(): (LINK, _link_until(visit)),
        trend_cookie.name(): (TRENDS, _trends_until(visit)),
        rotation_cookie.name(): (rotation_cookie.HELD, rotation_cookie.until(visit)),
        sign_in_cookie.name(): (SIGN_IN, _sign_in_until(visit)),
        leaving_cookie.name(): (LEAVING, leaving_cookie.until(visit, jar.vault)),
        **{each.name: (ARRIVAL, each.vault.expires_at) for each in jar.arrivals.opened},
        **dict.fromkeys(jar.arrivals.unreadable, (ARRIVAL, None)),
    }


def _sign_in_until(visit: Visit) -> datetime | None:
    try:
        return sign_in_cookie.asked(visit).asked_at + LASTS
    except SignInRefused:
        return None


def _link_until(visit: Visit) -> datetime | None:
    try:
        return oauth.begun(visit).link.expires_at
    except LinkMissing:
        return None


def _trends_until(visit: Visit) -> datetime | None:
    try:
        key = trend_cookie.key(visit)
    except CapsuleUnreadable:
        return None
    return key.until if key else None
