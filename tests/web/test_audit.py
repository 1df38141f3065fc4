"""What the audit trail says of requests: who did what, never what they saw; and one's own lines."""

import json

import pytest
from support.members import club
from support.signing import ANA, LEO, with_accounts
from support.trails import SECRET, StandingClock, Trail
from support.website import session_cookie, set_session, website

from keepless.adapters.audit.stdout import StdoutSink
from keepless.adapters.memory_accounts import MemoryStores
from keepless.services.audit import AuditTrail
from keepless.web.acts import ACTS, NO_ACTS


@pytest.fixture
def trail(tmp_path):
    return Trail(tmp_path / "trail")


@pytest.fixture
def audited(site, trail):
    """The site with an audit trail."""
    return site.with_parts(audit=trail.audit)


@pytest.fixture
def visitor(audited, local_plaid):
    return audited.connected(local_plaid.connect("demo"))


def acts(trail):
    """Who, what and how it ended, of each act."""
    if not trail.files():
        return []
    lines = [json.loads(line) for path in trail.files() for line in path.read_bytes().splitlines()]
    return [(line["who"], line["did"], line["outcome"]) for line in lines if "who" in line]


def did(trail):
    return [(name, outcome) for _, name, outcome in acts(trail)]


def routes(app):
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in rule.methods - {"HEAD", "OPTIONS"}}


def test_each_route_is_an_act_or_is_said_to_be_none():
    with website(stores=MemoryStores()) as site:
        routed = routes(site.app)
    assert routed - set(ACTS) - NO_ACTS == set()
    assert set(ACTS) & NO_ACTS == set()
    assert (set(ACTS) | NO_ACTS) - routed == set()


def test_a_look_at_the_figures_is_one_act_however_it_is_made(visitor, trail):
    visitor.get("/api/live").get_data()
    visitor.get("/api/dashboard")
    visitor.get("/api/transactions?q=clinic")
    visitor.get("/statement")
    assert did(trail)[1:] == [
        ("viewed_dashboard", "done"),
        ("viewed_dashboard", "done"),
        ("viewed_transactions", "done"),
        ("viewed_dashboard", "done"),
    ]
    assert b"clinic" not in b"".join(trail.lines())


def test_the_page_that_asks_for_the_stream_by_itself_is_no_second_look(visitor, trail):
    visitor.get("/")
    assert did(trail)[1:] == [("viewed_dashboard", "done")]
    visitor.set_cookie("keepless-tz", "Europe/Madrid")
    visitor.get("/")
    assert did(trail)[1:] == [("viewed_dashboard", "done")]
    visitor.get("/?days=30")
    assert did(trail)[1:] == [("viewed_dashboard", "done")] * 2


def test_asking_one_bank_again_is_no_second_look(visitor, trail):
    start = json.loads(visitor.get("/api/live").get_data().splitlines()[0])
    visitor.get("/api/live?bank=" + start["banks"][0]["key"]).get_data()
    assert did(trail) == [("connected_bank", "done"), ("viewed_dashboard", "done")]


def test_one_session_is_one_who_from_its_first_bank_to_its_last(audited, visitor, trail):
    """Not signed in: the session stands for the person, the one that the first answer made included."""
    who = trail.audit.who(audited.vault_of(visitor).session_id)
    visitor.get("/api/export?format=csv")
    visitor.post("/logout")
    assert acts(trail) == [
        (who, "connected_bank", "done"),
        (who, "exported", "done"),
        (who, "revoked", "done"),
    ]


def test_deleting_has_a_line_before_and_one_after_by_the_id_known_before(audited, visitor, trail):
    who = trail.audit.who(audited.vault_of(visitor).session_id)
    assert visitor.delete("/api/delete-me").status_code == 200
    assert acts(trail)[1:] == [(who, "deletion_begun", "begun"), (who, "deletion_finished", "done")]


def test_a_deletion_that_is_not_complete_failed(audited, visitor, trail, local_plaid):
    local_plaid.fault(endpoint="/item/remove", status=500, error_type="API_ERROR", error_code="INTERNAL_SERVER_ERROR")
    assert visitor.delete("/api/delete-me").status_code == 502
    assert did(trail)[1:] == [("deletion_begun", "begun"), ("deletion_finished", "failed")]


def test_what_is_refused_is_told_of_those_who_are_known(audited, visitor, trail):
    assert visitor.get("/api/transactions?days=nonsense").status_code == 400
    assert did(trail)[1:] == [("viewed_transactions", "refused")]


def test_what_nobody_in_particular_is_refused_fills_no_disk(audited, trail):
    stranger = audited.browser()
    for path in ("/api/dashboard", "/api/export?format=csv", "/account", "/", "/api/audit"):
        stranger.get(path)
    stranger.post("/logout")
    set_session(stranger, "nonsense")
    stranger.get("/api/dashboard")
    stranger.post("/disconnect", data={"item_id": "x"})
    assert acts(trail) == []


def test_a_request_that_no_page_of_ours_sent_is_nobodys(audited, visitor, trail):
    visitor.post("/logout", headers={"Sec-Fetch-Site": "cross-site"})
    assert did(trail) == [("connected_bank", "done")]


def test_looking_for_who_it_is_settles_no_session(audited, visitor):
    """An answer that never looked at the cookies writes none because of the trail."""
    answer = visitor.post("/api/trends/forget")
    assert not any("keepless-local=" in line for line in answer.headers.getlist("Set-Cookie"))


def test_one_cannot_choose_what_is_written(audited, visitor, trail):
    visitor.get("/api/dashboard", headers={"X-Request-Id": "mine", "User-Agent": "mine"})
    assert b"mine" not in b"".join(trail.lines())


def test_without_a_trail_nothing_changes(site, local_plaid):
    visitor = site.connected(local_plaid.connect("demo"))
    assert visitor.get("/api/dashboard").status_code == 200
    assert visitor.get("/api/audit").status_code == 404


def test_a_trail_that_cannot_be_written_holds_up_no_answer(site, local_plaid, tmp_path):
    (tmp_path / "file").write_text("")
    trail = Trail(tmp_path / "file" / "trail")
    visitor = site.with_parts(audit=trail.audit).connected(local_plaid.connect("demo"))
    assert visitor.get("/api/dashboard").status_code == 200
    assert trail.outcomes == ["failed", "failed"]


@pytest.fixture
def members(lone_site, trail):
    return with_accounts(lone_site.with_parts(audit=trail.audit))


def test_who_signs_in_is_the_user_on_every_device_and_who_asks_is_nobody(members, trail):
    members.sign_in(ANA)
    members.sign_in(ANA)
    members.sign_in(LEO)
    ana, leo = (trail.audit.who(members.store.find(each).id) for each in (ANA, LEO))
    assert [line for line in acts(trail) if line[1] == "signed_in"] == [
        (ana, "signed_in", "done"),
        (ana, "signed_in", "done"),
        (leo, "signed_in", "done"),
    ]
    assert [line for line in acts(trail) if line[1] == "asked_sign_in"] == [("", "asked_sign_in", "done")] * 3
    assert b"example.test" not in b"".join(trail.lines())


def test_who_asks_for_a_link_is_nobody_whatever_cookie_came(members, trail):
    members.ask(members.sign_in(ANA), LEO)
    assert acts(trail)[-1] == ("", "asked_sign_in", "done")


def test_signing_out_is_told_from_disconnecting(members, trail):
    browser = members.sign_in(ANA)
    browser.post("/logout")
    browser.post("/logout")
    assert [name for name, _ in did(trail)][-2:] == ["signed_out", "revoked"]


def test_ending_another_session_and_using_its_cookie_afterwards(members, trail):
    one, other = members.sign_in(ANA), members.sign_in(ANA)
    other.post("/api/sessions/end", json={"all": "others"})
    saved = session_cookie(one)
    set_session(one, saved)
    assert one.get("/api/dashboard").status_code == 401
    who = trail.audit.who(members.store.find(ANA).id)
    assert acts(trail)[-2:] == [(who, "ended_session", "done"), (who, "viewed_dashboard", "refused")]


def test_links_that_do_not_sign_in_are_nobodys(members, trail):
    assert members.browser().post("/sign-in/nonsense").status_code == 403
    assert acts(trail) == []


def test_ones_own_lines_are_all_of_ones_own_and_no_one_elses(audited, local_plaid, trail):
    ana, ben = (audited.connected(local_plaid.connect("demo")) for _ in "ab")
    trail.clock.now = audited.clock()
    for browser in (ana, ben, ana):
        browser.get("/api/transactions")
    answer = ana.get("/api/audit")
    assert answer.mimetype == "application/x-ndjson"
    assert answer.headers["Cache-Control"] == "no-store"
    lines = [json.loads(line) for line in answer.get_data().splitlines()]
    who = trail.audit.who(audited.vault_of(ana).session_id)
    assert {line["who"] for line in lines} == {who}
    assert [line["did"] for line in lines][-2:] == ["viewed_transactions"] * 2
    assert set(lines[0]) == {"at", "who", "did", "outcome", "request", "hash"}
    hashes = {json.loads(line)["hash"] for line in trail.lines()}
    assert {line["hash"] for line in lines} <= hashes


@pytest.mark.parametrize(("tier", "status"), [("free", 403), ("pro", 403), ("enterprise", 200)])
def test_ones_own_lines_are_for_the_tier_that_has_them(lone_site, trail, tier, status):
    with club(lone_site, audit=trail.audit) as of_members:
        browser = of_members.member(tier)
        answer = browser.get("/api/audit")
        assert answer.status_code == status
        if status == 200:
            browser.get("/api/audit")
            assert len(answer.get_data().splitlines()) == 0
            assert b"exported_audit" in browser.get("/api/audit").get_data()
        else:
            assert answer.json["code"] == "not_in_tier"


def test_the_account_page_offers_ones_own_lines_where_there_are_any(lone_site, trail):
    with club(lone_site, audit=trail.audit) as of_members:
        assert 'href="/api/audit"' in of_members.member("enterprise").get("/account").text
        page = of_members.member("free", email="ben@example.test").get("/account").text
        assert 'href="/api/audit"' not in page
        assert "A file of your own lines is not part of what you have here." in page
        assert "audit trail says" not in of_members.site.browser().get("/account").text


def test_nothing_is_offered_where_the_trail_is_on_standard_output(lone_site, trail):
    clock = StandingClock()
    sink = StdoutSink(trail.signer, clock, descriptor=-1)
    with club(lone_site, audit=AuditTrail(sink, clock, SECRET)) as of_members:
        browser = of_members.member("enterprise")
        assert browser.get("/api/audit").status_code == 404
        assert "audit trail says" not in browser.get("/account").text


def test_the_trail_of_a_busy_day_verifies(audited, visitor, trail):
    for _ in range(30):
        visitor.get("/api/dashboard")
        visitor.get("/api/transactions")
    assert trail.check().findings == []
