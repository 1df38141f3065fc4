"""The hybrid edition on real servers: a Valkey, a local Plaid, and sites or whole processes between them."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from support.caches import PATIENCE
from support.valkey import ValkeyServer, valkey_server
from support.website import Website, website

from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret


@contextmanager
def hybrid_site(plaid_url: str, cache_url: str, *, seconds: float = PATIENCE, **options) -> Iterator[Website]:
    """A site with the real cache, by the site's own clock; patient, unless a test is about a cache that is slow."""
    # The clock is the site's, which is made with the cache.
    cache = ValkeyCache(Secret(cache_url), lambda: site.clock(), seconds=seconds)  # noqa: PLW0108
    try:
        with website(plaid_url, cache=cache, **options) as site:
            yield site
    finally:
        cache.close()


@pytest.fixture(scope="session")
def _valkey() -> Iterator[ValkeyServer]:
    with valkey_server() as server:
        yield server


@pytest.fixture
def valkey(_valkey: ValkeyServer) -> ValkeyServer:
    """One server for all tests, empty at the beginning of each."""
    _valkey.call("FLUSHALL")
    return _valkey


@pytest.fixture
def site(local_plaid, valkey) -> Iterator[Website]:
    with hybrid_site(local_plaid.url, valkey.url) as made:
        yield made


@pytest.fixture
def signed(local_plaid) -> Callable[..., dict]:
    """A webhook's body and headers, as the local Plaid sends and signs it."""
    return lambda **event: signed_webhook(local_plaid, **event)


def signed_webhook(plaid, **event) -> dict:
    """`data` and `headers` of a webhook that the local Plaid has signed just now."""
    body = json.dumps({"environment": "sandbox", **event}, indent=2).encode()
    signature = plaid.world.postman.key.sign(body, datetime.now(UTC))
    return {"data": body, "headers": {"Content-Type": "application/json", "Plaid-Verification": signature}}
