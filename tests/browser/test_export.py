"""The statement's export in Chromium: a download, as often as one likes, with and without our script."""

import pytest
from playwright.sync_api import expect
from support.exporting import read_csv, read_ofx

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def page(request, visit, local_plaid):
    """The statement of two banks, `user_good`'s and the household `demo`'s."""
    page = visit("/setup", javascript=request.param)
    for user in ("user_good", "demo"):
        page.goto("/setup")
        page.get_by_role("textbox", name="Access token").fill(local_plaid.connect(user))
        page.get_by_role("button", name="Use this token").click()
    page.goto("/statement?category=FOOD_AND_DRINK")
    return page


def downloaded(page, name):
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name, exact=True).click()
    download = waiting.value
    return download.suggested_filename, download.path().read_bytes()


def test_the_statement_is_taken_along_as_often_as_one_likes(page):
    shown = int(page.get_by_text("Money out is plain").inner_text().split(" ")[0].replace(",", ""))
    name, first = downloaded(page, "CSV")
    assert name.endswith(".csv")
    assert len(read_csv(first)) == shown > 0
    assert downloaded(page, "CSV")[1] == first
    name, file = downloaded(page, "OFX")
    assert name.endswith(".ofx")
    assert read_ofx(file)
    assert "/statement" in page.url


def test_a_refused_export_is_a_page_that_names_the_bank_and_the_box_leaves_it_out(page, local_plaid):
    failing = next(item for item in local_plaid.items())["access_token"]
    local_plaid.fault(
        "/transactions/get", access_token=failing, error_type="ITEM_ERROR", error_code="ITEM_LOGIN_REQUIRED"
    )
    page.get_by_role("button", name="CSV", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The export would not be whole")
    expect(page.get_by_role("main")).to_contain_text("First Platypus Bank: the bank asks you to log in again.")
    page.go_back()
    page.get_by_role("checkbox", name="Leave out what cannot be read").check()
    assert read_csv(downloaded(page, "CSV")[1])
