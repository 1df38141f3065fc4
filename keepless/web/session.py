"""The session: a sealed cookie in the visitor's browser, and nothing on the server (SECURITY.md, R1 to R9 and R15).

A bank that has just arrived has a cookie of its own beside it (`web.arrivals`); what is read is all of them together.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from flask import Flask, Response, request

from keepless.errors import SealBroken, SessionExpired, SessionMissing, SessionUnreadable, TooManyBanks
from keepless.ports import Clock, Sealer
from keepless.services.vault import Vault, decode, encode, new_vault
from keepless.web import arrivals, cookies
from keepless.web.arrivals import Arrivals
from keepless.web.jar import Jar

PURPOSE = "session"
NAME = "__Host-keepless"
LOCAL_NAME = "keepless-local"
# RFC 6265, 6.1: the least that every browser keeps, name, value and attributes together.
MAX_SET_COOKIE = 4_096
RANDOM_BYTES = 16

# Kept with the request itself: flask.g outlives one request where a program pushes an application context of its own.
_JAR = "keepless.jar"
_FIRST_ERROR_STATUS = 400
_UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SessionCookie:
    """Reads and writes the sealed cookies of the request at hand. One per application; holds no visitor's data.

    `days` and `keep_days` are a session's lifetime without and with "keep me connected". `on_unreadable` is called once
    for each cookie of a request that does not open, with the reason, for the metric (R9). `https_only` refuses plain
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
        """Marks answers that depended on a session (R11), and has unsafe requests that succeed settle what came."""
        app.after_request(self._after_request)

    def jar(self) -> Jar:
        """This request's sealed cookies, opened once, whatever their state. Raises BadCookie, InsecureTransport."""
        found: Jar | None = request.environ.setdefault(_JAR, None)
        if found is None:
            found = request.environ[_JAR] = self._dated(self._open())
            for reason in filter(None, (found.main_unreadable, *found.arrivals.unreadable.values())):
                self._on_unreadable(reason)
        return found

    def read(self) -> Vault:
        """The visitor's vault.

        Raises SessionMissing, SessionExpired, SessionUnreadable (all three: 401 or the setup page, the cookie left as
        it is), BadCookie (400), InsecureTransport.
        """
        found = self.jar()
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
        return self._readable(self.jar())

    def write(self, response: Response, vault: Vault) -> Response:
        """Seals `vault` into the answer, which is returned. A bank that did not come with the request gets its own too.

        Raises SessionUnreadable where the request's cookie does not open and SessionExpired where it is over and
        `vault` is not the rest of it: it may be the only copy of a token (R6, R9). Raises TooManyBanks where a cookie
        would be longer than 4,096 bytes, RuntimeError in a GET (R4).
        """
        _require_unsafe_method()
        held = self.jar()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        if held.expired and held.vault is not None and not _same_session(held.vault, vault):
            raise SessionExpired("the banks of the expired session are to be removed first")
        return self._put(response, self._lines(held, vault), msgspec.structs.replace(held, vault=vault, written=True))

    def clear(self, response: Response) -> Response:
        """Takes the cookies that opened out of the browser, once their banks are removed; the answer is returned.

        Raises SessionUnreadable for a cookie that does not open (R9), RuntimeError in a GET (R4).
        """
        _require_unsafe_method()
        held = self.jar()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        names = [self._name()[0], *(arrival.name for arrival in held.arrivals.opened)]
        return self._put(response, map(self._clearing_line, names), Jar(written=True))

    def forget_unreadable(self, response: Response) -> bool:
        """Clears cookies that do not open, because the person asked for it in so many words; whether there were any.

        The only way past such cookies (docs/decisions/0003-sealed-cookie.md). Those that open, perhaps again since the
        page was shown, are left as they are. Raises RuntimeError in a GET.
        """
        _require_unsafe_method()
        held = self.jar()
        names = [*([self._name()[0]] if held.main_unreadable else []), *held.arrivals.unreadable]
        if not names:
            return False
        rest = Jar(main=held.main, older_key=held.older_key, arrivals=Arrivals(opened=held.arrivals.opened))
        self._put(response, map(self._clearing_line, names), self._dated(rest))
        return True

    def _lines(self, held: Jar, vault: Vault) -> list[str]:
        """The Set-Cookie lines that make `vault` of what came: first the session's own cookie, then the banks'."""
        name, secure = self._name()
        # More banks than one cookie takes can arrive at once. Those that do not fit stay in their own.
        main = self._line(name, PURPOSE, vault.fitting())
        came, opened = held.came, held.arrivals.opened
        new = {
            own: self._line(own, arrivals.PURPOSE, vault.alone(key, since=self._clock()))
            for key in vault.banks
            if came is None or key not in came.banks
            for own in (arrivals.name_of(key.bank.item_id, secure=secure),)
        }
        staying = [each for each in opened if each.key in vault.banks]
        resting = arrivals.at_rest(
            staying,
            settled=held.main.banks if held.main is not None else (),
            now=self._clock(),
            room=arrivals.MOST_BYTES - sum(map(len, (main, *new.values()))),
        )
        kept = [each for each in staying if each not in resting]
        renewed = [self._line(each.name, arrivals.PURPOSE, each.vault) for each in kept if each.older_key]
        gone = [each.name for each in opened if each not in kept and each.name not in new]
        return [main, *new.values(), *renewed, *map(self._clearing_line, gone)]

    def _line(self, name: str, purpose: str, vault: Vault) -> str:
        """A Set-Cookie line. The browser keeps it for longer than it is valid: an expired one can still revoke."""
        _, secure = self._name()
        sealed = self._sealer.seal(purpose, encode(vault))
        line = cookies.line(name, sealed, max_age=cookies.LONGEST_LIFE, secure=secure)
        if len("Set-Cookie: ") + len(line) > MAX_SET_COOKIE:
            raise TooManyBanks(f"{len(vault.banks)} bank(s) make the cookie too long")
        return line

    def _clearing_line(self, name: str) -> str:
        _, secure = self._name()
        return cookies.line(name, "", max_age=0, secure=secure)

    def _put(self, response: Response, lines: Iterable[str], after: Jar) -> Response:
        for line in lines:
            cookies.put(response, line)
        request.environ[_JAR] = after
        return response

    def _name(self) -> tuple[str, bool]:
        """The cookie's name on this request's transport, and whether it is Secure. Raises InsecureTransport."""
        secure = cookies.over_https(request, https_only=self._https_only)
        return (NAME if secure else LOCAL_NAME), secure

    def _readable(self, found: Jar) -> Vault:
        if found.unreadable is not None:
            raise SessionUnreadable(found.unreadable)
        if found.vault is None:
            raise SessionMissing("no session cookie came with the request")
        return found.vault

    def _open(self) -> Jar:
        name, secure = self._name()
        sealed = cookies.value_of(request, name)
        own = arrivals.read(request, lambda text: self._unsealed(arrivals.PURPOSE, text), secure=secure)
        if not sealed:  # an empty cookie holds nothing that could be lost
            return Jar(arrivals=own)
        try:
            main, older_key = self._unsealed(PURPOSE, sealed)
        except (SealBroken, SessionUnreadable) as fault:
            return Jar(main_unreadable=fault.reason, arrivals=own)
        return Jar(main=main, older_key=older_key, arrivals=own)

    def _unsealed(self, purpose: str, sealed: str) -> tuple[Vault, bool]:
        """The vault, an expired one too, and whether an older key sealed it. Raises SealBroken, SessionUnreadable."""
        vault = decode(self._sealer.open(purpose, sealed))
        with suppress(SessionExpired):
            vault.require_alive(self._clock())
        return vault, not self._sealer.is_newest(sealed)

    def _dated(self, found: Jar) -> Jar:
        """`found` with its vault, and whether that is over."""
        vault = found.came
        try:
            if vault is not None:
                vault.require_alive(self._clock())
        except SessionExpired:
            return msgspec.structs.replace(found, vault=vault, expired=True)
        return msgspec.structs.replace(found, vault=vault)

    def _after_request(self, response: Response) -> Response:
        if _JAR not in request.environ:
            return response
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
        found: Jar | None = request.environ[_JAR]
        fine = response.status_code < _FIRST_ERROR_STATUS and request.method in _UNSAFE_METHODS
        if fine and found is not None and not found.written:
            self._settle(response, found)
        return response

    def _settle(self, response: Response, found: Jar) -> None:
        """Takes arrived banks into the session's cookie, seals anew after a rotation, and clears what may go."""
        vault = found.vault
        if vault is None or found.expired or found.main_unreadable is not None:
            return
        main, *others = self._lines(found, vault)
        due = found.older_key or found.main != vault.fitting()
        self._put(response, [main, *others] if due else others, msgspec.structs.replace(found, written=True))


def _same_session(held: Vault, written: Vault) -> bool:
    return (held.session_id, held.expires_at) == (written.session_id, written.expires_at)


def _require_unsafe_method() -> None:
    """A GET that wrote the cookie could undo a logout that overtook it (R4). Not a fault of the visitor's: of ours."""
    if request.method not in _UNSAFE_METHODS:
        raise RuntimeError(f"the session's cookie is not written by {request.method}")
