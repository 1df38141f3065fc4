"""/health, /ready, /status and /metrics."""

from dataclasses import replace

import pytest
from support.website import METRICS_TOKEN, session_cookie

from keepless.errors import SealBroken

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


def test_health_says_that_the_process_is_alive_whatever_else_is(lone_site):
    answer = lone_site.browser().get("/health")
    assert (answer.status_code, answer.json) == (200, {"alive": True})


def test_ready_says_what_was_checked(lone_site):
    answer = lone_site.browser().get("/ready")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "checks": {"sealing": "ok"}})


class Broken:
    def seal(self, *_about, **_more):
        return "v1"

    def open(self, *_about, **_more):
        raise SealBroken("malformed")


def test_ready_is_503_where_sealing_does_not_work(lone_site):
    answer = lone_site.with_parts(sealer=Broken()).browser().get("/ready")
    assert (answer.status_code, answer.json) == (503, {"ready": False, "checks": {"sealing": "SealBroken"}})


def test_status_is_json_for_programs_and_a_page_for_people(site, visitor):
    visitor.get("/api/dashboard")
    state = visitor.get("/status", headers={"Accept": "application/json"}).json
    assert (state["edition"], state["environment"], state["cache"]) == ("stateless", "local", "none")
    assert state["on_server"] == []
    assert state["plaid"]["last_success"]
    assert visitor.get("/status", headers={"Accept": "text/html"}).mimetype == "text/html"


@pytest.mark.parametrize(
    ("headers", "environ", "status"),
    [
        ({}, {"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({}, {"REMOTE_ADDR": "127.8.9.10"}, 200),
        ({}, {"REMOTE_ADDR": "::1"}, 200),
        ({}, ELSEWHERE, 403),
        ({}, {"REMOTE_ADDR": ""}, 403),
        ({}, {"REMOTE_ADDR": "unix:"}, 403),
        ({"X-Forwarded-For": "203.0.113.7"}, {"REMOTE_ADDR": "127.0.0.1"}, 403),
        ({"Forwarded": "for=203.0.113.7"}, {"REMOTE_ADDR": "127.0.0.1"}, 403),
        ({"X-Real-IP": "203.0.113.7"}, {"REMOTE_ADDR": "127.0.0.1"}, 403),
        ({"X-Forwarded-Proto": "https"}, {"REMOTE_ADDR": "127.0.0.1"}, 403),
        ({"Via": "1.1 proxy"}, {"REMOTE_ADDR": "127.0.0.1"}, 403),
        ({"X-Forwarded-For": "127.0.0.1"}, ELSEWHERE, 403),
        ({"Authorization": f"Bearer {METRICS_TOKEN}"}, ELSEWHERE, 200),
        ({"Authorization": f"Bearer {METRICS_TOKEN}x"}, ELSEWHERE, 403),
        ({"Authorization": "Bearer "}, ELSEWHERE, 403),
        ({"Authorization": METRICS_TOKEN}, ELSEWHERE, 403),
    ],
)
def test_metrics_are_for_this_machine_and_for_bearers_of_the_token(lone_site, headers, environ, status):
    answer = lone_site.browser().get("/metrics", headers=headers, environ_overrides=environ)
    assert answer.status_code == status


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", ""])
def test_metrics_are_not_for_a_page_whose_name_merely_leads_to_this_machine(lone_site, host):
    assert lone_site.browser().get("/metrics", headers={"Host": host}).status_code == 403
    bearer = {"Host": host, "Authorization": f"Bearer {METRICS_TOKEN}"}
    assert lone_site.browser().get("/metrics", headers=bearer).status_code == 200


def test_where_a_proxy_may_be_on_this_machine_metrics_take_the_token(lone_site):
    behind = replace(lone_site, site=replace(lone_site.site, metrics_open_here=False)).with_parts()
    assert behind.browser().get("/metrics").status_code == 403
    bearer = {"Authorization": f"Bearer {METRICS_TOKEN}"}
    assert behind.browser().get("/metrics", headers=bearer).status_code == 200


def test_without_a_metrics_token_none_is_right(lone_site):
    bare = replace(lone_site, site=replace(lone_site.site, metrics_token=None)).with_parts()
    for header in ("Bearer ", "Bearer None", f"Bearer {METRICS_TOKEN}"):
        answer = bare.browser().get("/metrics", headers={"Authorization": header}, environ_overrides=ELSEWHERE)
        assert answer.status_code == 403


def test_metrics_hold_nothing_of_a_person(site, visitor, local_plaid):
    visitor.get("/api/transactions?q=clinic&account=abc123")
    visitor.get("/someones-private-address")
    visitor.open("/health", method="SECRETMETHOD")
    (item,) = local_plaid.items()
    text = visitor.get("/metrics").text
    assert 'route="/api/transactions"' in text
    assert 'route="unmatched"' in text
    sealed = session_cookie(visitor)
    for private in (
        "clinic",
        "abc123",
        "private-address",
        "SECRETMETHOD",
        item["item_id"],
        item["access_token"],
        sealed,
    ):
        assert private not in text


def test_a_cookie_that_does_not_open_is_counted_once_for_each_request(lone_site):
    browser = lone_site.browser()
    name = 'keepless_sessions_unreadable_total{reason="malformed"} '

    def count():
        text = browser.get("/metrics").text
        return float(text.partition(name)[2].partition("\n")[0] or 0)

    browser.set_cookie("keepless-local", "nonsense")
    before = count()
    browser.get("/api/dashboard")
    assert count() == before + 1
