"""What each tier has, at every door: days of history, banks, trends. Without a database all of it is everybody's."""

from datetime import date, timedelta

import pytest
from support.members import club
from support.website import Clock, session_cookie, website

from keepless.adapters.memory_cache import MemoryCache
from keepless.core.tiers import BY_TIER, EVERYTHING, Tier
from keepless.web.query import PERIOD

FREE = BY_TIER[Tier.FREE]
READS = {
    "/api/dashboard": {},
    "/api/transactions": {},
    "/api/spending-analysis": {},
    "/api/live": {},
    "/api/export": {"format": "csv"},
    "/": {},
    "/statement": {},
}


@pytest.fixture
def free(members, local_plaid):
    return members.member("free", local_plaid.connect("user_good"))


@pytest.fixture
def pro(members, local_plaid):
    return members.member("pro", local_plaid.connect("user_good"))


def today(browser):
    return browser.get("/api/dashboard").json["today"]


def ago(browser, days):
    return (date.fromisoformat(today(browser)) - timedelta(days=days)).isoformat()


def refused(answer, *words):
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_tier"), answer.text
    for word in words:
        assert word in answer.json["detail"]
    return True


# --- history ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("asked", [{}, {"days": 90}, {"days": 1}], ids=["by default", "90 days", "a day"])
def test_every_tier_reads_the_usual_days_everywhere(free, path, asked):
    assert free.get(path, query_string=READS[path] | asked).status_code == 200


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("asked", [{"days": 91}, {"days": 730}, {"from": 91}, {"to": 91}, {"from": 91, "to": 80}])
def test_days_before_those_of_the_tier_are_refused_in_clear_words(free, path, asked):
    told = {name: value if name == "days" else ago(free, value) for name, value in asked.items()}
    answer = free.get(path, query_string=READS[path] | told, headers={"Accept": "application/json"})
    assert refused(answer, "90 days")
    assert "/account" in answer.json["next_step"]


def test_the_form_of_the_export_is_asked_the_same(free):
    assert refused(free.post("/api/export", data={"format": "csv", "days": "365"}))
    assert free.post("/api/export", data={"format": "csv", "days": "90"}).status_code == 200


def test_a_period_that_ends_earlier_begins_where_the_tier_does(free):
    told = free.get("/api/transactions", query_string={"to": ago(free, 60)}).json
    assert told["period"] == {"start": ago(free, 90), "end": ago(free, 60)}


@pytest.mark.parametrize("path", READS)
def test_a_tier_with_two_years_reads_two_years(pro, path):
    assert pro.get(path, query_string=READS[path] | {"days": 730}).status_code == 200


def test_a_person_reads_of_it_on_a_page(free):
    answer = free.get("/statement?days=365", headers={"Accept": "text/html"})
    assert answer.status_code == 403
    assert "looks back 90 days" in answer.text


def test_the_periods_to_pick_are_those_of_the_tier(members, free):
    def page():
        return free.get("/statement", headers={"Accept": "text/html"}).text

    assert "days=90" in page()
    assert "days=365" not in page()
    assert '<option value="365"' not in page()
    assert "Your tier looks back 90 days." in page()
    members.set_tier("pro")
    assert "days=730" in page()
    assert '<option value="365"' in page()
    assert "Your tier" not in page()


def test_no_door_takes_days_without_asking_for_the_tier(members):
    """Every route that is documented to take days is one of those that are tested here."""
    described = members.site.browser().get("/openapi.json").json["paths"]
    takes = {
        path
        for path, methods in described.items()
        for method in methods.values()
        if {each.get("name") for each in method.get("parameters", [])} & set(PERIOD)
    }
    assert takes <= set(READS)


def test_the_stream_tells_first_what_the_tier_has(members, free, visitor):
    def first_line(browser):
        return browser.get("/api/live").get_data(as_text=True).partition("\n")[0]

    assert '"history_days":90,"trends":false' in first_line(free)
    members.set_tier("pro")
    assert '"history_days":730,"trends":true' in first_line(free)
    assert '"history_days":730,"trends":true' in first_line(visitor)


# --- banks -----------------------------------------------------------------------------------------------------------


def test_the_third_bank_of_a_free_tier_is_refused_at_every_door_before_plaid_is_asked(members, local_plaid):
    browser = members.member("free", local_plaid.connect("user_good"), local_plaid.connect("user_good"))
    token, cookie = local_plaid.connect("user_good"), session_cookie(browser)
    local_plaid.fault("*", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR")  # who asks it, is told this
    assert refused(browser.post("/api/link-token", json={}), "2 banks")
    assert refused(browser.post("/api/exchange", json={"public_token": "public-sandbox-x"}), "2 banks")
    pasted = browser.post("/setup", data={"access_token": token})
    assert pasted.status_code == 403
    assert "2 banks" in pasted.text
    assert session_cookie(browser) == cookie


def test_a_login_to_a_bank_that_is_connected_is_no_further_bank(members, local_plaid):
    browser = members.member("free", local_plaid.connect("user_good"), local_plaid.connect("user_good"))
    item = browser.get("/api/what-you-hold").json["at_plaid"][0]["item_id"]
    assert browser.post("/api/link-token", json={"item_id": item}).status_code == 200


def test_with_room_a_bank_is_connected(free):
    assert free.post("/api/link-token", json={}).status_code == 200


def test_a_visitor_without_an_account_has_the_free_tier_where_there_are_accounts(members, local_plaid):
    browser = members.site.connected(local_plaid.connect("user_good"), local_plaid.connect("user_good"))
    assert refused(browser.post("/api/link-token", json={}), "2 banks")
    assert refused(browser.get("/api/trends"))
    assert refused(browser.get("/api/transactions?days=91"))


def test_a_tier_that_got_smaller_drops_no_bank_and_shows_them_all(members, local_plaid):
    browser = members.member("pro", *(local_plaid.connect("user_good") for _ in range(4)))
    members.set_tier("free")
    assert len(browser.get("/api/dashboard").json["banks"]) == 4
    assert refused(browser.post("/api/link-token", json={}), "2 banks")
    assert len(local_plaid.items()) == 4
    members.set_tier("pro")
    assert browser.post("/api/link-token", json={}).status_code == 200


# --- trends ----------------------------------------------------------------------------------------------------------


def test_trends_are_not_in_the_free_tier(free):
    assert refused(free.get("/api/trends"), "no trends")
    assert refused(free.post("/api/trends", json={"capsule": None}))
    assert refused(free.post("/api/trends/import", json={"file": "x", "passphrase": "x" * 12, "capsule": None}))
    assert refused(free.post("/api/trends/store", json={"on": True}))
    assert free.get_cookie("keepless-local-trends") is None


def test_what_was_kept_in_a_larger_tier_can_be_saved_and_forgotten_in_every_one(members, pro):
    capsule = pro.post("/api/trends", json={"capsule": None}).json["capsule"]
    members.set_tier("free")
    assert refused(pro.post("/api/trends", json={"capsule": capsule}))
    saved = pro.post("/api/trends/export", json={"capsule": capsule, "passphrase": "twelve letters"})
    assert (saved.status_code, saved.json["keepless"]) == (200, "trends")
    assert pro.post("/api/trends/store", json={"on": False}).status_code == 200
    assert pro.post("/api/trends/forget").status_code == 204


# --- all of it -------------------------------------------------------------------------------------------------------


def test_a_tier_counts_from_the_next_request_on(members, free):
    assert refused(free.get("/api/transactions?days=365"))
    members.set_tier("pro")
    assert free.get("/api/transactions?days=365").status_code == 200
    members.set_tier("free")
    assert refused(free.get("/api/transactions?days=365"))


@pytest.mark.parametrize("path", READS)
def test_without_a_database_there_are_no_tiers(visitor, path):
    assert visitor.get(path, query_string=READS[path] | {"days": 730}).status_code == 200


def test_without_a_database_trends_and_many_banks_are_everybodys(site, local_plaid):
    browser = site.connected(*(local_plaid.connect("user_good") for _ in range(3)))
    assert browser.get("/api/trends").status_code == 200
    assert browser.post("/api/link-token", json={}).status_code == 200
    assert EVERYTHING.banks == 20
    assert browser.post("/api/trends/store", json={"on": True}).status_code == 404


def test_in_another_language_the_words_are_found_too(free):
    answer = free.get("/api/transactions?days=365", headers={"Accept-Language": "es"})
    assert answer.json["code"] == "not_in_tier"
    assert "90" in answer.json["detail"]


# --- the cache -------------------------------------------------------------------------------------------------------


@pytest.fixture
def hybrid(local_plaid):
    """A site of the hybrid edition with accounts, and its cache."""
    clock = Clock()
    cache = MemoryCache(clock)
    with website(local_plaid.url, cache=cache, clock=clock) as site, club(site) as made:
        yield made, cache


def copies(browser):
    return len(browser.get("/api/what-you-hold").json["in_cache"])


def test_the_free_tier_has_no_copies_and_reads_its_banks_live(hybrid, local_plaid):
    members, _ = hybrid
    browser = members.member("free", local_plaid.connect("user_good"))
    for _ in range(2):
        assert browser.get("/api/dashboard").json["cache"] == "none"
    assert '"cache":"none"' in browser.get("/api/live").text
    assert copies(browser) == 0
    assert "sealed copies" not in browser.get("/statement").text


def test_a_larger_tier_has_them(hybrid, local_plaid):
    members, _ = hybrid
    browser = members.member("pro", local_plaid.connect("user_good"))
    assert [browser.get("/api/dashboard").json["cache"] for _ in range(2)] == ["miss", "hit"]
    assert copies(browser) == 1
    assert "sealed copies" in browser.get("/statement").text


@pytest.mark.parametrize("path", ["/api/dashboard", "/api/live", "/statement", "/api/what-you-hold"])
def test_copies_of_a_larger_tier_are_let_go_at_the_first_look_in_a_smaller_one(hybrid, local_plaid, path):
    members, cache = hybrid
    tokens = [local_plaid.connect("user_good") for _ in range(3)]
    browser = members.member("pro", *tokens)
    browser.get("/api/dashboard")
    names = [members.site.parts.keeping._sealer.name(each["item_id"]) for each in at_plaid(browser)]
    assert all(copy.revision is not None for copy in cache.read([(name, "rows") for name in names]))
    members.set_tier("free")
    assert browser.get(path).status_code == 200
    assert [copy.revision for copy in cache.read([(name, "rows") for name in names])] == [None] * 3
    assert len(browser.get("/api/dashboard").json["banks"]) == 3


def at_plaid(browser):
    return browser.get("/api/what-you-hold").json["at_plaid"]
