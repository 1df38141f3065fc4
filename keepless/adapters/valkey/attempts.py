"""Attempts counted in Valkey or Redis, as Flask-Limiter's library `limits` asks for them, over our own connections.

The library's own storage knows a cluster by another kind of address, waits for as long as a server likes, and asks for
a second client. This one asks the servers of REDIS_URL as the sealed cache does (`fleet`), within the same times.
"""

import time
from typing import Any

from limits.storage import Storage
from valkey.exceptions import ResponseError

from keepless.adapters.valkey import faults
from keepless.adapters.valkey.address import parse
from keepless.adapters.valkey.connection import Command, Reply
from keepless.adapters.valkey.fleet import Fleet
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.ports import Clock

SECONDS = 0.05
PREFIX = "keepless-"
_PROBE = "keepless:attempts:probe"

# seconds, by how many -> the count; the window begins with the first.
_COUNT = """
local count = redis.call('INCRBY', KEYS[1], ARGV[2])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""


def storage_at(url: Secret) -> Secret:
    """What Flask-Limiter is given as its storage for a REDIS_URL; naming it here is what registers the class below."""
    return Secret(PREFIX + url.reveal())


class FleetStorage(Storage):
    """Counts in fixed windows. Raises CacheFault, upon which Flask-Limiter counts in memory for a while.

    Keys are counts under keyed hashes that the web layer makes, and go with their window.
    """

    STORAGE_SCHEME = [PREFIX + scheme for scheme in ("redis", "rediss", "valkey", "valkeys", "unix")]  # noqa: RUF012

    def __init__(self, uri: str, *, clock: Clock, wrap_exceptions: bool = False, **_options: Any) -> None:
        """Raises ConfigError for an address that `address.parse` refuses."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._fleet = Fleet(parse(uri.removeprefix(PREFIX)), clock=clock, seconds=SECONDS)

    @property
    def base_exceptions(self) -> type[Exception]:
        return CacheFault

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return self._ask(key, "EVAL", _COUNT, 1, key, expiry, amount)

    def get(self, key: str) -> int:
        return self._ask(key, "GET", key)

    def get_expiry(self, key: str) -> float:
        """When the window of a key ends, in seconds since 1970."""
        return time.time() + max(self._ask(key, "PTTL", key), 0) / 1000

    def check(self) -> bool:
        """Whether the servers answer again."""
        try:
            self.get(_PROBE)
        except CacheFault:
            return False
        return True

    def reset(self) -> int | None:
        """Not to be had where others count too, and asked for nowhere; `limits` refuses it of Memcached alike."""
        raise NotImplementedError("counts go by themselves")

    def clear(self, key: str) -> None:
        self._ask(key, "DEL", key)

    def _ask(self, key: str, *words: str | int) -> int:
        reply = self._fleet.ask([(key, Command(words, _is_number))])[0]
        if isinstance(reply, ResponseError):
            reason = faults.of_reply(reply)
            self._fleet.refused(key, reason)
            raise CacheFault(reason)
        return int(reply) if isinstance(reply, int | bytes) else 0


def _is_number(reply: Reply) -> bool:
    return reply is None or isinstance(reply, int) or (isinstance(reply, bytes) and reply.lstrip(b"-").isdigit())
