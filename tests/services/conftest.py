"""Services on the real adapter and the local Plaid."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from keepless.adapters.plaid.client import PlaidClient
from keepless.core.secret import Secret
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
