"""The dashboard on a server that keeps sealed copies: shown at once, replaced by what is newer, with its age in words.

The stream is written by the test, line by line, out of what the server really answers: the moments between two lines
of a bank are what this is about.
"""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from support.axe import assert_accessible_by_day_and_night

pytestmark = pytest.mark.browser

# Answers /api/live in place of the server; the test writes the lines. LATE is how far the browser's clock is behind.
SCRIPT = """(() => {
  const ask = window.fetch;
  window.feeds = [];
  window.fetch = (address, options) => {
    if (!String(address).startsWith("/api/live")) return ask(address, options);
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    window.feeds.push({ address: String(address), writer });
    const date = new Date(Date.now() + LATE).toUTCString();
    return Promise.resolve(new Response(readable, { headers: { Date: date } }));
  };
})()"""
WRITE = """([feed, text]) => window.feeds.at(feed).writer.write(new TextEncoder().encode(text))"""
END = """(feed) => window.feeds.at(feed).writer.close()"""


def before(**ago):
    """A moment so long ago and a little longer, as the server writes it."""
    return (datetime.now(UTC) - timedelta(**ago) - timedelta(seconds=5)).isoformat()


class Script:
    """A page whose streams the test writes. `bank` is the server's own line of the bank, `start` the first line."""

    def __init__(self, page, start, bank):
        self.page, self.start, self.bank = page, start, bank

    def asked(self, times=1):
        self.page.wait_for_function("(times) => window.feeds?.length === times", arg=times)
        return self.page.evaluate("window.feeds.map((each) => each.address)")[-1]

    def say(self, *lines):
        self.page.evaluate(WRITE, [-1, "".join(json.dumps(line) + "\n" for line in lines)])

    def end(self):
        self.say({"type": "end", "hints": None})
        self.page.evaluate(END, -1)

    def breaks(self):
        self.page.evaluate(END, -1)

    def copy(self, fetched_at, *, without=0, **changes):
        rows = self.bank["rows"][without:]
        return {**self.bank, "cache": "stale", "fetched_at": fetched_at, "rows": rows, **changes}

    def news(self, **changes):
        return {**self.bank, "cache": "miss", "fetched_at": before(seconds=0), **changes}

    def same(self):
        return {"type": "same", "key": self.bank["key"], "fetched_at": before(seconds=0)}

    def problem(self, retry_at=None, code="INSTITUTION_DOWN", *, stands=True, action="retry"):
        bank = self.bank["bank"]
        told = {
            "bank": bank,
            "code": code,
            "retryable": True,
            "action": action,
            "request_id": "r1",
            "retry_at": retry_at,
        }
        words = {"title": "It did not answer", "detail": "Plaid is unavailable.", "next_step": "Try again."}
        return {"type": "problem", "key": self.bank["key"], "copy_stands": stands, "problem": told, **words}

    def status(self):
        return self.page.locator(".progress").get_by_role("status")

    def ages(self):
        return self.page.locator(".progress .ages")


@pytest.fixture
def scripted(connected):
    """Opens the dashboard at `path` on a stream that the test writes; the options are `connected`'s."""

    def open_scripted(path="/", *, late_ms=0, **options):
        page = connected(path=None, **options)
        lines = [json.loads(line) for line in page.context.request.get("/api/live?days=730").text().splitlines()]
        page.add_init_script(SCRIPT.replace("LATE", str(late_ms)))
        page.goto(path)
        script = Script(page, lines[0], lines[1])
        script.asked()
        script.say(script.start)
        return script

    return open_scripted


def test_a_copy_is_shown_at_once_with_its_age_and_what_is_newer_is_said_once(scripted):
    script = scripted()
    script.say(script.copy(before(minutes=25), without=40))
    expect(script.page.get_by_text("spent so far").first).to_be_visible()
    expect(script.ages()).to_have_text("as of 25 minutes ago")
    expect(script.status()).to_have_text(re.compile("^Looking for news at First Platypus Bank"))
    assert_accessible_by_day_and_night(script.page, "a copy")
    script.say(script.news())
    script.end()
    expect(script.status()).to_contain_text("Updated just now. Asked ")
    expect(script.ages()).to_have_count(0)


def test_a_bank_without_news_is_as_new_as_that_and_nothing_is_said_to_have_changed(scripted):
    script = scripted()
    script.say(script.copy(before(minutes=25)))
    shown = script.page.locator("main .sheet").first.inner_text()
    script.say(script.same())
    script.end()
    expect(script.ages()).to_have_count(0)
    expect(script.status()).to_have_text(re.compile("^Asked "))
    assert script.page.locator("main .sheet").first.inner_text() == shown


@pytest.mark.parametrize(
    ("locale", "ago", "says"),
    [
        ("en-US", {"days": 3, "hours": 5}, "This is 3 days old."),
        ("es-ES", {"days": 3}, "Esto es de hace 3 días."),
        ("es-ES", {"minutes": 12}, "datos de hace 12 minutos"),
        ("en-US", {"minutes": 61}, "This is 1 hour old."),
    ],
)
def test_an_age_is_said_in_words_of_the_pages_language(scripted, locale, ago, says):
    script = scripted(locale=locale)
    script.say(script.copy(before(**ago)))
    expect(script.ages()).to_have_text(says)


def test_an_old_copy_is_plainly_old_and_a_recent_one_quietly(scripted):
    script = scripted()
    script.say(script.copy(before(minutes=20)))
    expect(script.ages().locator("strong")).to_have_count(0)
    script.say(script.copy(before(days=2)))
    expect(script.ages().locator("strong")).to_have_text("This is 2 days old.")


def test_a_browser_whose_clock_is_wrong_says_the_same_age(scripted):
    script = scripted(late_ms=7_200_000)
    script.say(script.copy((datetime.now(UTC) + timedelta(minutes=79, seconds=30)).isoformat()))
    expect(script.ages()).to_have_text("as of 40 minutes ago")


def test_ages_go_on_while_the_page_stays_open(scripted):
    script = scripted()
    script.page.clock.install()
    script.page.reload()
    script.asked()
    script.say(script.start, script.copy(before(minutes=5)))
    script.say(script.same() | {"fetched_at": before(minutes=5)})
    script.end()
    expect(script.ages()).to_have_text("as of 5 minutes ago")
    script.page.clock.run_for(180_000)
    expect(script.ages()).to_have_text("as of 8 minutes ago")


def test_what_is_newer_leaves_the_place_the_open_row_and_the_focus_where_they_are(scripted):
    script = scripted(path="/#transactions", height=900)
    page = script.page
    script.say(script.copy(before(minutes=25), without=37))
    table = page.get_by_role("grid")
    expect(table.get_by_role("row").nth(20)).to_be_visible()
    page.mouse.move(600, 500)
    page.mouse.wheel(0, 9_000)
    expect(page.locator("tr.row").first).to_have_attribute("data-at", re.compile(r"^\d{3}$"))
    row = page.locator("tr.row").nth(14)
    row.locator(".turn").click()
    expect(page.locator("tr.details")).to_have_count(1)
    opened = page.locator("tr.row.open").inner_text()
    where = page.locator("tr.row.open").bounding_box()["y"]
    script.say(script.news())
    script.end()
    expect(script.status()).to_contain_text("Updated just now")
    expect(page.locator("tr.row.open")).to_be_in_viewport()
    assert page.locator("tr.row.open").inner_text() == opened
    page.wait_for_timeout(400)  # the table settles once more when it stands still
    assert abs(page.locator("tr.row.open").bounding_box()["y"] - where) < 4
    assert page.evaluate("document.activeElement.closest('tr').classList.contains('open')")


def test_what_is_newer_leaves_view_filter_and_chosen_month(scripted):
    script = scripted(path="/#spending?category=FOOD_AND_DRINK&from=2026-10-01&to=2026-10-31")
    page = script.page
    script.say(script.copy(before(minutes=25), without=10))
    month = page.get_by_role("link", name=re.compile("^October 2026:")).first
    month.focus()
    script.say(script.news())
    script.end()
    expect(script.status()).to_contain_text("Updated just now")
    expect(month).to_be_focused()
    expect(month).to_have_attribute("aria-current", "true")
    assert "category=FOOD_AND_DRINK" in page.url


def test_a_copy_stays_beside_the_reason_why_it_is_not_newer(scripted):
    script = scripted()
    script.say(script.copy(before(days=3)), script.problem(before(seconds=-1_800)))
    script.end()
    notice = script.page.locator(".notice")
    expect(notice).to_contain_text("What it told 3 days ago is still shown.")
    expect(notice).to_contain_text(re.compile(r"asked again by itself at \d+:\d\d"))
    expect(notice.get_by_role("button", name="Ask First Platypus Bank again")).to_be_visible()
    expect(script.ages()).to_have_text("This is 3 days old.")
    expect(script.page.get_by_text("spent so far").first).to_be_visible()
    assert_accessible_by_day_and_night(script.page, "an old copy")


def test_what_the_person_withdrew_from_is_not_shown_any_longer(scripted):
    script = scripted()
    script.say(script.copy(before(days=3)))
    expect(script.page.get_by_text("spent so far").first).to_be_visible()
    script.say(script.problem(code="USER_PERMISSION_REVOKED", stands=False, action="drop"))
    script.end()
    expect(script.page.locator(".notice")).to_be_visible()
    expect(script.page.get_by_text("spent so far")).to_have_count(0)


def test_a_stream_that_breaks_leaves_the_copy_a_notice_and_a_button(scripted):
    script = scripted()
    script.say(script.copy(before(hours=2)))
    script.breaks()
    notice = script.page.get_by_role("alert")
    expect(notice).to_contain_text("The answer broke off")
    expect(script.page.get_by_text("spent so far").first).to_be_visible()
    expect(script.ages()).to_have_text("This is 2 hours old.")
    notice.get_by_role("button", name="Ask again").click()
    script.asked(2)
    script.say(script.start, script.news())
    script.end()
    expect(notice).to_have_count(0)


def test_a_bank_without_a_copy_says_when_it_is_asked_again_and_then_it_is_once_and_alone(scripted):
    script = scripted()
    page = script.page
    page.clock.install()
    page.reload()
    script.asked()
    script.say(script.start, script.problem(before(seconds=-90)))
    script.end()
    expect(page.locator(".notice")).to_contain_text(re.compile(r"asked again by itself at \d+:\d\d"))
    page.clock.run_for(60_000)
    assert page.evaluate("window.feeds.length") == 1
    page.clock.run_for(40_000)
    assert f"bank={script.bank['key']}" in script.asked(2)
    script.say(script.start, script.problem(before(seconds=-90)) | {"problem": script.problem()["problem"]})
    script.end()
    expect(page.locator(".notice").get_by_role("button", name=re.compile("^Ask "))).to_be_visible()
    page.clock.run_for(600_000)
    assert page.evaluate("window.feeds.length") == 2
    page.locator(".notice").get_by_role("button", name=re.compile("^Ask ")).click()
    script.asked(3)
    script.say(script.start, script.news())
    script.end()
    expect(page.get_by_text("spent so far").first).to_be_visible()
    expect(page.locator(".notice")).to_have_count(0)


def test_in_a_tab_that_is_hidden_no_bank_is_asked_until_it_is_seen(scripted):
    script = scripted()
    page = script.page
    page.clock.install()
    page.reload()
    script.asked()
    script.say(script.start, script.problem(before(seconds=-30)))
    script.end()
    expect(page.locator(".notice")).to_be_visible()
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.clock.run_for(120_000)
    assert page.evaluate("window.feeds.length") == 1
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    script.asked(2)
