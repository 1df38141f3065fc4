"""Storing trends with the account: what comes back where, who may write it, and that the server cannot open it."""

import pytest
from support.website import session_cookie, set_session

from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.errors import AccountsFault, SealBroken
from keepless.web import trend_cookie

KEY = trend_cookie.LOCAL_NAME
HTML = {"Accept": "text/html"}


@pytest.fixture
def browser(members, local_plaid):
    return members.member("pro", local_plaid.connect("user_good"))


def store(browser, *, on, capsule=None):
    return browser.post("/api/trends/store", json={"on": on, "capsule": capsule})


def kept(browser, capsule=None):
    answer = browser.post("/api/trends", json={"capsule": capsule})
    assert answer.status_code == 200, answer.text
    return answer.json


def looked(browser):
    answer = browser.get("/api/trends")
    assert answer.status_code == 200, answer.text
    return answer.json


def stored(members):
    return members.stores.capsules.get(members.user().id)


def key_of(browser):
    cookie = browser.get_cookie(KEY)
    return None if cookie is None else cookie.value


def bank_is_down(local_plaid):
    local_plaid.fault("/transactions/get", error_code="INSTITUTION_DOWN", error_type="INSTITUTION_ERROR")


def months(told):
    return [(each["month"], each["spent"]) for each in told["months"]]


# --- asking for it ---------------------------------------------------------------------------------------------------


def test_nothing_is_stored_before_the_person_asks_for_it(members, browser):
    assert kept(browser)["stored"] is None
    assert looked(browser)["stored"] is None
    assert stored(members) is None


def test_what_the_browser_keeps_is_stored_and_brought_up_to_date_with_it(members, browser):
    first = kept(browser)
    answer = store(browser, on=True, capsule=first["capsule"])
    assert (answer.status_code, answer.json) == (200, {"stored": "here"})
    begun = stored(members)
    again = kept(browser, first["capsule"])
    assert again["stored"] == "here"
    assert stored(members) == again["capsule"] != begun


def test_a_person_may_ask_before_anything_is_kept(members, browser):
    assert store(browser, on=True).status_code == 200
    assert key_of(browser)
    assert kept(browser)["capsule"] == stored(members)


def test_a_file_that_is_brought_in_is_stored_too(members, browser):
    told = kept(browser)
    file = browser.post(
        "/api/trends/export", json={"capsule": told["capsule"], "passphrase": "twelve letters and more"}
    ).text
    store(browser, on=True)
    body = {"file": file, "passphrase": "twelve letters and more", "capsule": None}
    assert browser.post("/api/trends/import", json=body).json["capsule"] == stored(members)


def test_taking_it_back_removes_the_row_and_it_does_not_come_back_by_itself(members, browser):
    told = kept(browser)
    store(browser, on=True, capsule=told["capsule"])
    for _ in range(2):
        answer = store(browser, on=False)
        assert (answer.status_code, answer.json) == (200, {"stored": None})
    assert stored(members) is None
    assert kept(browser, told["capsule"])["stored"] is None
    assert stored(members) is None
    assert key_of(browser)  # the browser's own stays


# --- what it is good for ---------------------------------------------------------------------------------------------


def test_a_browser_that_lost_its_storage_has_its_months_back_also_while_no_bank_answers(members, browser, local_plaid):
    before = kept(browser)
    store(browser, on=True, capsule=before["capsule"])
    bank_is_down(local_plaid)
    seen = looked(browser)  # nothing comes from the browser but its cookies
    assert (seen["stored"], months(seen)) == ("here", months(before))
    back = kept(browser)
    assert months(back) == months(before)
    assert kept(browser, back["capsule"])["kept_from"] == before["kept_from"]


def test_another_browser_of_the_same_person_cannot_open_it_and_says_so(members, browser, local_plaid):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    row = stored(members)
    other = members.member("pro", local_plaid.connect("user_good"))
    assert looked(other)["stored"] == "elsewhere"
    assert kept(other)["stored"] == "elsewhere"
    assert stored(members) == row  # and it leaves alone what is not its own
    bank_is_down(local_plaid)
    assert other.get("/api/trends").status_code == 503


def test_by_a_file_the_history_moves_to_another_browser_which_then_takes_the_place(members, browser, local_plaid):
    told = kept(browser)
    store(browser, on=True, capsule=told["capsule"])
    words = "twelve letters and more"
    file = browser.post("/api/trends/export", json={"capsule": told["capsule"], "passphrase": words}).text
    other = members.member("pro", local_plaid.connect("user_good"))
    own = other.post("/api/trends/import", json={"file": file, "passphrase": words, "capsule": None}).json["capsule"]
    assert store(other, on=True, capsule=own).json == {"stored": "here"}
    assert looked(browser)["stored"] == "elsewhere"
    bank_is_down(local_plaid)
    assert months(looked(other)) == months(told)


# --- who can open it -------------------------------------------------------------------------------------------------


def test_t15_the_row_and_every_secret_of_the_server_open_nothing(site, members, browser):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    row, secret = stored(members), site.envelope.open(trend_cookie.PURPOSE, key_of(browser))
    for guess in (b"", bytes(32), members.user().id.encode(), session_cookie(browser).encode(), b"local"):
        with pytest.raises(SealBroken):
            CapsuleEnvelope("local").open(guess, row)
    with pytest.raises(SealBroken):
        site.envelope.open(trend_cookie.PURPOSE, row)
    assert secret.hex() not in row


def test_one_users_row_is_of_no_use_to_another(members, browser, local_plaid):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    bea = members.member("pro", local_plaid.connect("user_good"), email="bea@example.test")
    members.stores.capsules.put(members.user("bea@example.test").id, stored(members))
    assert looked(bea)["stored"] == "elsewhere"


def test_nobody_stores_without_an_account(members, local_plaid):
    stranger = members.site.connected(local_plaid.connect("user_good"))
    assert store(stranger, on=True).json["code"] == "not_in_tier"
    assert store(members.site.browser(), on=True).json["code"] == "session_missing"
    assert store(stranger, on=False).json == {"stored": None}


def test_what_does_not_open_is_not_stored(members, browser):
    kept(browser)
    answer = store(browser, on=True, capsule="kt1.AAAA")
    assert (answer.status_code, answer.json["code"]) == (400, "capsule_unreadable")
    assert stored(members) is None


def test_a_request_from_elsewhere_neither_stores_nor_takes_back(members, browser):
    store(browser, on=True)
    for path, body in (("/api/trends/store", {"json": {"on": False}}), ("/account/trends", {"data": {"on": "no"}})):
        answer = browser.post(path, headers={"Sec-Fetch-Site": "cross-site"}, **body)
        assert (answer.status_code, stored(members) is None) == (403, False)


# --- forgetting ------------------------------------------------------------------------------------------------------


def test_forgetting_the_key_removes_what_it_opens(members, browser):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    assert browser.post("/api/trends/forget").status_code == 204
    assert (stored(members), key_of(browser)) == (None, None)


def test_forgetting_in_another_browser_leaves_it(members, browser, local_plaid):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    other = members.member("pro", local_plaid.connect("user_good"))
    kept(other)
    assert other.post("/api/trends/forget").status_code == 204
    assert stored(members) is not None


def test_forgetting_while_the_database_is_down_changes_nothing_and_says_so(members, browser, monkeypatch):
    store(browser, on=True, capsule=kept(browser)["capsule"])

    def down(*_arguments):
        raise AccountsFault("unreachable")

    monkeypatch.setattr(type(members.stores.capsules), "get", down)
    answer = browser.post("/api/trends/forget")
    assert (answer.status_code, answer.json["code"]) == (503, "accounts_unavailable")
    assert key_of(browser)


def test_a_visitor_without_an_account_forgets_while_the_database_is_down(members, local_plaid, monkeypatch):
    stranger = members.site.connected(local_plaid.connect("user_good"))

    def down(*_arguments):
        raise AccountsFault("unreachable")

    for name in ("session", "user"):
        monkeypatch.setattr(type(members.stores.accounts), name, down)
    monkeypatch.setattr(type(members.stores.capsules), "get", down)
    assert stranger.post("/api/trends/forget").status_code == 204


# --- a session that is over ------------------------------------------------------------------------------------------


def test_r3_once_signed_out_nothing_of_the_trends_is_had_in_that_browser(members, browser):
    capsule = kept(browser)["capsule"]
    store(browser, on=True, capsule=capsule)
    members.end_sessions()
    words = {"passphrase": "twelve letters and more"}
    for answer in (
        browser.get("/api/trends"),
        browser.post("/api/trends", json={"capsule": capsule}),
        browser.post("/api/trends/export", json={"capsule": capsule} | words),
        browser.post("/api/trends/import", json={"file": "x", "capsule": capsule} | words),
        store(browser, on=False),
    ):
        assert (answer.status_code, answer.json["code"]) == (401, "session_ended")
    assert stored(members) is not None
    assert browser.post("/api/trends/forget").status_code == 204  # the key, not the account's row
    assert stored(members) is not None


def test_signed_in_again_it_is_there_again(members, browser, local_plaid):
    before = kept(browser)
    store(browser, on=True, capsule=before["capsule"])
    members.end_sessions()
    anew = members.member("pro", local_plaid.connect("user_good"))
    set_session(browser, session_cookie(anew))
    assert looked(browser)["stored"] == "here"


# --- the account's page ----------------------------------------------------------------------------------------------


def test_it_is_asked_for_and_taken_back_on_the_page_without_a_script(members, browser):
    def says():
        return browser.get("/account", headers=HTML).text

    assert "Store my trends" in says()
    answer = browser.post("/account/trends", data={"on": "yes"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert stored(members) is not None
    assert "Remove what is stored" in says()
    assert "Store my trends" not in says()
    assert looked(browser)["stored"] == "here"
    assert browser.post("/account/trends", data={"on": "no"}).status_code == 303
    assert stored(members) is None


def test_another_browser_is_told_whose_it_is_and_may_take_the_place(members, browser, local_plaid):
    store(browser, on=True)
    other = members.member("pro", local_plaid.connect("user_good"))
    page = other.get("/account", headers=HTML).text
    assert "no key for" in page
    assert "Store this browser&#39;s instead" in page or "Store this browser's instead" in page
    other.post("/account/trends", data={"on": "yes"})
    assert looked(other)["stored"] == "here"


def test_in_a_tier_without_trends_what_is_stored_can_be_removed_and_no_more_be_stored(members, browser):
    store(browser, on=True)
    members.set_tier("free")
    page = browser.get("/account", headers=HTML).text
    assert "Remove what is stored" in page
    assert "Store" not in page.partition('id="stored-trends"')[2].partition("</section>")[0].replace("stored", "")
    assert browser.post("/account/trends", data={"on": "yes"}).status_code == 403
    assert browser.post("/account/trends", data={"on": "no"}).status_code == 303
    assert 'id="stored-trends"' not in browser.get("/account", headers=HTML).text


@pytest.mark.parametrize("form", [{}, {"on": "perhaps"}, {"on": ""}])
def test_a_form_that_says_neither_is_refused(members, browser, form):
    assert browser.post("/account/trends", data=form).status_code == 400
    assert stored(members) is None


def test_what_is_held_tells_the_length_of_what_is_stored(members, browser):
    store(browser, on=True, capsule=kept(browser)["capsule"])
    assert browser.get("/api/what-you-hold").json["account"]["trend_capsule"] == len(stored(members))


def test_without_a_database_there_is_no_such_address(visitor):
    assert store(visitor, on=True).status_code == 404
    assert visitor.post("/account/trends", data={"on": "yes"}).status_code == 404
    assert looked(visitor)["stored"] is None
