"""Input 21: Plaid fails at each call of a deletion, in each way. What is unconfirmed is kept, and a retry ends it."""

import pytest
from forgetting.people import EMAIL, NO_ROWS, cookies_of, delete, forgetting_site, receipt_of, states
from support.website import LOCAL_NAME, session_cookie

from keepless.adapters.plaid.settings import Patience
from keepless.web.leaving_cookie import LOCAL_NAME as LEAVING

BANKS = ("demo", "user_good", "user_transactions_dynamic")
# One try for each call: what trying again within a request mends is the adapter's matter.
HASTY = Patience(connect=5.0, read=0.4, budget=5.0, tries=1)
TROUBLES = {
    "error": {"error_code": "INTERNAL_SERVER_ERROR", "error_type": "API_ERROR", "status": 500},
    "reset": {"reset": True},
    "reset once it was done": {"reset": True, "performs": True},
    "silence": {"silence": 1.5},
    "half a body": {"half_body": True},
    "another's words": {"garbage": True},
}

each_bank = pytest.mark.parametrize("failing", range(len(BANKS)), ids=["first bank", "second bank", "third bank"])
each_trouble = pytest.mark.parametrize("trouble", TROUBLES)


@pytest.fixture
def site(local_plaid):
    with forgetting_site(local_plaid.url, patience=HASTY) as made:
        yield made


@pytest.fixture
def tokens(local_plaid):
    return [local_plaid.connect(user) for user in BANKS]


@pytest.fixture
def browser(site, tokens):
    return site.connected(*tokens, browser=site.sign_in())


def item_at(local_plaid, token):
    return next(item for item in local_plaid.items() if item["access_token"] == token)


@each_trouble
@each_bank
def test_input_21_the_others_go_on_the_bank_is_named_and_kept_and_a_retry_ends_it(  # noqa: PLR0917 - fixtures
    site, browser, local_plaid, tokens, failing, trouble
):
    token = tokens[failing]
    local_plaid.fault("/item/remove", access_token=token, **TROUBLES[trouble])
    for _ in range(2):  # twice: the same answer
        answer = delete(browser)
        assert (answer.status_code, answer.json["code"]) == (502, "deletion_incomplete")
        item_id = item_at(local_plaid, token)["item_id"]
        assert [each["bank"]["item_id"] for each in answer.json["problems"]] == [item_id]
        assert [key.token.reveal() for key in site.vault_of(browser).banks] == [token]
        assert site.rows() == {**NO_ROWS, "users": 1, "sessions": 1}
    others = [item_at(local_plaid, other)["state"] for other in tokens if other != token]
    assert others == ["removed", "removed"]

    local_plaid.end_faults()
    receipt = receipt_of(site, delete(browser))
    assert set(states(local_plaid)) == {"removed"}
    assert site.rows() == NO_ROWS
    assert cookies_of(browser) == set()
    assert (receipt.outcome, receipt.account, len(receipt.removed.banks)) == ("removed", EMAIL, 3)


@each_trouble
def test_what_was_removed_at_first_has_plaids_request_id_on_the_last_receipt(
    site, browser, local_plaid, tokens, trouble
):
    local_plaid.fault("/item/remove", access_token=tokens[1], **TROUBLES[trouble])
    assert delete(browser).status_code == 502
    local_plaid.end_faults()
    receipt = receipt_of(site, delete(browser))
    with_ids = [bool(bank.request_id) for bank in receipt.removed.banks]
    # Where Plaid did it and the answer was lost, it says afterwards that there is no such item: R13.
    was_done = trouble in {"reset once it was done", "half a body"}
    assert sorted(with_ids) == [not was_done, True, True]


def test_every_bank_failing_keeps_every_key(site, browser, local_plaid, tokens):
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    answer = delete(browser)
    assert answer.status_code == 502
    assert len(answer.json["problems"]) == 3
    assert {key.token.reveal() for key in site.vault_of(browser).banks} == set(tokens)
    assert set(states(local_plaid)) == {"live"}
    local_plaid.end_faults()
    assert len(receipt_of(site, delete(browser)).removed.banks) == 3


def test_r13_an_item_that_had_ended_before_counts_as_done(site, browser, local_plaid, tokens):
    local_plaid.call("/item/remove", {"access_token": tokens[0]})
    receipt = receipt_of(site, delete(browser))
    assert sorted(bank.request_id is None for bank in receipt.removed.banks) == [False, False, True]


def test_while_it_is_not_finished_the_session_does_nothing_else(site, browser, local_plaid, tokens):
    local_plaid.fault("/item/remove", access_token=tokens[0], reset=True)
    assert delete(browser).status_code == 502
    before = session_cookie(browser)
    for answer in (browser.get("/api/dashboard"), browser.post("/api/link-token", json={})):
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    assert session_cookie(browser) == before
    page = browser.get("/")
    assert (page.status_code, "/delete-me" in page.text) == (401, True)


def test_the_page_names_the_bank_offers_to_try_again_and_ends_with_a_receipt(site, browser, local_plaid, tokens):
    local_plaid.fault("/item/remove", access_token=tokens[0], reset=True)
    unfinished = browser.post("/delete-me")
    assert unfinished.status_code == 502
    assert "Not everything is deleted yet" in unfinished.text
    assert "First Platypus Bank" in unfinished.text
    assert "Try again now" in unfinished.text
    asked = browser.get("/delete-me")
    assert (asked.status_code, "Delete everything now" in asked.text) == (200, True)
    local_plaid.end_faults()
    done = browser.post("/delete-me")
    assert (done.status_code, "Everything is deleted" in done.text) == (200, True)
    assert cookies_of(browser) == set()


def test_what_was_done_so_far_is_sealed_and_goes_at_the_end(site, browser, local_plaid, tokens):
    local_plaid.fault("/item/remove", access_token=tokens[0], reset=True)
    delete(browser)
    sealed = browser.get_cookie(LEAVING).value
    assert "example" not in sealed
    assert browser.get_cookie(LEAVING).http_only
    assert {LOCAL_NAME, LEAVING} <= cookies_of(browser)


@pytest.mark.parametrize("spoiled", ["", "nonsense", "v1.AAAAAAAA.bm90IG91cnM"])
def test_a_cookie_of_what_was_done_that_does_not_open_only_shortens_the_receipt(
    site, browser, local_plaid, tokens, spoiled
):
    local_plaid.fault("/item/remove", access_token=tokens[0], reset=True)
    delete(browser)
    browser.set_cookie(LEAVING, spoiled)
    local_plaid.end_faults()
    receipt = receipt_of(site, delete(browser))
    assert len(receipt.removed.banks) == 1
    assert set(states(local_plaid)) == {"removed"}
    assert cookies_of(browser) <= {LEAVING if not spoiled else ""}


def test_what_another_session_did_is_not_on_this_ones_receipt(site, browser, local_plaid, tokens):
    local_plaid.fault("/item/remove", access_token=tokens[0], reset=True)
    delete(browser)
    local_plaid.end_faults()
    other = site.connected(local_plaid.connect("demo"), browser=site.sign_in("ben@example.test"))
    other.set_cookie(LEAVING, browser.get_cookie(LEAVING).value)
    assert len(receipt_of(site, delete(other)).removed.banks) == 1
