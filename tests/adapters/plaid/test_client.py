import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from support.local_plaid import LocalPlaid
from support.plaid_bench import BANK, NOW, Answer, Bench, BenchMaker, RudeServer

from keepless.adapters.plaid.settings import LinkSettings, Patience
from keepless.core.secret import Secret
from keepless.errors import Action, ConfigError, PlaidFault


def calls(local_plaid: LocalPlaid) -> dict[str, int]:
    return local_plaid.items()[-1]["calls"]


def public_token(local_plaid: LocalPlaid) -> Secret:
    body = {
        "institution_id": "ins_109508",
        "initial_products": ["transactions"],
        "options": {"override_username": "demo", "override_password": "x"},
    }
    return Secret(local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"])


def test_a_link_token_asks_for_transactions_and_liabilities_where_supported(
    local_plaid: LocalPlaid, bench_at: BenchMaker
):
    link = LinkSettings(client_name="Household", webhook="https://keepless.example/api/webhooks/plaid")
    made = bench_at(local_plaid.url, link=link).client.create_link_token(user_id="visitor-1")
    _, echo = local_plaid.call("/link/token/get", {"link_token": made.token})
    asked = echo["metadata"]
    assert "transactions" in asked["initial_products"]
    assert asked["client_name"] == "Household"
    assert asked["webhook"] == link.webhook
    assert made.expires_at.tzinfo is dt.UTC


@pytest.mark.parametrize("address", [None, "https://keepless.example/oauth-return"])
def test_a_link_token_names_the_address_that_a_bank_sends_people_back_to(
    local_plaid: LocalPlaid, bench: Bench, address: str | None
):
    made = bench.client.create_link_token(user_id="visitor-1", redirect_uri=address)
    _, echo = local_plaid.call("/link/token/get", {"link_token": made.token})
    assert echo["metadata"]["redirect_uri"] == address


def test_a_link_token_that_expires_outside_the_calendar_is_a_bad_answer(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(200, b'{"link_token":"link-x","expiration":"0001-01-01T00:00:00+14:00"}')
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench_at(rude_server.url).client.create_link_token(user_id="someone")


def test_a_link_token_for_update_mode_names_the_item_and_no_products(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect()
    made = bench.client.create_link_token(user_id="visitor-1", update=Secret(token))
    assert made.token.startswith("link-")
    with pytest.raises(PlaidFault) as refused:
        bench.client.create_link_token(user_id="visitor-1", update=Secret("access-sandbox-unknown"))
    assert refused.value.code == "INVALID_ACCESS_TOKEN"


def test_an_exchange_gives_the_token_and_the_bank_behind_it(local_plaid: LocalPlaid, bench: Bench):
    connected = bench.client.exchange(public_token(local_plaid))
    assert connected.access_token.reveal().startswith("access-")
    assert connected.bank.institution_id == "ins_109508"
    assert connected.bank.name == "First Platypus Bank"
    assert bench.client.identify(connected.access_token) == connected.bank


def test_an_exchange_whose_bank_cannot_be_named_still_gives_the_token(local_plaid: LocalPlaid, bench: Bench):
    local_plaid.fault("/item/get", error_code="INTERNAL_SERVER_ERROR", status=500)
    connected = bench.client.exchange(public_token(local_plaid))
    assert connected.access_token.reveal().startswith("access-")
    assert connected.bank.item_id == local_plaid.items()[-1]["item_id"]
    assert connected.bank.name == ""


def test_an_exchange_is_never_tried_twice(local_plaid: LocalPlaid, bench: Bench):
    token = public_token(local_plaid)
    local_plaid.fault("/item/public_token/exchange", reset=True, count=1)
    with pytest.raises(PlaidFault) as fault:
        bench.client.exchange(token)
    assert fault.value.code == "UNREACHABLE"
    assert bench.pauses == []


def test_an_exchange_that_names_no_item_still_gives_the_token(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(body=b'{"access_token":"access-sandbox-1"}')
    connected = bench_at(rude_server.url).client.exchange(Secret("p"))
    assert connected.access_token.reveal() == "access-sandbox-1"
    assert connected.bank.item_id == ""


def test_an_unknown_public_token_says_to_link_anew(bench: Bench):
    with pytest.raises(PlaidFault) as fault:
        bench.client.exchange(Secret("public-sandbox-00000000-0000-0000-0000-000000000000"))
    assert (fault.value.code, fault.value.action) == ("INVALID_PUBLIC_TOKEN", Action.RELINK)


def test_an_item_whose_login_has_expired_is_still_identified(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect()
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    assert bench.client.identify(Secret(token)).name == "First Platypus Bank"


def test_a_bank_without_a_name_in_the_item_is_named_by_its_institution(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(
        body=b'{"item":{"item_id":"i1","institution_id":"ins_1","institution_name":null},"institution":{"name":"Fern"}}'
    )
    assert bench_at(rude_server.url).client.identify(Secret("t")).name == "Fern"
    assert rude_server.paths == ["/item/get", "/institutions/get_by_id"]


@pytest.mark.parametrize("item", ['{"item_id":"i1"}', '{"item_id":"i1","institution_id":null}'])
def test_a_bank_of_no_institution_is_identified_without_a_name(
    bench_at: BenchMaker, rude_server: RudeServer, item: str
):
    rude_server.answer = Answer(body=f'{{"item":{item}}}'.encode())
    assert bench_at(rude_server.url).client.identify(Secret("t")).name == ""


def test_an_item_without_an_id_is_a_bad_answer(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(body=b'{"item":{}}')
    with pytest.raises(PlaidFault) as fault:
        bench_at(rude_server.url).client.identify(Secret("t"))
    assert fault.value.code == "BAD_ANSWER"


def test_a_removal_gives_plaids_request_id_and_a_second_one_finds_it_done(local_plaid: LocalPlaid, bench: Bench):
    token = Secret(local_plaid.connect())
    assert bench.client.remove(token)
    assert local_plaid.items()[-1]["state"] == "removed"
    assert bench.client.remove(token) is None


@pytest.mark.parametrize("code", ["ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "ITEM_CONCURRENTLY_DELETED"])
def test_r13_an_item_that_is_gone_counts_as_removed(local_plaid: LocalPlaid, bench: Bench, code: str):
    token = Secret(local_plaid.connect())
    local_plaid.fault("/item/remove", error_code=code)
    assert bench.client.remove(token) is None


@pytest.mark.parametrize("code", ["INVALID_API_KEYS", "INTERNAL_SERVER_ERROR"])
def test_r13_any_other_fault_of_a_removal_is_raised(local_plaid: LocalPlaid, bench: Bench, code: str):
    token = Secret(local_plaid.connect())
    local_plaid.fault("/item/remove", error_code=code)
    with pytest.raises(PlaidFault, match=code):
        bench.client.remove(token)


def test_a_fetch_brings_accounts_transactions_and_terms_of_the_bank(local_plaid: LocalPlaid, bench: Bench):
    snapshot = bench.fetch(local_plaid.connect("demo"))
    assert snapshot.bank.name == "First Platypus Bank"
    assert snapshot.bank.item_id == local_plaid.items()[-1]["item_id"]
    assert {account.type for account in snapshot.accounts} == {"depository", "credit", "loan"}
    assert {card.account_id for card in snapshot.cards} == {a.id for a in snapshot.accounts if a.type == "credit"}
    assert [loan.kind for loan in snapshot.loans] == ["student"]
    assert snapshot.liabilities_problem is None
    assert snapshot.transactions_problem is None
    assert snapshot.unreadable == 0
    assert snapshot.fetched_at == NOW
    days = [row.date for row in snapshot.transactions]
    assert days == sorted(days, reverse=True)
    assert {row.currency for row in snapshot.transactions} <= {"USD", "EUR"}


def test_figures_of_a_fetch_equal_what_the_official_sdk_reads(local_plaid: LocalPlaid, bench: Bench):
    from plaid.model.accounts_get_request import AccountsGetRequest

    token = local_plaid.connect("user_good")
    mine = {account.id: account for account in bench.fetch(token).accounts}
    theirs = local_plaid.client().accounts_get(AccountsGetRequest(access_token=token)).accounts
    assert len(mine) == len(theirs)
    for account in theirs:
        current = account.balances.current
        assert mine[account.account_id].current == (None if current is None else round(current * 100))
        assert mine[account.account_id].available == (
            None if account.balances.available is None else round(account.balances.available * 100)
        )


def test_a_bank_of_the_cookie_keeps_its_name_where_plaid_tells_none(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(body=b'{"total_transactions":0,"transactions":[],"accounts":[],"liabilities":{}}')
    assert bench_at(rude_server.url).fetch("t").bank == BANK


@pytest.mark.parametrize("code", ["PRODUCTS_NOT_SUPPORTED", "NO_LIABILITY_ACCOUNTS", "ITEM_LOGIN_REQUIRED"])
def test_liabilities_that_fail_do_not_fail_the_rest(local_plaid: LocalPlaid, bench: Bench, code: str):
    token = local_plaid.connect("demo")
    local_plaid.fault("/liabilities/get", error_code=code)
    snapshot = bench.fetch(token)
    assert snapshot.liabilities_problem == code
    assert snapshot.cards == ()
    assert snapshot.transactions


def test_liabilities_that_make_no_sense_do_not_fail_the_rest(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo")
    local_plaid.fault("/liabilities/get", garbage=True)
    snapshot = bench.fetch(token)
    assert snapshot.liabilities_problem == "BAD_ANSWER"
    assert snapshot.transactions


def test_liabilities_that_take_too_long_are_not_waited_for(local_plaid: LocalPlaid, bench_at: BenchMaker):
    bench = bench_at(local_plaid.url, patience=Patience(beside=0.05))
    token = local_plaid.connect("demo")
    local_plaid.fault("/liabilities/get", latency_ms=1_000)
    snapshot = bench.fetch(token)
    assert snapshot.liabilities_problem == "DEADLINE"
    assert snapshot.transactions


def test_a_client_that_was_closed_gives_up_what_had_not_begun(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(200, b" " * 5, trickle=0.02)
    bench = bench_at(rude_server.url, patience=Patience(calls_at_once=1))
    with ThreadPoolExecutor(2) as visitors:
        asked = [visitors.submit(bench.client.identify, Secret("t")) for _ in range(2)]
        while not rude_server.paths:
            pass
        bench.client.close()
        faults = {each.exception().code for each in asked}  # type: ignore[union-attr]
    assert faults == {"BAD_ANSWER", "DEADLINE"}


def test_a_bank_without_transactions_shows_its_accounts_and_says_so(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo")
    local_plaid.fault("/transactions/get", error_code="PRODUCTS_NOT_SUPPORTED")
    snapshot = bench.fetch(token)
    assert snapshot.transactions_problem == "PRODUCTS_NOT_SUPPORTED"
    assert snapshot.transactions == []
    assert len(snapshot.accounts) == 5
    assert snapshot.cards


def test_fifty_fetches_at_once_get_through_a_pool_of_four(local_plaid: LocalPlaid, bench_at: BenchMaker):
    bench = bench_at(local_plaid.url, patience=Patience(calls_at_once=4, budget=60))
    token = local_plaid.connect("demo")
    with ThreadPoolExecutor(50) as visitors:
        snapshots = list(visitors.map(lambda _: bench.fetch(token, days=30, expected=900), range(50)))
    assert {len(snapshot.transactions) for snapshot in snapshots} == {len(snapshots[0].transactions)}
    assert all(snapshot.liabilities_problem is None for snapshot in snapshots)


def test_the_status_tells_the_last_success_and_the_last_failure_of_plaid(local_plaid: LocalPlaid, bench: Bench):
    assert bench.client.status() == {"last_success": None, "last_failure": None, "last_failure_code": None}
    token = local_plaid.connect("demo")
    bench.client.identify(Secret(token))
    assert bench.client.status()["last_success"] == NOW
    local_plaid.fault("/item/get", error_code="INTERNAL_SERVER_ERROR")
    with pytest.raises(PlaidFault):
        bench.client.identify(Secret(token))
    assert bench.client.status()["last_failure_code"] == "INTERNAL_SERVER_ERROR"
    assert bench.client.status()["last_failure"] == NOW


def test_the_status_does_not_tell_of_one_visitors_expired_login(local_plaid: LocalPlaid, bench: Bench):
    token = local_plaid.connect("demo")
    local_plaid.fault("/transactions/get", error_code="ITEM_LOGIN_REQUIRED")
    with pytest.raises(PlaidFault):
        bench.fetch(token)
    assert bench.client.status()["last_failure"] is None


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_keys_never_travel_in_clear_outside_the_local_environment(bench_at: BenchMaker, environment: str):
    with pytest.raises(ConfigError, match="https"):
        bench_at("http://plaid.example", environment=environment)
    bench_at("https://plaid.example", environment=environment)
