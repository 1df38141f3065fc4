"""Sites where people delete everything, on the local Plaid."""

import pytest
from forgetting.people import forgetting_site


@pytest.fixture
def site(local_plaid):
    """A site with accounts, in this process's memory."""
    with forgetting_site(local_plaid.url) as made:
        yield made


@pytest.fixture
def anonymous_site(local_plaid):
    """A site without a database."""
    with forgetting_site(local_plaid.url, accounts=False) as made:
        yield made
