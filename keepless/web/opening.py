"""Opening the sealed cookies of a request: what came, what does not open, and whether the session is over by time."""

from contextlib import suppress

import msgspec
from flask import Request

from keepless.errors import SealBroken, SessionExpired, SessionUnreadable
from keepless.ports import Clock, Sealer
from keepless.services.vault import Vault, decode
from keepless.web import arrivals, bound, cookies
from keepless.web.jar import Jar

PURPOSE = "session"


class Opener:
    """Opens with one sealer, and judges lifetimes by one clock. Holds no visitor's data."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._sealer = sealer
        self._clock = clock

    def jar(self, request: Request, name: str, *, secure: bool) -> Jar:
        """The cookies of `request`, the session's own by this name. Raises BadCookie."""
        return self.dated(self._opened(request, name, secure=secure))

    def dated(self, found: Jar) -> Jar:
        """`found` with its vault, and whether that is over."""
        vault, expired = found.came, False
        try:
            if vault is not None:
                vault.require_alive(self._clock())
        except SessionExpired:
            expired = True
        return msgspec.structs.replace(found, vault=vault, expired=expired)

    def _opened(self, request: Request, name: str, *, secure: bool) -> Jar:
        sealed = cookies.value_of(request, name)
        own = arrivals.read(request, lambda text: self._unsealed(arrivals.PURPOSE, text), secure=secure)
        if not sealed:  # an empty cookie holds nothing that could be lost
            return Jar(arrivals=own.of_one_user())
        try:
            main, older_key = self._unsealed(PURPOSE, sealed)
        except (SealBroken, SessionUnreadable) as fault:
            return Jar(main_unreadable=fault.reason, arrivals=own)
        return Jar(main=main, older_key=older_key, arrivals=own.of_one_user(main.user))

    def _unsealed(self, purpose: str, value: str) -> tuple[Vault, bool]:
        """The vault, an expired one too, and whether an older key sealed it. Raises SealBroken, SessionUnreadable."""
        sealed, user = bound.apart(value)
        vault = decode(self._sealer.open(purpose, sealed, user=user), user=user)
        with suppress(SessionExpired):  # but one from the future is none of ours (input 7)
            vault.require_alive(self._clock())
        return vault, not self._sealer.is_newest(sealed)
