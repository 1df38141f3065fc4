"""Privacy: figures that are hidden, what is held about a person, and no secret anywhere that a script can read."""

import base64
import json
import re

import pytest
from browser.test_journey import connect
from playwright.sync_api import expect
from support.axe import assert_accessible

pytestmark = pytest.mark.browser

VIEWS = ("overview", "credit", "spending", "trends", "recurring", "transactions", "banks")
# Texts with an amount of money that are shown, and that neither they nor anything around them blurs.
READABLE = r"""() => {
  const amount = /[$€]\s?\d|\d[.,]\d\d\s?[$€]/;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const readable = [];
  while (texts.nextNode()) {
    const { data, parentElement: parent } = texts.currentNode;
    if (!amount.test(data) || parent.closest(".unseen, script, option") || !parent.checkVisibility()) continue;
    let blurred = false;
    for (let each = parent; each; each = each.parentElement) blurred ||= getComputedStyle(each).filter.includes("blur");
    if (!blurred) readable.push(data);
  }
  return readable;
}"""
# What a browser shows beside the pointer is out of reach of a style.
TOOLTIPS = """() => [...document.querySelectorAll("[title], svg title")].map((each) => each.title || each.textContent)
  .filter((text) => /[$€]/.test(text))"""
STORED = """async () => {
  const databases = indexedDB.databases ? await indexedDB.databases() : [];
  const files = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
  return {local: {...localStorage}, session: {...sessionStorage}, databases: databases.map((each) => each.name),
          files: files.flat().map((each) => each.url), cookies: document.cookie};
}"""


def spent(page):
    return page.get_by_text("spent so far").first


def settled(page):
    expect(page.locator(".progress").get_by_role("status")).to_contain_text("Asked ")
    return page


def incognito(page):
    return page.get_by_role("button", name="Hide figures")


def test_incognito_leaves_no_amount_readable_in_any_view(connected):
    page = settled(connected())
    assert len(page.evaluate(READABLE)) > 10, "the search finds what is there"
    incognito(page).click()
    expect(incognito(page)).to_have_attribute("aria-pressed", "true")
    for view in VIEWS:
        page.goto(f"/#{view}")
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        if view == "trends":
            expect(page.get_by_role("region", name="Use of your cards")).to_be_visible()
        assert page.evaluate(READABLE) == [], view
        assert page.evaluate(TOOLTIPS) == [], view
        assert not any(sign in page.title() for sign in "$€")
    assert_accessible(page, "incognito")


def test_incognito_is_one_key_away_and_remembered(connected):
    page = settled(connected())
    page.keyboard.press("Alt+i")
    expect(incognito(page)).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(incognito(page)).to_have_attribute("aria-pressed", "true")
    settled(page)
    assert page.evaluate(READABLE) == []
    page.keyboard.press("Alt+i")
    expect(incognito(page)).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(READABLE) != []


def test_screen_readers_keep_the_figures(connected):
    page = settled(connected())
    shown = page.locator("main").aria_snapshot()
    incognito(page).click()
    assert page.locator("main").aria_snapshot() == shown


def test_what_is_held_is_shown_as_it_is_and_without_a_token(connected, local_plaid):
    page = settled(connected())
    incognito(page).click()
    page.get_by_role("button", name="What do you hold about me?").click()
    panel = page.get_by_role("dialog", name="What do you hold about me?")
    expect(panel).to_contain_text("Nothing: no row, no file, no cache entry.")
    expect(panel).to_contain_text("One connection, until you remove it here:")
    [item] = local_plaid.items()
    expect(panel).to_contain_text(item["item_id"])
    held = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    for name, value in held.items():
        row = panel.get_by_role("row").filter(has=page.get_by_text(name, exact=True))
        expect(row).to_contain_text(f"{len(name) + len(value)} bytes")
    expect(panel).to_contain_text("In clear: America/New_York")
    stored = page.evaluate("({...localStorage})")
    assert list(stored) == ["keepless.preferences"]
    for name, value in stored.items():
        expect(panel).to_contain_text(name)
        expect(panel).to_contain_text(value)
    expect(panel).to_contain_text("transactions, until this page is closed or reloaded")
    text = panel.inner_text()
    assert item["access_token"] not in text
    assert not [value for name, value in held.items() if name.startswith("keepless-local") and value in text]
    assert_accessible(page, "what is held")
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(page.get_by_role("button", name="What do you hold about me?")).to_be_focused()


def test_a_server_that_does_not_say_what_it_holds_is_an_answer_too(connected):
    page = settled(connected())
    page.route("**/api/what-you-hold", lambda route: route.abort())
    page.get_by_role("button", name="What do you hold about me?").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("did not say what it holds")


def test_nothing_secret_is_in_the_browser(visit, local_plaid, site):
    page = visit(None)
    texts, addresses, sent = [], [], {}

    def listen(route):
        addresses.append(route.request.url)
        if route.request.is_navigation_request():  # the page that comes of it is read below, as it is shown
            route.continue_()
            return
        answer = route.fetch()
        texts.append(answer.text())
        sent[route.request.url] = route.request.post_data
        route.fulfill(response=answer)

    page.route(f"{site.url}/**", listen)
    page.goto("/")
    connect(page)
    expect(spent(page)).to_be_visible()
    for view in VIEWS:
        page.goto(f"/#{view}")
        settled(page)
        texts.append(page.content())
    page.unroute_all(behavior="ignoreErrors")
    stored = page.evaluate(STORED)
    [item] = local_plaid.items()
    sealed = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "keepless-local")
    public = json.loads(sent[f"{site.url}/api/exchange"])["public_token"]
    assert any(item["item_id"] in text for text in texts), "the search finds what is there"
    searched = [*texts, *addresses, json.dumps(stored)]
    assert not [secret for secret in (item["access_token"], sealed, public) for text in searched if secret in text]
    assert (stored["local"], stored["session"], stored["databases"], stored["files"]) == ({}, {}, [], [])
    assert {name.split("=")[0] for name in stored["cookies"].split("; ")} == {"keepless-tz", "keepless-hints"}


def test_preferences_and_the_trends_that_one_chose_to_keep_are_all_that_is_stored(connected, local_plaid):
    page = settled(connected(path="/#trends"))
    page.get_by_role("button", name="Keep my trends").click()
    expect(page.get_by_text("This browser keeps your months since")).to_be_visible()
    incognito(page).click()
    stored = page.evaluate(STORED)
    assert sorted(stored["local"]) == ["keepless-trends", "keepless.preferences"]
    assert (stored["session"], stored["databases"], stored["files"]) == ({}, [], [])
    # Sealed: neither a category nor a card nor a bank can be read in it, nor what their letters become in base64.
    sealed = stored["local"]["keepless-trends"]
    padded = sealed.rsplit(".", 1)[-1]
    clear = base64.urlsafe_b64decode(padded + "=" * (-len(padded) % 4))
    for name in ("FOOD_AND_DRINK", "Platypus", "Harbor", "2026-10", local_plaid.items()[0]["item_id"]):
        assert name not in sealed
        assert name.encode() not in clear
    page.get_by_role("button", name="What do you hold about me?").click()
    panel = page.get_by_role("dialog", name="What do you hold about me?")
    expect(panel).to_contain_text(re.compile(r"keepless-trends Your months, sealed: [\d,]+ bytes"))
    expect(panel).to_contain_text("The key to the months that this browser keeps")
    expect(page.locator(".held")).to_contain_text("sealed cookies and your sealed trends")


def test_preferences_are_all_that_is_stored_unasked_and_garbage_there_is_harmless(connected):
    page = settled(connected())
    assert page.evaluate("localStorage.length") == 0, "who chose nothing leaves nothing"
    page.evaluate('localStorage.setItem(\'keepless.preferences\', \'{"language": "xx", "incognito": 7\')')
    page.goto("/setup")
    page.goto("/")
    settled(page)
    expect(incognito(page)).to_have_attribute("aria-pressed", "false")
