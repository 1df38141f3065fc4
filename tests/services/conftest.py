"""Services on the real adapter and the local Plaid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.core.secret import Secret
from keepless.services.keeping import Keeping
from keepless.services.vault import new_vault

NOW = datetime.now(UTC)


@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(8) as executor:
        yield executor


@pytest.fixture(scope="session")
def plaid(local_plaid):
    client = PlaidClient(
        local_plaid.url,
        "client-of-a-test",
        Secret("secret-of-a-test"),
        "local",
        clock=lambda: NOW,
    )
    yield client
    client.close()


@pytest.fixture
def vault():
    """A session that holds no bank yet."""
    return new_vault(NOW, days=7, session_id="session", secret=bytes(16))


class Clock:
    """A moment that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def cache(clock):
    return MemoryCache(clock)


@pytest.fixture
def sealer():
    return CopyEnvelope(Keyring.parse(generate()), "local")


@pytest.fixture
def keeping(cache, sealer, clock):
    return Keeping(cache, sealer, clock)
