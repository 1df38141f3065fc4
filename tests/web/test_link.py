"""Connecting banks over JSON: Link's tokens, the exchange, and what happens when it goes wrong (R14, R19, input 17)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.website import session_cookie, set_session, sets_session

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import SealBroken
from keepless.services.vault import MAX_BANKS, BankKey, encode
from keepless.web.session import PURPOSE, SessionCookie


def public_token(local_plaid, username="demo"):
    body = {
        "institution_id": "ins_109508",
        "initial_products": ["transactions", "liabilities"],
        "options": {"override_username": username, "override_password": "x"},
    }
    return local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"]


def states(local_plaid):
    return [item["state"] for item in local_plaid.items()]


def test_a_bank_is_connected_and_its_token_is_nowhere_but_in_the_cookie(site, local_plaid):
    browser = site.browser()
    answer = browser.post("/api/exchange", json={"public_token": public_token(local_plaid)})
    assert answer.status_code == 201
    (item,) = local_plaid.items()
    assert answer.json["bank"]["item_id"] == item["item_id"]
    assert answer.json["bank"]["name"]
    (held,) = site.vault_of(browser).banks
    assert held.token.reveal() == item["access_token"]
    assert item["access_token"] not in answer.text
    assert item["access_token"] not in str(answer.headers)


def test_a_second_bank_joins_the_first(site, local_plaid):
    browser = site.browser()
    for _ in range(2):
        assert browser.post("/api/exchange", json={"public_token": public_token(local_plaid)}).status_code == 201
    assert {key.bank.item_id for key in site.vault_of(browser).banks} == {
        item["item_id"] for item in local_plaid.items()
    }


@pytest.mark.parametrize(("body", "days"), [({}, 7), ({"keep_connected": False}, 7), ({"keep_connected": True}, 30)])
def test_a_session_lives_a_week_or_a_month_as_the_person_chose(site, local_plaid, body, days):
    browser = site.browser()
    browser.post("/api/exchange", json={"public_token": public_token(local_plaid), **body})
    vault = site.vault_of(browser)
    assert (vault.expires_at - vault.issued_at).days == days
    assert vault.keep_connected == (days == 30)


def test_a_link_token_needs_no_session_and_makes_none(site):
    answer = site.browser().post("/api/link-token", json={})
    assert answer.status_code == 200
    assert answer.json["link_token"].startswith("link-")
    assert set(answer.json) == {"link_token", "expires_at"}
    assert not sets_session(answer)


def test_a_link_token_for_update_mode_names_a_bank_of_the_session(site, visitor, local_plaid):
    (item,) = local_plaid.items()
    answer = visitor.post("/api/link-token", json={"item_id": item["item_id"]})
    assert answer.status_code == 200
    assert item["access_token"] not in answer.text


def test_a_bank_of_another_visitor_is_unknown(site, visitor, local_plaid):
    other = site.connected(local_plaid.connect("user_good"))
    foreign = site.vault_of(other).banks[0].bank.item_id
    answer = visitor.post("/api/link-token", json={"item_id": foreign})
    assert (answer.status_code, answer.json["code"]) == (404, "unknown_bank")


def test_a_public_token_that_plaid_does_not_know_is_refused_and_the_session_kept(site, visitor):
    before = session_cookie(visitor)
    answer = visitor.post("/api/exchange", json={"public_token": "public-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"})
    assert (answer.status_code, answer.json["code"]) == (400, "public_token_refused")
    assert answer.json["plaid_code"] == "INVALID_PUBLIC_TOKEN"
    assert answer.json["plaid_request_id"]
    assert session_cookie(visitor) == before


def test_input_17_a_21st_bank_is_refused_before_anything_is_exchanged(site, local_plaid):
    browser = site.browser()
    with site.app.test_request_context("/", method="POST"):
        vault = site.parts.session.read_or_new()
        for number in range(MAX_BANKS):
            token = Secret(f"access-sandbox-0f8fad5b-d9cb-469f-a165-{number:012d}")
            vault = vault.with_bank(BankKey(BankRef(f"item{number}", "ins_1", "Harbour Bank"), token))
    set_session(browser, site.envelope.seal(PURPOSE, encode(vault)))
    unused = public_token(local_plaid)
    for path, body in (("/api/exchange", {"public_token": unused}), ("/api/link-token", {})):
        answer = browser.post(path, json=body)
        assert (answer.status_code, answer.json["code"]) == (409, "too_many_banks")
        assert not sets_session(answer)
    assert site.browser().post("/api/exchange", json={"public_token": unused}).status_code == 201


class Jammed:
    """A sealer that opens and cannot seal."""

    def __init__(self, envelope):
        self._envelope = envelope

    def seal(self, *_about, **_more):
        raise SealBroken("jammed")

    def open(self, purpose, sealed, *, user=""):
        return self._envelope.open(purpose, sealed, user=user)

    def is_newest(self, _sealed):
        return True


def test_r14_a_token_that_cannot_be_sealed_is_removed_at_once(site, local_plaid):
    jammed = site.with_parts(session=SessionCookie(Jammed(site.envelope), site.clock))
    answer = jammed.browser().post("/api/exchange", json={"public_token": public_token(local_plaid)})
    assert (answer.status_code, answer.json["code"]) == (502, "connection_lost")
    assert not sets_session(answer)
    assert states(local_plaid) == ["removed"]


def test_r14_the_operator_learns_of_it_and_why(site, local_plaid, log):
    jammed = site.with_parts(session=SessionCookie(Jammed(site.envelope), site.clock))
    jammed.browser().post("/api/exchange", json={"public_token": public_token(local_plaid)})
    (told,) = (line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "unexpected error")
    assert told["text"] == "the connection could not be sealed; item removed"
    assert told["causes"] == ["SealBroken"]
    (item,) = local_plaid.items()
    assert item["access_token"] not in log.getvalue()


def test_r14_says_so_where_plaid_did_not_confirm_the_removal(site, local_plaid):
    jammed = site.with_parts(session=SessionCookie(Jammed(site.envelope), site.clock))
    unused = public_token(local_plaid)
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    answer = jammed.browser().post("/api/exchange", json={"public_token": unused})
    assert (answer.status_code, answer.json["code"]) == (502, "connection_lost")
    assert "did not confirm" in answer.json["detail"]


def test_r19_an_operators_token_in_the_environment_is_in_no_visitors_session(site, local_plaid, monkeypatch):
    operators = local_plaid.connect("user_good")
    monkeypatch.setenv("PLAID_ACCESS_TOKEN", operators)
    browser = site.browser()
    assert browser.get("/api/dashboard").status_code == 401
    assert not sets_session(browser.get("/"))
    browser.post("/api/link-token", json={})
    assert session_cookie(browser) is None
    browser.post("/api/exchange", json={"public_token": public_token(local_plaid)})
    (held,) = site.vault_of(browser).banks
    assert held.token.reveal() != operators


def test_r6_plaid_out_of_reach_changes_no_session(site, visitor, lone_site):
    before = session_cookie(visitor)
    elsewhere = site.with_parts(plaid=lone_site.parts.plaid)
    browser = elsewhere.browser()
    set_session(browser, before)
    answer = browser.post("/api/link-token", json={})
    assert (answer.status_code, answer.json["code"]) == (503, "plaid_unreachable")
    assert answer.headers["Retry-After"]
    assert answer.json["retryable"] is True
    assert not sets_session(answer)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("{}", "public_token"),
        ('{"public_token": 5}', "public_token"),
        ('{"public_token": null}', "public_token"),
        ('{"public_token": ""}', "public_token"),
        ('{"public_token": "a b"}', "public_token"),
        ('{"public_token": "public\\u0000"}', "public_token"),
        ('{"public_token": "' + "a" * 129 + '"}', "public_token"),
        ('{"public_token": "public-x", "keep_connected": "yes"}', "keep_connected"),
        ('{"public_token": "public-x", "access_token": "x"}', "access_token"),
        ("[]", "body"),
        ('"text"', "body"),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_by_the_fields_name(lone_site, body, field):
    answer = lone_site.browser().post("/api/exchange", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "invalid_field", field)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 60_000, b'{"a":' * 10_000, b"public_token=x", b"NaN"])
def test_a_body_that_is_no_json_is_refused(lone_site, body):
    answer = lone_site.browser().post("/api/exchange", data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_r16_a_form_that_looks_like_json_is_refused(lone_site, content_type):
    answer = lone_site.browser().post("/api/exchange", data=b'{"public_token":"public-x"}', content_type=content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "not_json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["/api/exchange", "/api/link-token"]),
    st.one_of(JSON, st.fixed_dictionaries({"public_token": JSON}), st.fixed_dictionaries({"item_id": JSON})),
)
def test_no_body_is_answered_with_a_fault_of_ours(lone_site, path, body):
    """The site's Plaid is out of reach: 503 is the answer to a body that made sense."""
    answer = lone_site.browser().post(path, data=json.dumps(body), content_type="application/json")
    assert answer.status_code in {400, 404, 503}
