"""Nothing of a visit is on disk afterwards: the files, the temporary folder, the home and the logs are searched."""

import re
from datetime import UTC, datetime

import pytest
import urllib3
from browser.test_journey import connect
from playwright.sync_api import expect
from support.run import running

from keepless.sandbox import users

pytestmark = pytest.mark.browser


def test_no_file_holds_a_token_a_merchant_or_an_amount_after_a_visit(tmp_path, chromium):
    folder, temporary = tmp_path / "folder", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    with running(folder, TMPDIR=str(temporary)) as run:
        context = chromium.new_context(base_url=run.address)
        page = context.new_page()
        page.goto("/")
        connect(page)
        expect(page.get_by_text("spent so far").first).to_be_visible()
        sealed = next(cookie["value"] for cookie in context.cookies() if cookie["name"] == "keepless-local")
        page.goto("/statement?days=730")
        shown = page.content()
        for path in (
            "/#transactions?q=Bakery",
            "/?q=Bakery&days=730",
            "/api/transactions?days=730",
            "/api/dashboard",
            "/?min=nonsense",
            "/nowhere",
        ):
            page.goto(path)
        token = ask(run.plaid, "/sandbox/items")["items"][0]["access_token"]
        ask(run.plaid, "/sandbox/faults", {"endpoint": "/transactions/get", "garbage": True})
        page.goto("/")
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Disconnected. Nothing is held.")
        context.close()
        run.process.terminate()
        assert run.process.wait(30) == 0

    household = users.household_for("demo", "x", today=datetime.now(UTC).date(), files={})
    merchants = {row.merchant for row in household.rows if row.merchant and row.merchant in shown}
    # From 100.00 on: the seconds of a log line's time hold every shorter amount sooner or later.
    amounts = set(re.findall(r"\b(?:\d{1,3},)*\d{3}\.\d{2}\b", shown))
    assert len(merchants) > 10
    assert len(amounts) > 10
    needles = (
        {token, sealed, token.rpartition("-")[2]} | merchants | amounts | {text.replace(",", "") for text in amounts}
    )
    written = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.name for path in written} >= {".env", "folder.log"}
    assert found_in({tmp_path / "control": shown.encode()}, needles), "the search finds what is there"
    assert found_in(written, needles) == {}


def found_in(written, needles):
    return {
        str(path): hits
        for path, content in written.items()
        if (hits := [needle for needle in needles if needle.encode() in content])
    }


def ask(plaid, path, body=None):
    answer = urllib3.request(
        "GET" if body is None else "POST",
        plaid + path,
        json=body,
        headers={"PLAID-CLIENT-ID": "test", "PLAID-SECRET": "test"},
        retries=False,
        timeout=10,
    )
    assert answer.status == 200, answer.data
    return answer.json()
