"""The Link stand-in in a browser, on a page that forbids everything it can."""

import contextlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html lang="en"><title>Host</title><button id="connect">Connect</button>
<script src="{plaid}/link/v2/stable/link-initialize.js"></script><script src="/host.js"></script>"""
SCRIPT = """
window.heard = [];
const token = new URLSearchParams(location.search).get("token");
const handler = Plaid.create({
  token,
  onSuccess: (publicToken, metadata) => heard.push({ what: "success", publicToken, metadata }),
  onExit: (error, metadata) => heard.push({ what: "exit", error, metadata }),
  onEvent: (name, metadata) => heard.push({ what: name, metadata }),
  onLoad: () => heard.push({ what: "load" }),
});
document.getElementById("connect").addEventListener("click", () => handler.open());
"""
POLICY = "default-src 'none'; script-src 'self' {plaid}; frame-src {plaid}"


@contextlib.contextmanager
def host_page(plaid):
    class Host(BaseHTTPRequestHandler):
        def do_GET(self):
            script = self.path == "/host.js"
            body = SCRIPT if script else PAGE.format(plaid=plaid)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if script else "text/html")
            self.send_header("Content-Security-Policy", POLICY.format(plaid=plaid))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def opened(local_plaid, chromium):
    """Opens the dialog from a host page; gives the page and the dialog's frame. Nothing may be blocked or thrown."""
    complaints = []
    with host_page(local_plaid.url) as address, chromium.new_context() as context:

        def open_dialog(**changes):
            request = {"client_name": "Keepless", "language": "en", "country_codes": ["US"], **changes}
            made = local_plaid.call("/link/token/create", {**request, "user": {"client_user_id": "someone"}})[1]
            page = context.new_page()
            page.on("console", lambda line: complaints.append(line.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.goto(f"{address}?token={made.get('link_token', 'link-sandbox-none')}")
            page.get_by_role("button", name="Connect").click()
            frame = page.frame_locator("iframe")
            expect(frame.get_by_role("dialog")).to_be_focused()
            return page, frame

        yield open_dialog
    assert [line for line in complaints if "400 (Bad Request)" not in line] == []


def closed(page):
    """What the host page heard, once the dialog is gone and the focus is back."""
    expect(page.locator("iframe")).to_have_count(0)
    expect(page.get_by_role("button", name="Connect")).to_be_focused()
    return page.evaluate("heard")


def test_choosing_a_bank_and_a_person_connects_them(local_plaid, opened):
    page, frame = opened(products=["transactions"])
    frame.locator('[data-institution="ins_900001"]').click()
    frame.locator('[data-user="demo"]').click()
    heard = closed(page)
    assert [each["what"] for each in heard] == ["load", "OPEN", "SELECT_INSTITUTION", "HANDOFF", "success"]
    success = heard[-1]
    assert success["metadata"]["institution"] == {"institution_id": "ins_900001", "name": "Harbour Bank"}
    status, made = local_plaid.call("/item/public_token/exchange", {"public_token": success["publicToken"]})
    assert status == 200
    accounts = local_plaid.call("/accounts/get", {"access_token": made["access_token"]})[1]["accounts"]
    assert [each["id"] for each in success["metadata"]["accounts"]] == [each["account_id"] for each in accounts]


def test_it_works_by_keyboard_alone(opened):
    page, frame = opened(products=["transactions"])
    page.keyboard.press("Tab")
    expect(frame.locator("[data-exit]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    expect(frame.locator('[data-institution="ins_900001"] input')).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert closed(page)[-1]["what"] == "success"


@pytest.mark.parametrize("leave", ["Escape", "Close"])
def test_leaving_tells_the_page(opened, leave):
    page, frame = opened(products=["transactions"])
    if leave == "Escape":
        page.keyboard.press("Escape")
    else:
        frame.locator("[data-exit]").click()
    last = closed(page)[-1]
    assert (last["what"], last["error"]) == ("exit", None)


def test_a_bank_that_is_down_says_so_and_another_can_be_chosen(opened):
    page, frame = opened(products=["transactions"])
    frame.locator('[data-institution="ins_132361"]').click()
    frame.locator('[data-user="demo"]').click()
    expect(frame.get_by_role("alert")).to_contain_text("cannot be reached")
    frame.locator('[data-institution="ins_109508"]').click()
    frame.locator('[data-user="user_good"]').click()
    heard = closed(page)
    assert [each["metadata"]["error_code"] for each in heard if each["what"] == "ERROR"] == ["INSTITUTION_DOWN"]
    assert heard[-1]["what"] == "success"


def test_a_custom_user_is_pasted(opened):
    page, frame = opened(products=["transactions"])
    frame.get_by_text("A custom user").click()
    frame.locator('[data-user="user_custom"]').click()
    expect(frame.get_by_role("alert")).to_contain_text("Paste")
    frame.get_by_label("custom-user JSON").fill('{"override_accounts": [{"type": "credit", "subtype": "credit card"}]}')
    frame.locator('[data-user="user_custom"]').click()
    assert [each["subtype"] for each in closed(page)[-1]["metadata"]["accounts"]] == ["credit card"]


def test_a_bank_with_a_login_of_its_own_opens_a_window_where_there_is_no_address_to_come_back_to(local_plaid, opened):
    page, frame = opened(products=["transactions"])
    with page.expect_popup() as opening:
        frame.locator('[data-institution="ins_127287"]').click()
    bank = opening.value
    expect(bank.get_by_role("heading", level=1)).to_have_text("Platypus OAuth Bank")
    bank.locator("[data-allow]").click()
    heard = closed(page)
    assert heard[-1]["what"] == "success"
    assert heard[-1]["metadata"]["institution"]["institution_id"] == "ins_127287"
    status, _ = local_plaid.call("/item/public_token/exchange", {"public_token": heard[-1]["publicToken"]})
    assert status == 200


def test_a_denial_in_that_window_is_an_exit(opened):
    page, frame = opened(products=["transactions"])
    with page.expect_popup() as opening:
        frame.locator('[data-institution="ins_127287"]').click()
    opening.value.locator("[data-deny]").click()
    last = closed(page)[-1]
    assert (last["what"], last["error"]) == ("exit", None)


def test_an_address_of_a_bank_that_nobody_was_sent_to_says_so(local_plaid, chromium):
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{local_plaid.url}/link/oauth#0f8fad5b-d9cb-469f-a165-70867728950e")
        expect(page.get_by_role("alert")).to_contain_text("start again")
        expect(page.locator("[data-allow]")).to_be_hidden()


def test_update_mode_repairs_a_broken_login(local_plaid, opened):
    token = local_plaid.connect("user_good")
    local_plaid.call("/sandbox/item/reset_login", {"access_token": token})
    page, frame = opened(access_token=token)
    frame.locator("[data-repair]").click()
    assert closed(page)[-1]["what"] == "success"
    assert local_plaid.call("/accounts/get", {"access_token": token})[0] == 200


def test_a_message_from_anywhere_else_is_not_believed(opened):
    page, frame = opened(products=["transactions"])
    page.evaluate("window.postMessage({ action: 'success', public_token: 'forged', metadata: {} }, '*')")
    frame.locator("[data-exit]").click()
    assert "success" not in [each["what"] for each in closed(page)]


def test_a_link_token_that_is_over_is_explained(local_plaid, opened):
    page, frame = opened(access_token="access-sandbox-nobody")
    expect(frame.get_by_role("alert")).to_contain_text("expired")
    frame.locator("[data-exit]").click()
    assert closed(page)[-1]["error"]["error_code"] == "INVALID_LINK_TOKEN"
