"""The sealed cache in every shape it runs in, with the same few handles for a test to turn."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from support.certificates import Certificates
from support.proxy import tls_proxy
from support.valkey import ValkeyServer, valkey_cluster, valkey_server
from valkey.crc import key_slot

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret
from keepless.ports import Cache

# What a call may take where the test is about something else, and the machine busy with others.
PATIENCE = 10.0
# Moves the moments of an entry into the past, as if so much time had passed on the server.
_AGE = """
for _, field in ipairs({'claim_ends', 'closed'}) do
  local moment = redis.call('HGET', KEYS[1], field)
  if moment then redis.call('HSET', KEYS[1], field, string.format('%.0f', moment - ARGV[1] * 1000000)) end
end
local left = redis.call('PTTL', KEYS[1])
if left > 0 then redis.call('PEXPIRE', KEYS[1], string.format('%.0f', left - ARGV[1] * 1000)) end
return 1
"""


class Clock:
    """Real time, moved by as much as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Backend:
    """A cache and what surrounds it. `raw` sends one command straight to the server that has a name's slot."""

    cache: Cache
    clock: Clock
    again: Callable[[], Cache]
    raw: Callable[..., object] | None = None

    def wait(self, name: str, seconds: float) -> None:
        """As if time had passed for an entry, on our clock and on the server's."""
        self.clock.ahead += timedelta(seconds=seconds)
        if self.raw is not None:
            self.raw("EVAL", _AGE, 1, name, seconds)


@contextlib.contextmanager
def memory() -> Iterator[Backend]:
    clock = Clock()
    cache = MemoryCache(clock)
    yield Backend(cache, clock, lambda: cache)


@contextlib.contextmanager
def standalone(*, unix: bool = False) -> Iterator[Backend]:
    with valkey_server(unix=unix) as server, _over(server.url, [server]) as backend:
        yield backend


@contextlib.contextmanager
def with_tls(certificates: Certificates) -> Iterator[Backend]:
    """The wheel's server speaks no TLS, so something in front of it does, and asks for our certificate."""
    with valkey_server() as server, tls_proxy(server.port, certificates) as port:
        files = f"ssl_ca_certs={certificates.ca}&ssl_certfile={certificates.client}&ssl_keyfile={certificates.key}"
        with _over(f"rediss://localhost:{port}?{files}", [server]) as backend:
            yield backend


@contextlib.contextmanager
def cluster() -> Iterator[Backend]:
    with valkey_cluster() as servers, _over(servers[0].url, servers) as backend:
        yield backend


@contextlib.contextmanager
def _over(url: str, servers: list[ValkeyServer]) -> Iterator[Backend]:
    clock = Clock()
    made: list[ValkeyCache] = []

    def again() -> ValkeyCache:
        made.append(ValkeyCache(Secret(url), clock, seconds=PATIENCE))
        return made[-1]

    def raw(*command: object) -> object:
        name = str(command[3] if command[0] == "EVAL" else command[1])
        owner = servers[key_slot(name.encode()) * len(servers) // 16_384]
        return owner.call(*command)

    try:
        yield Backend(again(), clock, again, raw)
    finally:
        for cache in made:
            cache.close()
