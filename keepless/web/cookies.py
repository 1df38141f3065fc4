"""Cookies as we read and write them: strictly, and the same way every time."""

import re

from flask import Request, Response
from werkzeug.http import dump_cookie

from keepless.errors import BadCookie, InsecureTransport

# Chrome and RFC 6265bis cap a cookie's life at 400 days.
LONGEST_LIFE = 400 * 24 * 3600

_THIS_MACHINE = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def to_this_machine(request: Request) -> bool:
    """Whether the Host names this very machine. A name that merely resolves to it (DNS rebinding) does not."""
    return _THIS_MACHINE.fullmatch(request.host) is not None


def over_https(request: Request, *, https_only: bool = False) -> bool:
    """True over https, False over http to this very machine.

    Raises InsecureTransport for http to any other host (R2), and with `https_only` for http to this machine too: a
    proxy on the same machine that passes on neither host nor scheme looks just like a visitor at the keyboard.
    """
    if request.is_secure:
        return True
    if not https_only and to_this_machine(request):
        return False
    raise InsecureTransport("the session needs https")


def value_of(request: Request, name: str) -> str | None:
    """The value of one cookie, exactly as it was sent; None where there is none.

    The header is read here and not by the framework: parsers differ in which blanks around a name they drop, and a
    sub-domain that sets a cookie named like ours but for a blank would shadow it. Raises BadCookie where the name comes
    twice, once more under a name that is ours after dropping blanks and control characters, or in a second Cookie line,
    which servers append after a comma: read past, it would look like no session, and a new one would overwrite it.
    """
    found: str | None = None
    for part in request.environ.get("HTTP_COOKIE", "").split(";"):
        sent, _, value = part.partition("=")
        # RFC 6265, 5.4: a browser puts exactly one space after each semicolon.
        if sent.removeprefix(" ") == name:
            if found is not None:
                raise BadCookie(f"{name} was sent twice")
            found = value
        elif _visible(sent) == name:
            raise BadCookie(f"a cookie's name is {name} with blanks in it")
        if any(_visible(more.partition("=")[0]) == name for more in value.split(",")[1:]):
            raise BadCookie(f"{name} was sent in a second Cookie line")
    return found


def line(name: str, value: str, *, max_age: int, secure: bool) -> str:
    """A Set-Cookie line for the whole host, `max_age` in seconds, 0 to clear.

    All our cookies are made here, so a clearing has the very attributes of the setting (R1).
    """
    return dump_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=secure,
        httponly=True,
        samesite="Lax",  # not Strict: a bank's OAuth return, a navigation from elsewhere, has to carry it
        sync_expires=False,  # Max-Age says it all, and without the server's clock
        max_size=0,  # the sealed cookie has its own, exact limit
    )


def put(response: Response, set_cookie: str) -> None:
    """Adds a Set-Cookie line, in place of one of the same name."""
    name = set_cookie.partition("=")[0]
    others = [other for other in response.headers.getlist("Set-Cookie") if other.partition("=")[0] != name]
    response.headers.setlist("Set-Cookie", [*others, set_cookie])


def _visible(sent: str) -> str:
    """A name without blanks, controls, invisible characters and bytes that are not UTF-8 (WSGI reads Latin-1)."""
    text = sent.encode("latin-1", "replace").decode("utf-8", "ignore")
    return "".join(character for character in text if character.isprintable() and character != " ")
