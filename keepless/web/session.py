"""The session: a sealed cookie in the visitor's browser (SECURITY.md, R1 to R9 and R15).

On the server there is nothing of it; but where the visitor has an account, a row that says that it lives.

A bank that has just arrived has a cookie of its own beside it (`web.arrivals`); what is read is all of them together.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress

import msgspec
from flask import Flask, Response, request

from keepless.errors import (
    AccountsFault,
    OtherAccount,
    SessionEnded,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
    TooManyBanks,
)
from keepless.ports import Clock, Sealer
from keepless.services.accounts import Accounts, Standing
from keepless.services.vault import Vault, encode, new_vault
from keepless.web import arrivals, bound, cookies
from keepless.web.arrivals import Arrivals
from keepless.web.jar import Jar
from keepless.web.opening import PURPOSE, Opener
from keepless.web.standings import Standings

NAME = "__Host-keepless"
LOCAL_NAME = "keepless-local"
RANDOM_BYTES = 16

# Kept with the request itself: flask.g outlives one request where a program pushes an application context of its own.
_JAR = "keepless.jar"
_FIRST_ERROR_STATUS = 400
_UNSAFE_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class SessionCookie:
    """Reads and writes the sealed cookies of the request at hand. One per application; holds no visitor's data.

    `days` and `keep_days` are a session's lifetime without and with "keep me connected". `on_unreadable` is called once
    for each cookie of a request that does not open, with the reason, for the metric (R9). `https_only` refuses plain
    http even from this machine: for servers behind a proxy, which may be on this machine too. `accounts` knows which
    sessions of users live. `cover` is told of every vault before it is written, and of what the browser held before.
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
        accounts: Accounts | None = None,
        cover: Callable[[Vault, Vault | None], object] = lambda _vault, _before: None,
    ) -> None:
        self._sealer = sealer
        self._opener = Opener(sealer, clock)
        self._clock = clock
        self._days = days
        self._keep_days = keep_days
        self._https_only = https_only
        self._on_unreadable = on_unreadable
        self._standings = Standings(accounts)
        self._cover = cover

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
            name, secure = self._name()
            found = request.environ[_JAR] = self._opener.jar(request, name, secure=secure)
            for reason in filter(None, (found.main_unreadable, *found.arrivals.unreadable.values())):
                self._on_unreadable(reason)
        return found

    def read(self) -> Vault:
        """The visitor's vault.

        Raises SessionMissing, SessionExpired, SessionEnded, SessionUnreadable (401 or a page that says so) and
        AccountsFault (503), after all of which the cookie stays; BadCookie (400), InsecureTransport.
        """
        found = self.jar()
        vault = self._readable(found)
        if found.expired:
            raise SessionExpired("the session's lifetime is over")
        if vault.user:
            self._standings.of(vault)
        return vault

    def standing(self) -> Standing | None:
        """What the row says of the visitor's session; None where it has no user. Raises as `read`."""
        vault = self.read()
        return self._standings.of(vault) if vault.user else None

    def shown(self) -> Vault | None:
        """What of the session may be told: of an account's one nothing, unless it lives. Raises as `jar`."""
        found = self.jar()
        if found.vault is None or not found.vault.user:
            return found.vault
        with suppress(SessionExpired, SessionEnded, AccountsFault, SessionUnreadable):
            return self.read()
        return None

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
        """The vault, whether the session lives, is over or was ended: for the POST that removes its banks.

        Raises as `read`, but for those two; RuntimeError in a GET, which changes nothing.
        """
        _require_unsafe_method()
        return self._readable(self.jar())

    def write(self, response: Response, vault: Vault) -> Response:
        """Seals `vault` into the answer, which is returned. A bank that did not come with the request gets its own too.

        Raises SessionUnreadable where the request's cookie does not open and SessionExpired where it is over and
        `vault` is not the rest of it: it may be the only copy of a token (R6, R9). Raises SessionEnded, AccountsFault
        where an account's session does not live any more and `vault` is not the rest of it: it may have been ended
        while a bank was being connected. Raises TooManyBanks where a cookie would be longer than 4,096 bytes,
        RuntimeError in a GET (R4).
        """
        held = self._to_write()
        if held.expired and held.vault is not None and not vault.is_session_of(held.vault):
            raise SessionExpired("the banks of the expired session are to be removed first")
        if vault.user and not (held.vault is not None and vault.is_rest_of(held.vault)):
            self._standings.now(vault)
        return self._written(response, held, vault)

    def bind(self, response: Response, vault: Vault) -> Response:
        """Seals the vault of a person who has just signed in, in place of what this browser held; returns the answer.

        Raises as `require_bindable`, TooManyBanks, RuntimeError in a GET.
        """
        self.require_bindable(vault.user)
        return self._written(response, self._to_write(), vault)

    def require_bindable(self, user: str) -> Vault | None:
        """What this browser holds, for the user who is about to sign in to take over; None for nothing.

        An ended or expired session of theirs is theirs again. Raises OtherAccount for another account's, SessionExpired
        for one without an account that is over (its banks are to be removed first), SessionUnreadable, BadCookie,
        InsecureTransport.
        """
        held = self.jar()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        if held.vault is None:
            return None
        if held.vault.user not in ("", user):
            raise OtherAccount("this browser holds another account's banks")
        if held.expired and not held.vault.user:
            raise SessionExpired("the banks of the expired session are to be removed first")
        return held.vault

    def clear(self, response: Response) -> Response:
        """Takes the cookies that opened out of the browser, once their banks are removed; the answer is returned.

        Raises SessionUnreadable for a cookie that does not open (R9), RuntimeError in a GET (R4).
        """
        held = self._to_write()
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
        self._put(response, map(self._clearing_line, names), self._opener.dated(rest))
        return True

    def _to_write(self) -> Jar:
        _require_unsafe_method()
        held = self.jar()
        if held.unreadable is not None:
            raise SessionUnreadable(held.unreadable)
        return held

    def _written(self, response: Response, held: Jar, vault: Vault) -> Response:
        lines = self._lines(held, vault)
        self._cover(vault, held.vault)
        return self._put(response, lines, msgspec.structs.replace(held, vault=vault, written=True))

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
        renewed = [self._line(each.name, arrivals.PURPOSE, own) for each in kept if (own := each.renewed(vault))]
        gone = [each.name for each in opened if each not in kept and each.name not in new]
        return [main, *new.values(), *renewed, *map(self._clearing_line, gone)]

    def _line(self, name: str, purpose: str, vault: Vault) -> str:
        """A Set-Cookie line. The browser keeps it for longer than it is valid: an expired one can still revoke."""
        _, secure = self._name()
        sealed = self._sealer.seal(purpose, encode(vault), user=vault.user)
        line = cookies.line(name, bound.together(sealed, vault.user), max_age=cookies.LONGEST_LIFE, secure=secure)
        if not cookies.fits(line):
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


def _require_unsafe_method() -> None:
    """A GET that wrote the cookie could undo a logout that overtook it (R4). Not a fault of the visitor's: of ours."""
    if request.method not in _UNSAFE_METHODS:
        raise RuntimeError(f"the session's cookie is not written by {request.method}")
