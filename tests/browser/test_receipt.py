"""Deleting everything, and the receipt, as a person sees them in Chromium."""

import json

import pytest
from click.testing import CliRunner
from playwright.sync_api import expect

from keepless.commands.receipts import verify_receipt

pytestmark = pytest.mark.browser


def fits(page) -> bool:
    """Whether the page neither scrolls down nor sideways."""
    return page.evaluate(
        "document.documentElement.scrollHeight <= innerHeight && document.documentElement.scrollWidth <= innerWidth"
    )


def check(file):
    """What `keepless verify-receipt` says, without --keys: it asks the site that issued it."""
    return CliRunner().invoke(verify_receipt, [str(file)])


@pytest.mark.parametrize("javascript", [True, False], ids=["with script", "without script"])
def test_a_person_deletes_everything_saves_the_receipt_and_checks_it(connected, local_plaid, tmp_path, javascript):
    page = connected("demo", "user_good", path="/delete-me", javascript=javascript)
    expect(page.get_by_role("heading", level=1)).to_have_text("Delete everything that is held")
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is deleted")
    assert {item["state"] for item in local_plaid.items()} == {"removed"}
    assert page.context.cookies() == []

    with page.expect_download() as saving:
        page.get_by_role("link", name="Save the receipt as a file").click()
    file = tmp_path / saving.value.suggested_filename
    saving.value.save_as(file)
    assert file.name.startswith("keepless-receipt-")
    given = json.loads(file.read_bytes())
    for bank in given["receipt"]["removed"]["banks"]:
        expect(page.get_by_text(bank["request_id"])).to_be_visible()
    checked = check(file)
    assert checked.exit_code == 0, checked.output
    file.write_text(file.read_text().replace("First Platypus", "Second Platypus"))
    assert check(file).exit_code == 1
    page.goto("/delete-me")
    expect(page.get_by_text("Nothing is held about you in this browser.")).to_be_visible()


def test_a_bank_that_plaid_does_not_confirm_is_named_and_tried_again(connected, local_plaid):
    page = connected("demo", path="/delete-me")
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    page.get_by_role("button", name="Delete everything now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not everything is deleted yet")
    expect(page.get_by_text("First Platypus Bank").first).to_be_visible()
    local_plaid.end_faults()
    page.get_by_role("button", name="Try again now").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Everything is deleted")


def test_the_receipt_is_printed_without_what_only_a_screen_needs(connected):
    page = connected("demo", path="/delete-me")
    page.get_by_role("button", name="Delete everything now").click()
    page.emulate_media(media="print")
    expect(page.get_by_role("link", name="Save the receipt as a file")).to_be_hidden()
    expect(page.get_by_role("heading", name="Disconnected at Plaid")).to_be_visible()
    expect(page.get_by_text("verify-receipt")).to_be_visible()


def test_all_that_is_held_fits_a_screen(connected):
    page = connected("demo", "user_good", path="/what-you-hold")
    expect(page.get_by_role("heading", level=1)).to_have_text("All that is held about you")
    for name in ("On this server", "At Plaid", "In this browser"):
        expect(page.get_by_role("heading", name=name)).to_be_visible()
    assert fits(page)


@pytest.mark.parametrize("path", ["/delete-me", "/what-you-hold"])
@pytest.mark.parametrize("width", [320, 768])
def test_no_page_of_it_scrolls_sideways(connected, path, width):
    page = connected("demo", path=path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if path == "/delete-me":
        page.get_by_role("button", name="Delete everything now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Everything is deleted")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
