"""The stand-in for Link: the script where Plaid's is, the dialog behind it, and what it hands to the page."""

import json

import pytest
import urllib3
from sandbox.conformance.both_schemas import error_faults
from sandbox.conformance.refusals import assert_refused
from sandbox.conformance.right_requests import CLIENT

SOMEONE = {**CLIENT, "user": {"client_user_id": "someone"}}


def fetch(local_plaid, path, body=None):
    with urllib3.PoolManager() as pool:
        method, sent = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
        return pool.request(method, local_plaid.url + path, body=sent, retries=False)


@pytest.fixture
def token(api):
    return api.link_token_create({**SOMEONE, "products": ["transactions"]})["link_token"]


def test_the_script_is_served_as_javascript(local_plaid):
    answer = fetch(local_plaid, "/link/v2/stable/link-initialize.js")
    assert answer.status == 200
    assert "javascript" in answer.headers["content-type"]
    text = answer.data.decode()
    for name in ("Plaid", "create", "open", "exit", "destroy", "onSuccess", "onExit", "onEvent"):
        assert name in text


@pytest.mark.parametrize("path", ["/link/v2/stable/link-initialize.js", "/link/static/dialog.js"])
def test_the_scripts_run_on_a_page_that_forbids_inline_code_and_eval(local_plaid, path):
    text = fetch(local_plaid, path).data.decode()
    for forbidden in ("eval(", "new Function", "innerHTML", "setAttribute('style'", 'setAttribute("style"'):
        assert forbidden not in text


def test_the_dialog_is_a_page_without_inline_code(local_plaid):
    answer = fetch(local_plaid, "/link/dialog")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "unsafe" not in answer.headers["content-security-policy"]
    page = answer.data.decode()
    assert "data-exit" in page
    assert "style=" not in page
    assert "<script>" not in page


def test_the_dialog_offers_banks_and_logins_that_can_be_linked(local_plaid, api, token):
    offered = json.loads(fetch(local_plaid, f"/link/choices?token={token}").data)
    logins = {user["username"]: user["password"] for user in offered["users"]}
    assert {"demo", "demo-3000", "demo-20000", "user_good", "user_transactions_dynamic"} <= set(logins)
    banks = {bank["institution_id"]: bank["name"] for bank in offered["institutions"]}
    for institution_id, name in banks.items():
        asked = {"institution_id": institution_id, "country_codes": ["US"]}
        assert api.institutions_get_by_id(asked)["institution"]["name"] == name


def test_a_login_in_the_dialog_hands_over_a_public_token_and_the_accounts(local_plaid, api, token):
    login = {"institution_id": "ins_109508", "username": "demo", "password": "x"}
    handed = json.loads(fetch(local_plaid, "/link/connect", {"token": token, **login}).data)
    access_token = api.item_public_token_exchange({"public_token": handed["public_token"]})["access_token"]
    api.accounts_get({"access_token": access_token})
    accounts = api.api_client.answers[-1][1]["accounts"]
    told = handed["metadata"]["accounts"]
    assert [account["id"] for account in told] == [account["account_id"] for account in accounts]
    assert all(one.keys() >= {"id", "name", "mask", "type", "subtype", "verification_status"} for one in told)
    assert handed["metadata"]["institution"] == {"institution_id": "ins_109508", "name": "First Platypus Bank"}
    assert handed["metadata"]["link_session_id"]


def test_a_link_token_tells_of_the_session_that_used_it(local_plaid, api, token):
    login = {"institution_id": "ins_109508", "username": "demo", "password": "x"}
    handed = json.loads(fetch(local_plaid, "/link/connect", {"token": token, **login}).data)
    api.link_token_get({"link_token": token})
    (session,) = api.api_client.answers[-1][1]["link_sessions"]
    (added,) = session["results"]["item_add_results"]
    assert added["public_token"] == handed["public_token"]
    assert session["link_session_id"] == handed["metadata"]["link_session_id"]


def test_update_mode_repairs_a_login_and_changes_no_token(local_plaid, api, link):
    access_token = link("demo", "x")
    api.sandbox_item_reset_login({"access_token": access_token})
    broken = {"error_type": "ITEM_ERROR", "code": "ITEM_LOGIN_REQUIRED"}
    assert_refused(api.accounts_get, {"access_token": access_token}, **broken)
    token = api.link_token_create({**SOMEONE, "access_token": access_token})["link_token"]
    offered = json.loads(fetch(local_plaid, f"/link/choices?token={token}").data)
    assert offered["update"]
    assert [bank["institution_id"] for bank in offered["institutions"]] == ["ins_109508"]
    assert fetch(local_plaid, "/link/repair", {"token": token}).status == 200
    assert api.accounts_get({"access_token": access_token})["accounts"]
    assert api.item_get({"access_token": access_token})["item"]["error"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/link/choices?token=%3Cscript%3E", None),
        ("/link/choices", None),
        ("/link/connect", {}),
        ("/link/connect", []),
        ("/link/connect", {"token": "t", "institution_id": "i", "username": "u", "password": "p"}),
        ("/link/repair", {"token": "t"}),
        ("/link/repair", {"token": 7}),
    ],
)
def test_a_dialog_that_may_not_is_told_plaids_way(local_plaid, path, body):
    answer = fetch(local_plaid, path, body)
    error = json.loads(answer.data)
    assert answer.status == 400
    assert error["error_code"] in {"INVALID_LINK_TOKEN", "INVALID_BODY"}
    assert error_faults(error) == []


def test_a_login_the_bank_does_not_know_is_refused_in_the_dialog(local_plaid, token):
    login = {"institution_id": "ins_109508", "username": "nobody", "password": "x"}
    answer = fetch(local_plaid, "/link/connect", {"token": token, **login})
    error = json.loads(answer.data)
    assert (answer.status, error["error_code"]) == (400, "INVALID_CREDENTIALS")
    assert error["display_message"]
