"""Recovery and new keys in Chromium: a file saved here and used there, and cookies that were copied."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

WORDS = "a few plain words"


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def scripted(request):
    return request.param


@pytest.fixture
def page(connected, scripted):
    """The recovery page of a browser with two banks."""
    return connected("user_good", "demo", path="/recovery", javascript=scripted)


def heading(page, text):
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def saved(page, folder):
    page.get_by_label("Passphrase", exact=True).fill(WORDS)
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Save the file").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def used(page, path, button, words=WORDS):
    page.goto("/recovery")
    page.get_by_label("The file").set_input_files(path)
    page.get_by_label("Its passphrase").fill(words)
    page.get_by_role("button", name=button).click()


def renewed(page, scripted):
    page.goto("/recovery")
    page.get_by_role("button", name="Make copied cookies useless").click()
    if not scripted:
        heading(page, "One more step")
        page.get_by_role("button", name="Give my banks new keys").click()
    heading(page, "Copied cookies are useless now")


def test_a_file_restores_its_banks_in_another_browser_and_then_disconnects_them(
    page, visit, scripted, tmp_path, local_plaid
):
    path = saved(page, tmp_path)
    other = visit("/setup", javascript=scripted)
    other.get_by_role("link", name="Use a recovery file").click()
    used(other, path, "Go on with its banks here", "another few words")
    expect(other.get_by_role("alert")).to_contain_text("Which of the two cannot be told")
    used(other, path, "Go on with its banks here")
    heading(other, "Your banks are back")
    used(other, path, "Disconnect its banks")
    heading(other, "Disconnected")
    assert {item["state"] for item in local_plaid.items()} == {"removed"}
    used(other, path, "Go on with its banks here")
    heading(other, "Not all of it could be done")
    expect(other.get_by_text("this bank was disconnected")).to_have_count(2)


def test_new_keys_make_a_copied_cookie_and_an_old_file_useless(page, visit, scripted, tmp_path):
    path = saved(page, tmp_path)
    copy = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("keepless-local")]
    thief = visit(None, javascript=False)
    thief.context.add_cookies(copy)
    renewed(page, scripted)
    thief.goto("/")
    expect(thief.get_by_role("main")).to_contain_text("has to be connected anew")
    other = visit("/setup", javascript=scripted)
    used(other, path, "Go on with its banks here")
    expect(other.get_by_text("The key in the file is no longer valid")).to_have_count(2)
    page.goto("/statement")
    expect(page.get_by_role("main")).not_to_contain_text("has to be connected anew")
