"""What the conformance tests share: the checked SDK against the local Plaid, and logins made through it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from plaid.api.plaid_api import PlaidApi
from sandbox.conformance.checked_client import checked_plaid
from support.local_plaid import LocalPlaid

Linked = Callable[..., str]


@pytest.fixture(scope="session")
def client_for_all(local_plaid: LocalPlaid) -> Iterator[PlaidApi]:
    client = checked_plaid(local_plaid.url)
    yield client
    client.api_client.rest_client.pool_manager.clear()


@pytest.fixture
def api(local_plaid: LocalPlaid, client_for_all: PlaidApi) -> PlaidApi:
    """plaid-python on the local Plaid, strict, each answer put to both schemas and kept in `answers` of its client."""
    client_for_all.api_client.answers.clear()
    return client_for_all


@pytest.fixture
def link(api: PlaidApi) -> Linked:
    """Links a login and answers with its access token."""

    def linked(
        username: str = "user_good",
        password: str = "pass_good",  # noqa: S107  Plaid's documented test login
        *,
        institution: str = "ins_109508",
        products: tuple[str, ...] = ("transactions", "liabilities"),
        **options: Any,
    ) -> str:
        request = {
            "institution_id": institution,
            "initial_products": list(products),
            "options": {"override_username": username, "override_password": password, **options},
        }
        public = api.sandbox_public_token_create(request)["public_token"]
        return str(api.item_public_token_exchange({"public_token": public})["access_token"])

    return linked
