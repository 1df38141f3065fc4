"""Recovery files over HTTP: saved in one browser, used in another, and never written down by us."""

import io
import json
import tempfile
from datetime import timedelta

import pytest
from support.website import session_cookie, set_session, sets_session, website

from keepless.adapters.sealing.keyring import generate
from keepless.web.recovery import MOST_FILE, MOST_UPLOAD

WORDS = "twelve letters and more"


def save(browser, passphrase=WORDS):
    answer = browser.post("/api/recovery", json={"passphrase": passphrase})
    assert answer.status_code == 200, answer.text
    return answer.text


def used(browser, what, file, passphrase=WORDS):
    return browser.post(f"/api/recovery/{what}", json={"file": file, "passphrase": passphrase})


def uploaded(browser, what, file, passphrase=WORDS):
    data = {
        "file": (io.BytesIO(file.encode() if isinstance(file, str) else file), "file.json"),
        "passphrase": passphrase,
    }
    return browser.post(f"/recovery/{what}", data=data, content_type="multipart/form-data")


def tampered(file):
    whole = json.loads(file)
    text = whole["ciphertext"]
    return json.dumps({**whole, "ciphertext": ("B" if text[0] == "A" else "A") + text[1:]})


def states(local_plaid):
    return [item["state"] for item in local_plaid.items()]


def item_ids(site, browser):
    return [key.bank.item_id for key in site.vault_of(browser).banks]


def rotated(local_plaid, token):
    return local_plaid.call("/item/access_token/invalidate", {"access_token": token})[1]["new_access_token"]


@pytest.fixture
def site(local_plaid):
    """One for each test: attempts to open files are counted."""
    with website(local_plaid.url) as lone:
        yield lone


@pytest.fixture
def file(visitor):
    return save(visitor)


# --- saving ----------------------------------------------------------------------------------------------------------


def test_a_file_is_saved_and_nobody_else_keeps_it(visitor):
    answer = visitor.post("/api/recovery", json={"passphrase": WORDS})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="keepless-recovery-')
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.text)["keepless"] == "recovery"
    assert not sets_session(answer)


def test_the_form_of_a_page_saves_it_too_without_a_script(visitor):
    answer = visitor.post("/recovery", data={"passphrase": WORDS})
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.text)["keepless"] == "recovery"


@pytest.mark.parametrize("passphrase", ["", "eleven char", "x" * 1_001], ids=["none", "eleven", "1,001"])
def test_a_passphrase_of_another_length_is_refused_by_its_name(visitor, passphrase):
    answer = visitor.post("/api/recovery", json={"passphrase": passphrase})
    assert (answer.status_code, answer.json["code"], answer.json["field"]) == (400, "invalid_field", "passphrase")
    page = visitor.post("/recovery", data={"passphrase": passphrase})
    assert page.status_code == 400
    assert "12 to 1,000 characters" in page.text


def test_without_a_session_there_is_nothing_to_save(site):
    assert site.browser().post("/api/recovery", json={"passphrase": WORDS}).json["code"] == "session_missing"


def test_the_file_holds_no_token_and_no_bank_in_clear(visitor, site):
    file = save(visitor)
    for key in site.vault_of(visitor).banks:
        assert not [part for part in (key.token.reveal(), key.bank.item_id, key.bank.name) if part in file]


# --- restoring -------------------------------------------------------------------------------------------------------


def test_the_banks_go_on_in_another_browser(site, visitor, file):
    other = site.browser()
    answer = used(other, "restore", file)
    assert [bank["item_id"] for bank in answer.json["banks"]] == item_ids(site, visitor)
    assert answer.json["problems"] == []
    assert other.get("/api/transactions").json["total"] == visitor.get("/api/transactions").json["total"] > 0


def test_a_page_restores_them_too(site, visitor, file):
    other = site.browser()
    page = uploaded(other, "restore", file)
    assert page.status_code == 200
    assert "Your banks are back" in page.text
    assert item_ids(site, other) == item_ids(site, visitor)


def test_what_a_browser_had_is_kept(site, file, local_plaid):
    other = site.connected(local_plaid.connect("user_good"))
    before = item_ids(site, other)
    used(other, "restore", file)
    assert item_ids(site, other)[:1] == before
    assert len(item_ids(site, other)) == 2


def test_a_restored_bank_has_a_cookie_of_its_own_until_it_is_safe(site, file):
    """R15: another tab that connects a bank meanwhile does not write over it."""
    answer = used(site.browser(), "restore", file)
    assert any(line.startswith("keepless-local-bank-") for line in answer.headers.getlist("Set-Cookie"))


def test_after_logging_out_the_file_opens_nothing_and_says_so_by_name(site, visitor, file):
    visitor.post("/logout")
    other = site.browser()
    answer = used(other, "restore", file)
    assert [(each["bank"]["name"] != "", each["code"]) for each in answer.json["problems"]] == [
        (True, "ITEM_NOT_FOUND")
    ]
    assert answer.json["banks"] == []
    assert not sets_session(answer)
    page = uploaded(other, "restore", file)
    assert page.status_code == 502
    assert "was disconnected" in page.text


def test_a_file_from_before_the_keys_were_renewed_says_that_its_key_is_no_longer_valid(site, local_plaid):
    token = local_plaid.connect("demo")
    file = save(site.connected(token))
    rotated(local_plaid, token)
    page = uploaded(site.browser(), "restore", file)
    assert "no longer valid" in page.text
    assert not sets_session(page)


def test_nothing_is_restored_over_a_cookie_that_does_not_open(site, file):
    other = site.browser()
    set_session(other, "v1.00000000.AAAA")
    answer = used(other, "restore", file)
    assert (answer.status_code, answer.json["code"]) == (401, "session_unreadable")
    assert not sets_session(answer)


def test_nothing_is_restored_over_an_expired_session(site, file, local_plaid):
    other = site.connected(local_plaid.connect("user_good"))
    before = session_cookie(other)
    site.clock.ahead += timedelta(days=8)
    assert used(other, "restore", file).json["code"] == "session_expired"
    assert session_cookie(other) == before


def test_where_not_all_have_room_nothing_is_restored(site, file, local_plaid):
    token = local_plaid.connect("demo")
    full = site.connected(*(local_plaid.connect("user_good") for _ in range(20)))
    before = item_ids(site, full)
    assert used(full, "restore", save(site.connected(token))).json["code"] == "too_many_banks"
    assert item_ids(site, full) == before


# --- disconnecting ---------------------------------------------------------------------------------------------------


def test_a_file_disconnects_its_banks_without_a_session(site, local_plaid, file):
    answer = used(site.browser(), "revoke", file)
    assert answer.status_code == 200
    assert [each["request_id"] is not None for each in answer.json["removed"]] == [True]
    assert states(local_plaid) == ["removed"]
    assert not sets_session(answer)


def test_it_can_be_repeated(site, file):
    used(site.browser(), "revoke", file)
    again = used(site.browser(), "revoke", file)
    assert (again.status_code, again.json["removed"][0]["request_id"], again.json["kept"]) == (200, None, [])


def test_the_banks_of_an_expired_session_can_be_disconnected(site, file, local_plaid):
    site.clock.ahead += timedelta(days=100)
    assert used(site.browser(), "revoke", file).status_code == 200
    assert states(local_plaid) == ["removed"]


def test_who_has_an_unreadable_cookie_can_disconnect_and_keeps_it(site, file, local_plaid):
    other = site.browser()
    set_session(other, "v1.00000000.AAAA")
    page = uploaded(other, "revoke", file)
    assert page.status_code == 200
    assert not sets_session(page)
    assert states(local_plaid) == ["removed"]


def test_r13_a_bank_that_plaid_does_not_remove_is_named_and_can_be_tried_again(site, local_plaid):
    failing, fine = local_plaid.connect("demo"), local_plaid.connect("user_good")
    file = save(site.connected(failing, fine))
    fault = local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", access_token=failing)
    answer = used(site.browser(), "revoke", file)
    assert answer.status_code == 502
    assert (len(answer.json["removed"]), [each["code"] for each in answer.json["kept"]]) == (
        1,
        ["INTERNAL_SERVER_ERROR"],
    )
    page = uploaded(site.browser(), "revoke", file)
    assert page.status_code == 502
    assert "Keep the file" in page.text
    local_plaid.call(f"/sandbox/faults/{fault}", method="DELETE")
    local_plaid.end_faults()
    assert used(site.browser(), "revoke", file).status_code == 200
    assert states(local_plaid) == ["removed", "removed"]


def test_what_is_gone_goes_out_of_this_browsers_session_too(site, local_plaid):
    gone, stays = local_plaid.connect("demo"), local_plaid.connect("user_good")
    file = save(site.connected(gone))
    both = site.connected(gone, stays)
    kept = item_ids(site, both)[1:]
    used(both, "revoke", file)
    assert item_ids(site, both) == kept


def test_an_old_file_takes_no_living_bank_out_of_a_session(site, local_plaid):
    """Its key is dead because it was renewed: the bank itself lives on, and this browser has its key."""
    token = local_plaid.connect("demo")
    file = save(site.connected(token))
    browser = site.connected(rotated(local_plaid, token))
    before = item_ids(site, browser)
    answer = used(browser, "revoke", file)
    assert answer.json["removed"][0]["request_id"] is None
    assert states(local_plaid) == ["live"]
    assert item_ids(site, browser) == before
    page = uploaded(browser, "revoke", file)
    assert "newer key" in page.text


# --- files that do not open ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["restore", "revoke"])
def test_a_wrong_passphrase_and_a_changed_file_are_one_text(site, file, what):
    browser = site.browser()
    answers = [
        used(browser, what, file, "another dozen letters"),
        used(browser, what, tampered(file)),
        used(browser, what, "{}"),
        used(browser, what, file[:-1]),
    ]
    assert {answer.status_code for answer in answers} == {400}
    told = [{key: value for key, value in answer.json.items() if key != "request_id"} for answer in answers]
    assert told[0]["code"] == "recovery_file_unreadable"
    assert told == told[:1] * 4
    pages = [uploaded(browser, what, file, "another dozen letters"), uploaded(browser, what, tampered(file))]
    assert pages[0].text == pages[1].text
    assert "Which of the two cannot be told" in pages[0].text


def test_r8_a_file_of_trends_is_no_recovery_file_nor_the_reverse(site, visitor, file):
    kept = visitor.post("/api/trends", json={"capsule": None}).json["capsule"]
    trends = visitor.post("/api/trends/export", json={"capsule": kept, "passphrase": WORDS}).text
    assert used(site.browser(), "restore", trends).json["code"] == "recovery_file_unreadable"
    renamed = json.dumps({**json.loads(trends), "keepless": "recovery"})
    assert used(site.browser(), "restore", renamed).json["code"] == "recovery_file_unreadable"
    answer = visitor.post("/api/trends/import", json={"file": file, "passphrase": WORDS, "capsule": kept})
    assert answer.json["code"] == "trends_file_unreadable"


def test_another_servers_file_says_that_it_is_anothers(site, local_plaid, visitor):
    with website(local_plaid.url, keys=generate()) as other:
        file = save(other.connected(local_plaid.connect("demo")))
    assert used(site.browser(), "restore", file).json["code"] == "recovery_file_foreign"


def test_a_file_without_a_name_and_an_empty_one_are_asked_for(site):
    for answer in (
        site.browser().post("/recovery/revoke", data={"passphrase": WORDS}),
        uploaded(site.browser(), "revoke", ""),
    ):
        assert answer.status_code == 400
        assert "Choose the file first." in answer.text


# --- nothing is written down -----------------------------------------------------------------------------------------


@pytest.fixture
def spilled(monkeypatch):
    """How often anything was written to a temporary file."""
    times = []
    rollover = tempfile.SpooledTemporaryFile.rollover
    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", lambda self: (times.append(1), rollover(self)))
    for name in ("TemporaryFile", "NamedTemporaryFile", "mkstemp"):
        made = getattr(tempfile, name)
        monkeypatch.setattr(
            tempfile, name, lambda *args, made=made, **named: (times.append(1), made(*args, **named))[1]
        )
    return times


def test_an_upload_is_read_in_memory_alone(site, file, spilled):
    assert uploaded(site.browser(), "revoke", file).status_code == 200
    assert uploaded(site.browser(), "revoke", b"x" * (MOST_FILE + 1)).status_code == 400
    assert spilled == []


@pytest.mark.parametrize("length", [MOST_UPLOAD, 3_000_000], ids=["a little too long", "three megabytes"])
def test_a_longer_upload_is_refused_before_any_of_it_is_written_down(site, spilled, length):
    head = b'--limit\r\nContent-Disposition: form-data; name="file"; filename="file.json"\r\n\r\n'
    body = head + b"x" * length + b"\r\n--limit--\r\n"
    answer = site.browser().post("/recovery/revoke", data=body, content_type="multipart/form-data; boundary=limit")
    assert answer.status_code == 413
    assert spilled == []


def test_a_spilled_upload_would_be_noticed(spilled):
    with tempfile.SpooledTemporaryFile(max_size=1_000) as spool:
        spool.write(b"x" * 1_001)
    assert spilled


def test_r16_the_forms_are_not_sent_from_elsewhere(site, file):
    for path in ("/recovery", "/recovery/restore", "/recovery/revoke", "/api/recovery", "/api/recovery/revoke"):
        assert site.browser().post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


# --- the page --------------------------------------------------------------------------------------------------------


def test_the_page_offers_what_the_session_allows(site, visitor):
    connected, empty = visitor.get("/recovery").text, site.browser().get("/recovery").text
    assert "Save a recovery file" in connected
    assert "Make copied cookies useless" in connected
    assert "Save a recovery file" not in empty
    assert "Go on with its banks here" in empty


@pytest.mark.parametrize("state", ["unreadable", "expired"])
def test_who_cannot_restore_is_told_why_and_can_disconnect(site, visitor, state):
    if state == "unreadable":
        set_session(visitor, "v1.00000000.AAAA")
    else:
        site.clock.ahead += timedelta(days=8)
    page = visitor.get("/recovery")
    assert page.status_code == 200
    assert "Go on with its banks here" not in page.text
    assert "Disconnect its banks" in page.text
    assert not sets_session(page)


def test_the_pages_lead_there(visitor, site):
    assert 'href="/recovery"' in visitor.get("/setup").text
    set_session(visitor, "v1.00000000.AAAA")
    assert 'href="/recovery"' in visitor.get("/setup").text
    assert 'href="/recovery"' in site.browser().get("/setup").text
