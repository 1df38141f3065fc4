"""Cookies as we read and write them: strictly, and the same way every time."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from hashlib import sha256

from flask import Request, Response
from werkzeug.http import dump_cookie

from keepless.errors import BadCookie, InsecureTransport

# RFC 6265, 6.1: the least that every browser keeps, name, value and attributes together.
MAX_SET_COOKIE = 4_096
# Chrome and RFC 6265bis cap a cookie's life at 400 days.
LONGEST_LIFE = 400 * 24 * 3600

_DIGEST_BYTES = 6
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
    return _read(request, re.compile(re.escape(name))).get(name)


def family_of(request: Request, prefix: str) -> dict[str, str]:
    """The values of all cookies that are named `prefix` and a digest (`digest_of`), by their whole names.

    Read as strictly as one cookie is: raises BadCookie as `value_of`, for each name of the family. A name that begins
    with the prefix and does not end in a digest is somebody else's.
    """
    return _read(request, re.compile(re.escape(prefix) + "[A-Za-z0-9_-]{8}"))


def all_of(request: Request) -> Iterator[tuple[str, str]]:
    """Every cookie that came, its name and its value exactly as they were sent."""
    for part in request.environ.get("HTTP_COOKIE", "").split(";"):
        sent, _, value = part.partition("=")
        # RFC 6265, 5.4: a browser puts exactly one space after each semicolon.
        yield sent.removeprefix(" "), value


def digest_of(text: str) -> str:
    """Eight characters that stand for a text; one of 20 random characters or more cannot be found back from them."""
    return urlsafe_b64encode(sha256(b"keepless.item." + text.encode()).digest()[:_DIGEST_BYTES]).decode()


def _read(request: Request, ours: re.Pattern[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in all_of(request):
        if ours.fullmatch(name):
            if name in found:
                raise BadCookie(f"{name} was sent twice")
            found[name] = value
        elif ours.fullmatch(resembling := _visible(name)):
            raise BadCookie(f"a cookie's name is {resembling} with blanks in it")
        for more in value.split(",")[1:]:
            if ours.fullmatch(again := _visible(more.partition("=")[0])):
                raise BadCookie(f"{again} was sent in a second Cookie line")
    return found


def line(name: str, value: str, *, max_age: int, secure: bool, httponly: bool = True) -> str:
    """A Set-Cookie line for the whole host, `max_age` in seconds, 0 to clear.

    All our cookies are made here, so a clearing has the very attributes of the setting (R1).
    """
    return dump_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=secure,
        httponly=httponly,
        samesite="Lax",  # not Strict: a bank's OAuth return, a navigation from elsewhere, has to carry it
        sync_expires=False,  # Max-Age says it all, and without the server's clock
        max_size=0,  # the sealed cookie has its own, exact limit
    )


def fits(set_cookie: str) -> bool:
    """Whether every browser keeps a cookie of this line."""
    return len("Set-Cookie: ") + len(set_cookie) <= MAX_SET_COOKIE


def put(response: Response, set_cookie: str) -> None:
    """Adds a Set-Cookie line, in place of one of the same name."""
    name = set_cookie.partition("=")[0]
    others = [other for other in response.headers.getlist("Set-Cookie") if other.partition("=")[0] != name]
    response.headers.setlist("Set-Cookie", [*others, set_cookie])


def _visible(sent: str) -> str:
    """A name without blanks, controls, invisible characters and bytes that are not UTF-8 (WSGI reads Latin-1)."""
    text = sent.encode("latin-1", "replace").decode("utf-8", "ignore")
    return "".join(character for character in text if character.isprintable() and character != " ")
