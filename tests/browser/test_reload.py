"""A reload shows what the browser still holds, asks no bank again, and never shows it to anybody else."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WORKERS = "navigator.serviceWorker.getRegistrations().then((all) => all.length)"


def calls(local_plaid):
    return sum(item["calls"].get("/transactions/get", 0) for item in local_plaid.items())


def settled(page):
    """The dashboard once all banks have answered, the long history included."""
    expect(page.get_by_role("button", name="Ask again")).to_be_visible()
    expect(page.locator(".progress.busy")).to_have_count(0)


def keeps(page):
    """Once the worker holds the answer: it is asked as the page asks it after a reload."""
    page.wait_for_function(
        """async (mark) => {
            const registration = await navigator.serviceWorker.getRegistration("/static/");
            if (!registration?.active) return false;
            const { port1, port2 } = new MessageChannel();
            const answer = new Promise((resolve) => { port1.onmessage = ({ data }) => resolve(data); });
            registration.active.postMessage({ type: "recall", mark }, [port2]);
            return (await answer) !== null;
        }""",
        arg=mark_of(page),
    )


def mark_of(page):
    return re.search(r'data-mark="([^"]+)"', page.context.request.get("/").text())[1]


def test_a_reload_asks_no_bank_and_shows_the_same(connected, local_plaid):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    asked, shown = calls(local_plaid), page.locator("main .sheet").all_inner_texts()
    page.reload()
    settled(page)
    assert page.locator("main .sheet").all_inner_texts() == shown
    assert calls(local_plaid) == asked


def test_whoever_wants_newer_figures_asks_again(connected, local_plaid):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    page.reload()
    settled(page)
    asked = calls(local_plaid)
    page.get_by_role("button", name="Ask again").click()
    settled(page)
    assert calls(local_plaid) > asked


def test_a_visit_that_is_no_reload_asks_the_banks(connected, local_plaid):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    asked = calls(local_plaid)
    page.goto("/promise")
    page.goto("/")
    settled(page)
    assert calls(local_plaid) > asked


def test_an_answer_with_a_bank_missing_is_not_held(connected, local_plaid):
    failing = local_plaid.connect("user_good")
    local_plaid.call("/sandbox/item/reset_login", {"access_token": failing})
    page = connected("demo", service_workers="allow")
    settled(page)
    keeps(page)
    page.context.request.post("/setup", form={"access_token": failing}, headers={"Sec-Fetch-Site": "same-origin"})
    page.reload()
    settled(page)
    asked = calls(local_plaid)
    page.reload()
    settled(page)
    assert calls(local_plaid) > asked


def test_after_a_logout_nothing_is_held_and_the_next_one_sees_their_own(connected, site, local_plaid):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    expect(page.locator("main")).to_contain_text("$")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
    page.wait_for_function(f"async () => (await {WORKERS}) === 0")
    page.go_back()
    page.reload()
    expect(page.get_by_role("button", name="Choose your bank")).to_be_visible()
    assert "$" not in page.locator("main").inner_text()


def test_another_session_in_the_same_browser_never_sees_what_was_held(connected, site, local_plaid):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    page.goto("about:blank")
    page.context.clear_cookies()
    other = local_plaid.connect("user_good")
    page.context.request.post("/setup", form={"access_token": other}, headers={"Sec-Fetch-Site": "same-origin"})
    page.context.add_cookies([{"name": "keepless-tz", "value": "America/New_York", "url": site.url}])
    asked = calls(local_plaid)
    page.go_back()  # to the very page of before, which its browser may still have
    page.reload()
    settled(page)
    assert calls(local_plaid) > asked
    names = page.evaluate("fetch('/api/what-you-hold').then((answer) => answer.json())")["at_plaid"]
    assert len(names) == 1
    mark = mark_of(page)
    first = page.evaluate("fetch('/api/live').then((a) => a.text())").partition("\n")[0]
    assert f'"mark":"{mark}"' in first


def test_nothing_of_it_is_in_any_storage_of_the_browser(connected):
    page = connected(service_workers="allow")
    settled(page)
    keeps(page)
    stored = page.evaluate(
        """async () => ({
            caches: await caches.keys(),
            databases: (await indexedDB.databases()).length,
            local: { ...localStorage },
            session: { ...sessionStorage },
        })"""
    )
    assert stored == {"caches": [], "databases": 0, "local": {}, "session": {}}
    assert page.evaluate("navigator.serviceWorker.controller") is None  # it stands between nothing
