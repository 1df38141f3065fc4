"""Banks with a login of their own in the local Plaid: the way there and back, as Plaid has it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import urllib3
from sandbox.conformance.both_schemas import error_faults
from sandbox.conformance.right_requests import CLIENT

SOMEONE = {**CLIENT, "user": {"client_user_id": "someone"}}
BACK = "http://localhost:5001/oauth-return"


@pytest.fixture
def call(local_plaid):
    def fetch(path, body=None):
        with urllib3.PoolManager() as pool:
            method, sent = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
            answer = pool.request(method, local_plaid.url + path, body=sent, retries=False)
            return answer.status, json.loads(answer.data)

    return fetch


@pytest.fixture
def link_token(api):
    def make(**more):
        asked = {"products": ["transactions"], "redirect_uri": BACK} | more
        return api.link_token_create({**SOMEONE, **{key: value for key, value in asked.items() if value}})["link_token"]

    return make


def leave(call, token, institution="ins_127287"):
    """The state of a person who was sent to the bank's page."""
    status, going = call("/link/oauth/start", {"token": token, "institution_id": institution})
    assert status == 200
    return going["address"].partition("#")[2]


def test_the_banks_page_says_who_asks_and_which_bank_it_is(call, link_token):
    state = leave(call, link_token())
    status, shown = call(f"/link/oauth/bank?state={state}")
    assert status == 200
    assert shown == {
        "bank": "Platypus OAuth Bank",
        "client_name": CLIENT["client_name"],
        "update": False,
        "users": ["demo", "user_good"],
    }


def test_a_person_who_allows_it_comes_back_with_a_state_that_ends_in_a_public_token(call, api, link_token):
    token = link_token()
    state = leave(call, token)
    _, decided = call("/link/oauth/decide", {"state": state, "username": "user_good"})
    assert decided == {"address": f"{BACK}?oauth_state_id={state}", "handed": None}
    status, told = call("/link/oauth/resume", {"token": token, "state": state})
    assert (status, told["action"]) == (200, "success")
    assert told["metadata"]["institution"]["institution_id"] == "ins_127287"
    access_token = api.item_public_token_exchange({"public_token": told["public_token"]})["access_token"]
    assert api.accounts_get({"access_token": access_token})["accounts"]


def test_a_person_who_denies_it_comes_back_to_an_exit(call, link_token):
    token = link_token()
    state = leave(call, token)
    call("/link/oauth/decide", {"state": state})
    status, told = call("/link/oauth/resume", {"token": token, "state": state})
    assert (status, told["action"], told["error"]) == (200, "exit", None)
    assert told["metadata"].keys() == {"institution", "status", "link_session_id", "request_id"}


def test_without_an_address_to_come_back_to_the_window_hands_it_over(call, link_token):
    token = link_token(redirect_uri=None)
    assert call(f"/link/choices?token={token}")[1]["leaves"] is False
    state = leave(call, token)
    _, decided = call("/link/oauth/decide", {"state": state, "username": "demo"})
    assert decided["address"] is None
    assert decided["handed"]["public_token"].startswith("public-sandbox-")
    assert call(f"/link/oauth/bank?state={state}")[1]["error_code"] == "OAUTH_STATE_ID_NOT_FOUND"


def test_update_mode_repairs_the_item_it_was_made_for(call, api, link, link_token):
    access_token = link("user_good", "pass_good", institution="ins_127287")
    api.sandbox_item_reset_login({"access_token": access_token})
    token = link_token(access_token=access_token, products=None)
    state = leave(call, token, None)
    assert call(f"/link/oauth/bank?state={state}")[1]["update"]
    call("/link/oauth/decide", {"state": state, "username": "user_good"})
    assert call("/link/oauth/resume", {"token": token, "state": state})[1]["action"] == "success"
    assert api.accounts_get({"access_token": access_token})["accounts"]


def test_a_state_is_resumed_once_and_with_its_own_token_only(call, link_token):
    token, other = link_token(), link_token()
    state = leave(call, token)
    refusals = [call("/link/oauth/resume", {"token": token, "state": state})]
    call("/link/oauth/decide", {"state": state, "username": "demo"})
    refusals += [
        call("/link/oauth/decide", {"state": state, "username": "demo"}),
        call("/link/oauth/resume", {"token": other, "state": state}),
    ]
    assert call("/link/oauth/resume", {"token": token, "state": state})[0] == 200
    refusals.append(call("/link/oauth/resume", {"token": token, "state": state}))
    assert [(status, error["error_code"]) for status, error in refusals] == [
        (400, "OAUTH_STATE_ID_NOT_FOUND"),
        (400, "OAUTH_STATE_ID_ALREADY_PROCESSED"),
        (400, "INCORRECT_LINK_TOKEN"),
        (400, "OAUTH_STATE_ID_ALREADY_PROCESSED"),
    ]
    assert [error_faults(error) for _, error in refusals] == [[]] * 4


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/link/oauth/bank", None),
        ("/link/oauth/bank?state=%00", None),
        ("/link/oauth/start", {}),
        ("/link/oauth/start", {"token": "t"}),
        ("/link/oauth/decide", {"state": "s"}),
        ("/link/oauth/decide", []),
        ("/link/oauth/resume", {"token": "t", "state": "s"}),
    ],
)
def test_what_makes_no_sense_is_refused_plaids_way(call, path, body):
    status, error = call(path, body)
    assert status == 400
    assert error_faults(error) == []


def test_a_bank_that_nobody_knows_or_a_user_that_the_bank_does_not_know_is_refused(call, link_token):
    token = link_token()
    refused = call("/link/oauth/start", {"token": token, "institution_id": "ins_0"})[1]
    assert refused["error_code"] == "INVALID_INSTITUTION"
    state = leave(call, token)
    assert call("/link/oauth/decide", {"state": state, "username": "nobody"})[1]["error_code"] == "INVALID_CREDENTIALS"
    assert call("/link/oauth/decide", {"state": state, "username": "demo"})[0] == 200


def test_an_item_tells_when_its_consent_ends_and_asks_for_a_login_then(local_plaid, api, link):
    token = link("user_good", "pass_good")
    end = (datetime.now(UTC) + timedelta(days=100)).replace(microsecond=0)
    local_plaid.call("/sandbox/consent", {"access_token": token, "ends_at": end.isoformat()})
    assert api.item_get({"access_token": token})["item"]["consent_expiration_time"] == end
    past = datetime.now(UTC) - timedelta(seconds=1)
    local_plaid.call("/sandbox/consent", {"access_token": token, "ends_at": past.isoformat()})
    assert api.item_get({"access_token": token})["item"]["error"]["error_code"] == "ITEM_LOGIN_REQUIRED"


@pytest.mark.parametrize(
    ("institution", "code", "field"),
    [
        ("ins_109508", "PENDING_DISCONNECT", "disconnect_time"),
        ("ins_117650", "PENDING_EXPIRATION", "consent_expiration_time"),
    ],
)
def test_an_end_within_a_week_is_warned_of_as_the_country_has_it(local_plaid, institution, code, field):
    del field
    token = local_plaid.connect("user_good", institution=institution, webhook="http://127.0.0.1:9/")
    before = len(local_plaid.webhooks())
    for days in (20, 6):
        end = datetime.now(UTC) + timedelta(days=days)
        local_plaid.call("/sandbox/consent", {"access_token": token, "ends_at": end.isoformat()})
    assert [each["webhook_code"] for each in local_plaid.webhooks()[before:]] == [code]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"access_token": "access-sandbox-none", "ends_at": None},
        {"access_token": "x", "ends_at": "2026-12-03T18:00:00"},
        {"access_token": "x", "ends_at": "soon"},
    ],
)
def test_a_consent_that_makes_no_sense_is_refused(local_plaid, body):
    assert local_plaid.call("/sandbox/consent", body)[0] == 400
