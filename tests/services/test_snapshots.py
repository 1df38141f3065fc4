"""Both editions' clients say the same: what every bank says, each with its own failure."""

from datetime import timedelta

import pytest
from services.conftest import NOW

from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault, TooManyBanks
from keepless.services.hybrid import HybridPlaidClient
from keepless.services.snapshots import StatelessPlaidClient
from keepless.services.views import View

TODAY = NOW.date()
START = TODAY - timedelta(days=89)
NAMES = View("names", "1", lambda bank: bank.bank.name.encode())


@pytest.fixture(params=["stateless", "hybrid"])
def client_of(request, plaid, pool, keeping, clock):
    """A client of the edition for a vault, and hints."""
    if request.param == "stateless":
        return lambda vault, hints=None: StatelessPlaidClient(plaid, pool, vault, hints)
    return lambda vault, hints=None: HybridPlaidClient(
        plaid, pool, vault, hints, shelf=keeping.shelf(vault), clock=clock, sleep=lambda _seconds: None
    )


@pytest.fixture
def client(client_of, vault):
    return client_of(vault)


def test_a_pasted_token_becomes_a_bank_of_the_session(client, local_plaid):
    token = local_plaid.connect("demo")
    stored = client.store_token_in_session(Secret(token))
    assert [(key.bank.name, key.token.reveal()) for key in stored.banks] == [("First Platypus Bank", token)]


def test_a_token_that_plaid_does_not_know_is_not_stored(client):
    with pytest.raises(PlaidFault) as refused:
        client.store_token_in_session(Secret("access-sandbox-00000000-0000-4000-8000-000000000000"))
    assert refused.value.code == "INVALID_ACCESS_TOKEN"


def test_the_same_token_twice_is_one_bank(client, local_plaid):
    token = Secret(local_plaid.connect("demo"))
    client.store_token_in_session(token)
    assert len(client.store_token_in_session(token).banks) == 1


def test_the_dashboards_data_is_all_that_the_bank_says_of_the_range(client, local_plaid):
    client.store_token_in_session(Secret(local_plaid.connect("demo")))
    data = client.get_dashboard_data(START, TODAY)
    assert data.problems == ()
    (bank,) = data.banks
    assert {account.type for account in bank.accounts} >= {"depository", "credit", "loan"}
    assert bank.liabilities_problem is None
    assert len(bank.cards) == 2
    assert all(START <= row.posted <= TODAY for row in bank.transactions)
    assert data.hints() == {bank.bank.item_id: len(bank.transactions)}


def test_the_rows_of_several_banks_are_one_list_newest_first(client, local_plaid):
    for user in ("demo", "user_good"):
        client.store_token_in_session(Secret(local_plaid.connect(user)))
    data = client.get_dashboard_data(START, TODAY)
    rows = client.get_transactions(START, TODAY)
    assert len(rows) == sum(len(bank.transactions) for bank in data.banks)
    assert [row.date for row in rows] == sorted((row.date for row in rows), reverse=True)


def test_a_bank_that_fails_does_not_fail_the_others(client, local_plaid):
    tokens = [local_plaid.connect(user) for user in ("demo", "user_good")]
    for token in tokens:
        client.store_token_in_session(Secret(token))
    local_plaid.call("/sandbox/item/reset_login", {"access_token": tokens[0]})
    data = client.get_dashboard_data(START, TODAY)
    assert [problem.code for problem in data.problems] == ["ITEM_LOGIN_REQUIRED"]
    assert [problem.action for problem in data.problems] == [Action.RECONNECT]
    assert len(data.banks) == 1
    assert data.banks[0].transactions


def test_a_session_without_banks_has_nothing_to_read(client):
    data = client.get_dashboard_data(START, TODAY)
    assert (data.banks, data.problems, data.transactions()) == ((), (), [])


@pytest.mark.parametrize("hint", [0, 1, 499, 500, 2_999, 3_000, 10_000])
def test_a_hint_changes_how_pages_are_asked_for_and_never_what_is_shown(client_of, vault, local_plaid, hint):
    token = Secret(local_plaid.connect("demo-3000"))
    vault = client_of(vault).store_token_in_session(token)
    hinted = client_of(vault, {vault.banks[0].bank.item_id: hint})
    rows = hinted.get_transactions(START, TODAY)
    assert len({row.id for row in rows}) == len(rows) == 3_000


def test_a_bank_answers_a_view_once(client, local_plaid):
    client.store_token_in_session(Secret(local_plaid.connect("demo")))
    (told,) = [each for each in client.read_each(START, TODAY, NAMES) if each is not None]
    assert told.answer.body == b"First Platypus Bank"
    assert told.answer.rows == len(client.get_transactions(START, TODAY))


def test_a_bank_that_fails_tells_why_instead(client, local_plaid):
    token = local_plaid.connect("demo")
    client.store_token_in_session(Secret(token))
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    (told,) = [each for each in client.read_each(START, TODAY, NAMES) if each is not None]
    assert told.answer.code == "ITEM_LOGIN_REQUIRED"


def test_a_bank_without_transactions_shows_its_accounts(client, local_plaid):
    client.store_token_in_session(Secret(local_plaid.connect("demo")))
    local_plaid.fault("/transactions/get", error_code="PRODUCTS_NOT_SUPPORTED")
    local_plaid.fault("/transactions/sync", error_code="PRODUCTS_NOT_SUPPORTED")
    (bank,) = client.get_dashboard_data(START, TODAY).banks
    assert (bank.transactions, bank.transactions_problem) == ([], "PRODUCTS_NOT_SUPPORTED")
    assert bank.accounts


def test_one_bank_too_many_is_refused_before_plaid_is_asked(client_of, vault, local_plaid):
    full = vault
    client = client_of(full)
    for number in range(20):
        full = client.store_token_in_session(Secret(local_plaid.connect("user_good")))
        assert len(full.banks) == number + 1
    with pytest.raises(TooManyBanks):
        client.store_token_in_session(Secret("access-sandbox-never-asked"))
