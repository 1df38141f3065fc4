"""The session: one sealed cookie in the visitor's browser, and nothing on the server (SECURITY.md, R1 to R9)."""

import secrets
from collections.abc import Callable

import msgspec
from flask import Flask, Response, request

from keepless.errors import (
    SealBroken,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
    TooManyBanks,
)
from keepless.ports import Clock, Sealer
from keepless.services.vault import Vault, decode, encode, new_vault
from keepless.web import cookies

PURPOSE = "session"
NAME = "__Host-keepless"
LOCAL_NAME = "keepless-local"
# RFC 6265, 6.1: the least that every browser keeps, name, value and attributes together.
MAX_SET_COOKIE = 4_096
RANDOM_BYTES = 16

# Kept with the request itself: flask.g outlives one request where a program pushes an application context of its own.
_FOUND = "keepless.session"
_FIRST_ERROR_STATUS = 400
_UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """What one request's cookie turned out to be. `vault` is there for a readable cookie, an expired one included."""

    vault: Vault | None = None
    unreadable: str | None = None
    expired: bool = False
    older_key: bool = False


class SessionCookie:
    """Reads and writes the sealed cookie of the request at hand. One per application; holds no visitor's data.

    `days` and `keep_days` are a session's lifetime without and with "keep me connected". `on_unreadable` is called once
    for each request with a cookie that does not open, with the reason, for the metric (R9). `https_only` refuses plain
    http even from this machine: for servers behind a proxy, which may be on this machine too.
    """

    def __init__(
        self,
        sealer: Sealer,
        clock: Clock,
        *,
        days: int = 7,
        keep_days: int = 30,
        https_only: bool = False,
        on_unreadable: Callable[[str], object] = lambda _reason: None,
    ) -> None:
        self._sealer = sealer
        self._clock = clock
        self._days = days
        self._keep_days = keep_days
        self._https_only = https_only
        self._on_unreadable = on_unreadable

    @property
    def lifetimes(self) -> tuple[int, int]:
        """Days that a session lives without and with "keep me connected"."""
        return self._days, self._keep_days

    def init_app(self, app: Flask) -> None:
        """Marks answers that depended on a session (R11), and seals anew after a key was rotated (bad input 6)."""
        app.after_request(self._after_request)

    def read(self) -> Vault:
        """The visitor's vault.

        Raises SessionMissing, SessionExpired, SessionUnreadable (all three: 401 or the setup page, the cookie left as
        it is), BadCookie (400), InsecureTransport.
        """
        found = self._look()
        vault = self._readable(found)
        if found.expired:
            raise SessionExpired("the session's lifetime is over")
        return vault

    def read_or_new(self, *, keep_connected: bool = False) -> Vault:
        """The visitor's vault, or where no cookie came a new and empty one that is not written yet.

        To be asked before a bank is connected: raises as `read` does for an expired or unreadable cookie, whose tokens
        a new cookie would overwrite. `keep_connected` is for the new one only; a session's end does not move.
        """
        try:
            return self.read()
        except SessionMissing:
            return new_vault(
                self._clock(),
                days=self._keep_days if keep_connected else self._days,
                session_id=secrets.token_urlsafe(RANDOM_BYTES),
                secret=secrets.token_bytes(RANDOM_BYTES),
                keep_connected=keep_connected,
            )

    def read_to_revoke(self) -> Vault:
        """The vault of a living or an expired session: for the POST that removes its banks at Plaid, nothing else.

        Raises as `read`, but for SessionExpired; RuntimeError in a GET, which changes nothing.
        """
        _require_unsafe_method()
        return self._readable(self._look())

    def write(self, response: Response, vault: Vault) -> Response:
        """Seals `vault` into the answer, which is returned.

        Raises SessionUnreadable where the request's cookie does not open and SessionExpired where it is over and
        `vault` is not the rest of it: it may be the only copy of a token (R6, R9). Raises TooManyBanks where the cookie
        would be longer than 4,096 bytes, RuntimeError in a GET (R4).
        """
        _require_unsafe_method()
        held = self._look()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        if held.expired and held.vault is not None and not _same_session(held.vault, vault):
            raise SessionExpired("the banks of the expired session are to be removed first")
        name, secure = self._name()
        sealed = self._sealer.seal(PURPOSE, encode(vault))
        # The browser keeps the cookie for longer than it is valid: an expired one can still revoke its banks.
        line = cookies.line(name, sealed, max_age=cookies.LONGEST_LIFE, secure=secure)
        if len("Set-Cookie: ") + len(line) > MAX_SET_COOKIE:
            raise TooManyBanks(f"{len(vault.banks)} bank(s) make the cookie too long")
        cookies.put(response, line)
        request.environ[_FOUND] = _Found(vault=vault, expired=held.expired)
        return response

    def clear(self, response: Response) -> Response:
        """Takes the cookie out of the browser, once its banks are removed; the answer is returned.

        Raises SessionUnreadable for a cookie that does not open (R9), RuntimeError in a GET (R4).
        """
        _require_unsafe_method()
        held = self._look()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        return self._clear(response)

    def forget_unreadable(self, response: Response) -> bool:
        """Clears a cookie that does not open, because the person asked for it in so many words; whether there was one.

        The only way past such a cookie (docs/decisions/0003-sealed-cookie.md). A cookie that opens, perhaps again since
        the page was shown, is left as it is. Raises RuntimeError in a GET.
        """
        _require_unsafe_method()
        if self._look().unreadable is None:
            return False
        self._clear(response)
        return True

    def _clear(self, response: Response) -> Response:
        name, secure = self._name()
        cookies.put(response, cookies.line(name, "", max_age=0, secure=secure))
        request.environ[_FOUND] = _Found()
        return response

    def _name(self) -> tuple[str, bool]:
        """The cookie's name on this request's transport, and whether it is Secure. Raises InsecureTransport."""
        secure = cookies.over_https(request, https_only=self._https_only)
        return (NAME if secure else LOCAL_NAME), secure

    def _readable(self, found: _Found) -> Vault:
        if found.unreadable is not None:
            raise SessionUnreadable(found.unreadable)
        if found.vault is None:
            raise SessionMissing("no session cookie came with the request")
        return found.vault

    def _look(self) -> _Found:
        """This request's cookie, opened once. Raises BadCookie, InsecureTransport."""
        found: _Found | None = request.environ.setdefault(_FOUND, None)
        if found is None:
            name, _ = self._name()
            found = request.environ[_FOUND] = self._open(cookies.value_of(request, name))
            if found.unreadable is not None:
                self._on_unreadable(found.unreadable)
        return found

    def _open(self, sealed: str | None) -> _Found:
        if not sealed:  # an empty cookie holds nothing that could be lost
            return _Found()
        try:
            vault = decode(self._sealer.open(PURPOSE, sealed))
            vault.require_alive(self._clock())
        except (SealBroken, SessionUnreadable) as fault:
            return _Found(unreadable=fault.reason)
        except SessionExpired:
            return _Found(vault=vault, expired=True)
        return _Found(vault=vault, older_key=not self._sealer.is_newest(sealed))

    def _after_request(self, response: Response) -> Response:
        if _FOUND not in request.environ:
            return response
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
        found: _Found | None = request.environ[_FOUND]
        fine = response.status_code < _FIRST_ERROR_STATUS and request.method in _UNSAFE_METHODS
        if fine and found is not None and found.older_key and found.vault is not None:
            self.write(response, found.vault)
        return response


def _same_session(held: Vault, written: Vault) -> bool:
    return (held.session_id, held.expires_at) == (written.session_id, written.expires_at)


def _require_unsafe_method() -> None:
    """A GET that wrote the cookie could undo a logout that overtook it (R4). Not a fault of the visitor's: of ours."""
    if request.method not in _UNSAFE_METHODS:
        raise RuntimeError(f"the session's cookie is not written by {request.method}")
