"""Recovery files and new keys where there are accounts: whose session, which tier, and a database that is down."""

import pytest
from support.members import club
from support.website import session_cookie, sets_session, website

from keepless.adapters.memory_accounts import MemoryStores
from keepless.errors import AccountsFault

WORDS = "twelve letters and more"


@pytest.fixture
def members(local_plaid):
    with website(local_plaid.url) as site, club(site) as made:
        yield made


def save(browser):
    return browser.post("/api/recovery", json={"passphrase": WORDS}).text


def used(browser, what, file):
    return browser.post(f"/api/recovery/{what}", json={"file": file, "passphrase": WORDS})


def rotate(browser):
    browser.post("/api/rotate-tokens", json={})
    return browser.post("/api/rotate-tokens", json={"go": True})


def states(local_plaid):
    return [item["state"] for item in local_plaid.items()]


def test_a_member_gets_new_keys_and_the_copy_reads_nothing(members, local_plaid):
    ana = members.member("pro", local_plaid.connect("demo"))
    thief = members.site.browser()
    thief.set_cookie("keepless-local", session_cookie(ana))
    assert rotate(ana).json["left"] == 0
    assert ana.get("/api/dashboard").json["problems"] == []
    assert [problem["code"] for problem in thief.get("/api/dashboard").json["problems"]] == ["INVALID_ACCESS_TOKEN"]


def test_the_way_back_of_one_member_is_none_of_anothers(members, local_plaid):
    token = local_plaid.connect("demo")
    ana = members.member("pro", token)
    ben = members.member("pro", token, email="ben@example.test")
    ana.post("/api/rotate-tokens", json={})
    ben.set_cookie("keepless-local-rotation", ana.get_cookie("keepless-local-rotation").value)
    assert ben.post("/api/rotate-tokens", json={"go": True}).json["code"] == "rotation_not_begun"


def test_an_ended_session_rotates_nothing(members, local_plaid):
    ana = members.member("pro", local_plaid.connect("demo"))
    ana.post("/api/rotate-tokens", json={})
    before = local_plaid.items()[0]["access_token"]
    members.end_sessions()
    assert ana.post("/api/rotate-tokens", json={"go": True}).json["code"] == "session_ended"
    assert local_plaid.items()[0]["access_token"] == before


def test_no_more_banks_are_restored_than_the_tier_allows(members, local_plaid):
    file = save(members.member("pro", *(local_plaid.connect("user_good") for _ in range(3))))
    other = members.member("free", email="ben@example.test")
    answer = used(other, "restore", file)
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_tier")
    assert not sets_session(answer)
    members.set_tier("pro", email="ben@example.test")
    assert len(used(other, "restore", file).json["banks"]) == 3


def test_the_banks_of_an_ended_session_can_be_disconnected_by_its_file(members, local_plaid):
    ana = members.member("pro", local_plaid.connect("demo"))
    file = save(ana)
    members.end_sessions()
    assert used(ana, "revoke", file).status_code == 200
    assert states(local_plaid) == ["removed"]


class AwayStores(MemoryStores):
    """A database that goes down."""

    def go_away(self):
        def away(*_, **__):
            raise AccountsFault("unreachable")

        self.accounts.session = away


def test_while_the_database_is_down_a_file_disconnects_and_the_cookie_is_kept(local_plaid):
    stores = AwayStores()
    with website(local_plaid.url) as site, club(site, stores) as members:
        ana = members.member("pro", local_plaid.connect("demo"))
        file, before = save(ana), session_cookie(ana)
        stores.go_away()
        assert ana.post("/api/rotate-tokens", json={}).json["code"] == "accounts_unavailable"
        assert used(ana, "restore", file).json["code"] == "accounts_unavailable"
        assert ana.get("/recovery").status_code == 200
        assert used(ana, "revoke", file).status_code == 200
        assert session_cookie(ana) == before
    assert states(local_plaid) == ["removed"]
