"""Arriving banks: each has, beside the session's cookie, one of its own for a while (R15).

A browser keeps the last of two answers that write one cookie. Two tabs that connect two banks at once would therefore
lose a bank whose token is nowhere else. An answer that knows nothing of a bank cannot overwrite that bank's own cookie.
docs/decisions/0005-arriving-banks.md says when such a cookie may go, and why not before.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from flask import Request

from keepless.errors import BadCookie, SealBroken, SessionUnreadable
from keepless.services.vault import BankKey, Vault
from keepless.web import cookies

PURPOSE = "arrival"
PREFIX = "__Host-keepless-bank-"
LOCAL_PREFIX = "keepless-local-bank-"
# No request that a browser still waits for is older than half of this. One that was sent before the bank arrived can
# overwrite the session's cookie without that bank until then.
REST = timedelta(hours=1)
# For the sealed cookies of one session together: ten banks within an hour fit, even with the longest names. With all
# else that is ours, a browser's Cookie line stays under 6,000 bytes; gunicorn reads 8,190, many a proxy 8,192.
MOST_BYTES = 5_000
# Three times the banks that a session has: no browser comes to more. Each costs us work, so a header full of them is
# refused before they are opened.
MOST = 60


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A bank's own cookie that opened. `vault` holds that bank alone and was issued when it arrived (UTC).

    `size` is the length of the cookie's name and value.
    """

    name: str
    size: int
    vault: Vault
    older_key: bool

    @property
    def key(self) -> BankKey:
        """The bank and its token."""
        return self.vault.banks[0]

    def renewed(self, session: Vault) -> Vault | None:
        """What this cookie is to hold once `session` is written, which has the bank; None where it stays as it is.

        Where a user is signed in it is of their session, with its end: left as it was it would open without them (R3).
        """
        if session.user and self.vault.session_id != session.session_id:
            return session.alone(self.key, since=self.vault.issued_at)
        return self.vault if self.older_key else None


class Arrivals(msgspec.Struct, frozen=True, kw_only=True):
    """The banks' own cookies of one request. `unreadable` has the reason of each that does not open, by its name."""

    opened: tuple[Arrival, ...] = ()
    unreadable: Mapping[str, str] = msgspec.field(default_factory=dict)

    def of_one_user(self, user: str | None = None) -> "Arrivals":
        """Those of this user, and those that arrived before anybody had signed in; others' do not count as opened.

        Without a session's own cookie (None) the first that names a user says whose they are.
        """
        if user is None:
            user = next((each.vault.user for each in self.opened if each.vault.user), "")
        others = {each.name: "other_user" for each in self.opened if each.vault.user not in ("", user)}
        opened = tuple(each for each in self.opened if each.name not in others)
        return Arrivals(opened=opened, unreadable={**self.unreadable, **others})


def name_of(item_id: str, *, secure: bool) -> str:
    """The name of the cookie that a bank of this item arrives in."""
    return (PREFIX if secure else LOCAL_PREFIX) + cookies.digest_of(item_id)


def read(request: Request, unseal: Callable[[str], tuple[Vault, bool]], *, secure: bool) -> Arrivals:
    """The banks' own cookies of `request`, the earliest first.

    `unseal` gives the vault of a sealed text and whether an older key sealed it, and raises SealBroken or
    SessionUnreadable. One that holds other than one bank, or another than its name says, counts as unreadable: it was
    not made here, or it was renamed. Raises BadCookie, for more than `MOST` too.
    """
    opened, unreadable = [], {}
    came = cookies.family_of(request, PREFIX if secure else LOCAL_PREFIX)
    if len(came) > MOST:
        raise BadCookie(f"more than {MOST} cookies of banks that have just arrived")
    for name, sealed in came.items():
        if not sealed:  # an empty cookie holds nothing that could be lost
            continue
        try:
            vault, older_key = unseal(sealed)
        except (SealBroken, SessionUnreadable) as fault:
            unreadable[name] = fault.reason
            continue
        if [name_of(key.bank.item_id, secure=secure) for key in vault.banks] == [name]:
            opened.append(Arrival(name=name, size=len(name) + len(sealed), vault=vault, older_key=older_key))
        else:
            unreadable[name] = "misnamed"
    return Arrivals(opened=tuple(sorted(opened, key=lambda each: each.vault.issued_at)), unreadable=unreadable)


def at_rest(arrivals: Sequence[Arrival], settled: Collection[BankKey], now: datetime, *, room: int) -> list[Arrival]:
    """Those whose cookie may go: their bank is among `settled`, and arrived an hour ago.

    `settled` are the banks of the session's cookie as it came with the request. Where the rest is longer than `room`
    bytes, the earliest of the settled go sooner.
    """
    going = []
    left = sum(arrival.size for arrival in arrivals)
    for arrival in arrivals:
        if arrival.key in settled and (arrival.vault.issued_at + REST <= now or left > room):
            going.append(arrival)
            left -= arrival.size
    return going
