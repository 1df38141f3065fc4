"""A person with an account, from the mailed link to the receipt: a real mail server, a real database, two browsers."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect
from support.databases import accounts_stores
from support.smtp import smtp_server
from support.valkey import valkey_server

from keepless.core.tiers import Tier

pytestmark = pytest.mark.browser

ANA = "ana@example.test"


@pytest.fixture(scope="module")
def mailbox():
    with smtp_server() as server:
        yield server


@pytest.fixture(scope="module")
def site(local_plaid, pytestconfig, mailbox, database_url, served):
    with (
        valkey_server() as cache,
        served(local_plaid, pytestconfig, DATABASE_URL=database_url, MAIL_URL=mailbox.url, REDIS_URL=cache.url) as site,
    ):
        yield site


def ask(page, mailbox, email=ANA):
    """Asks for a link, and gives the one that came by mail."""
    before = len(mailbox.mails)
    page.goto("/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The link is on its way")
    assert len(mailbox.mails) == before + 1
    return mailbox.link()


def sign_in(page, mailbox, email=ANA):
    link = ask(page, mailbox, email)
    page.goto(link)
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return link


def connect(page, user, button):
    page.get_by_role("button", name=button).click()
    page.frame_locator("iframe[data-local-plaid]").locator(f"[data-user='{user}']").first.click()


def held(page):
    """The sealed cookies of this browser, as somebody might save them."""
    return page.context.cookies()


def status_of(page, path="/api/dashboard"):
    return page.context.request.get(path).status


def test_the_whole_journey_from_the_mailed_link_to_a_verified_receipt(visit, mailbox, local_plaid, tmp_path):
    first = visit()
    link = sign_in(first, mailbox)
    first.goto("/setup")
    connect(first, "demo", "Choose your bank")
    expect(first.get_by_text("spent so far").first).to_be_visible()
    expect(first.locator(".seal")).to_contain_text("your e-mail address, your tier and when you signed in")
    first.get_by_role("navigation", name="Main").get_by_role("link", name="Add a bank").click()
    connect(first, "user_good", "Choose another bank")
    first.wait_for_url("**/")
    first.get_by_role("navigation", name="Views").get_by_role("link", name="Banks").click()
    expect(first.get_by_role("table", name="Accounts at")).to_have_count(2)

    saved = held(first)
    first.get_by_role("button", name="Sign out").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert status_of(first) == 401
    assert [item["state"] for item in local_plaid.items()] == ["live", "live"]

    second = visit()
    sign_in(second, mailbox)
    second.goto("/account")
    expect(second.get_by_text("Signed in as")).to_be_visible()

    sign_in(first, mailbox)  # revives what was locked there
    first.goto("/")
    expect(first.get_by_text("spent so far").first).to_be_visible()
    first.goto("/account")
    other = first.get_by_role("listitem").filter(has_text="Another browser")
    other.get_by_role("button", name="End").click()
    expect(other).to_have_count(0)
    assert status_of(second, "/api/sessions") == 401, "the other session is ended"

    saved_again = held(first)
    first.goto("/delete-me")
    first.get_by_role("button", name="Delete everything now").click()
    expect(first.get_by_role("heading", level=1)).to_have_text("Everything is deleted")
    assert [item["state"] for item in local_plaid.items()] == ["removed", "removed"]
    assert first.locator("section", has_text="Disconnected at Plaid").locator("code").count() == 2
    with first.expect_download() as download:
        first.get_by_role("link", name="Save the receipt as a file").click()
    receipt = tmp_path / "receipt.json"
    download.value.save_as(receipt)
    assert held(first) == []

    for command, code in (([str(receipt)], 0), ([str(changed(receipt))], 1)):
        verified = subprocess.run(
            [sys.executable, "-m", "keepless", "verify-receipt", *command], capture_output=True, text=True, check=False
        )
        assert verified.returncode == code, verified.stdout + verified.stderr

    for cookies in (saved, saved_again):
        thief = visit(None)
        thief.context.add_cookies(cookies)
        assert status_of(thief) == 401
        thief.goto(link)
        thief.goto("/account")
        expect(thief.get_by_text("Signed in as")).to_have_count(0)


def changed(receipt):
    """The same receipt of another hour."""
    other = receipt.with_name("changed.json")
    other.write_text(
        receipt.read_text()
        .replace('"issued_at":"20', '"issued_at":"19')
        .replace('"issued_at": "20', '"issued_at": "19')
    )
    assert other.read_text() != receipt.read_text()
    return other


def test_a_link_of_another_browser_signs_nobody_in_and_is_not_used_up_by_it(visit, mailbox):
    asker, other = visit(), visit()
    link = ask(asker, mailbox, "cleo@example.test")
    other.goto(link)
    expect(other.get_by_role("heading", level=1)).to_have_text("This link belongs to the browser that asked for it")
    asker.goto(link)
    asker.wait_for_url(lambda address: "/sign-in" not in address)
    asker.goto("/account")
    expect(asker.get_by_text("cleo@example.test")).to_be_visible()


def test_the_free_tier_says_calmly_what_it_holds_and_a_paid_one_opens_the_rest(visit, mailbox, database_url):
    page = visit()
    sign_in(page, mailbox, "dora@example.test")
    page.goto("/setup")
    connect(page, "demo", "Choose your bank")
    expect(page.get_by_text("spent so far").first).to_be_visible()
    assert status_of(page, "/api/transactions?days=365") == 403
    with accounts_stores(database_url) as stores:
        user = stores.accounts.find("dora@example.test")
        assert stores.accounts.set_tier(user.id, Tier.PRO, at=user.updated_at)
    assert status_of(page, "/api/transactions?days=365") == 200


def test_it_works_without_javascript(visit, mailbox):
    page = visit(javascript=False)
    page.goto(ask(page, mailbox, "emil@example.test"))
    page.get_by_role("button", name="Sign in").click()
    page.goto("/account")
    expect(page.get_by_text("emil@example.test")).to_be_visible()
    page.get_by_role("button", name="Sign out in this browser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
