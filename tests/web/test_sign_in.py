"""Signing in by a mailed link: the journey, whom it tells what, and everything that must not work."""

import re
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy
from support.databases import accounts_stores, sqlite_url
from support.signing import ANA, LEO, with_accounts
from support.smtp import smtp_server
from support.website import LOCAL_NAME, session_cookie, set_session, sets_session

from keepless.adapters.mail.address import parse
from keepless.adapters.mail.smtp import SmtpMailer
from keepless.adapters.sql import schema
from keepless.core.secret import Secret
from keepless.errors import AccountsFault, MailFault, SealBroken, TooManyBanks
from keepless.services.accounts import row_id
from keepless.web import sign_in_cookie
from keepless.web.session import PURPOSE

REFUSED = "This link does not sign you in"
NOBODYS = "This link belongs to the browser that asked for it"


@pytest.fixture
def accounts(site):
    """The site on the local Plaid, with accounts in memory."""
    return with_accounts(site)


def cookie_of(browser):
    cookie = browser.get_cookie(sign_in_cookie.LOCAL_NAME)
    return None if cookie is None else cookie.value


def line_of(answer, name):
    (line,) = (line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{name}="))
    return line


def is_signed_in(browser):
    return f"Signed in as <strong>{ANA}</strong>" in browser.get("/account").text


# The journey


def test_a_person_signs_in_by_the_link_in_the_mail_and_ends_up_at_their_banks(accounts, local_plaid):
    browser = accounts.browser()
    page = browser.get("/sign-in")
    assert page.status_code == 200
    assert 'name="email"' in page.text
    sent = browser.post("/sign-in", data={"email": "  Ana@Example.test "})
    assert ANA in sent.text
    (mail,) = accounts.mailbox.received()
    assert mail.mail.to == ANA
    nonce = accounts.ask(browser)
    assert "You are about to sign in as <strong>ana@example.test</strong>" in browser.get(f"/sign-in/{nonce}").text
    answer = browser.post(f"/sign-in/{nonce}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/setup")
    assert is_signed_in(browser)
    accounts.connected(local_plaid.connect("demo"), browser=browser)
    assert browser.get("/api/dashboard").status_code == 200
    browser.post("/logout")
    assert browser.post(f"/sign-in/{accounts.ask(browser)}").headers["Location"] == "/"


def test_a_program_signs_in_by_json(accounts):
    browser = accounts.browser()
    asked = browser.post("/api/sign-in", json={"email": ANA, "keep_connected": True})
    assert asked.status_code == 202
    assert set(asked.json) == {"until"}
    token = accounts.mailbox.received()[0].mail.text.split("/sign-in/")[1].split()[0]
    done = browser.post("/api/sign-in/confirm", json={"token": token})
    assert done.status_code == 200
    assert (done.json["email"], done.json["tier"], done.json["banks"]) == (ANA, "free", 0)
    assert accounts.vault_of_user(browser).keep_connected
    again = browser.post("/api/sign-in/confirm", json={"token": token})
    assert (again.status_code, again.json["code"]) == (403, "sign_in_refused")


def test_the_journey_over_a_real_mail_server_and_a_real_database(site, tmp_path):
    url = sqlite_url(tmp_path)
    schema.upgrade(Secret(url))
    with smtp_server() as server, accounts_stores(url) as stores:
        mailer = SmtpMailer(parse(Secret(server.url)), site.clock)
        accounts = with_accounts(site, stores.accounts, mailer, public_url="http://localhost:5001")
        browser = accounts.browser()
        assert browser.post("/sign-in", data={"email": ANA}).status_code == 200
        (mail,) = server.mails
        assert (mail["To"], mail["Subject"]) == (ANA, "Your link to sign in to Keepless")
        assert server.link().startswith("http://localhost:5001/sign-in/")
        path = urlsplit(server.link()).path
        assert browser.get(path).status_code == 200
        assert browser.post(path).status_code == 303
        assert is_signed_in(browser)
        assert REFUSED in browser.post(path).text


def test_a_mail_says_where_it_is_from_how_long_it_works_and_what_to_do_if_it_was_not_you(accounts):
    accounts.ask(accounts.browser())
    text = accounts.mailbox.received()[0].mail.text
    assert "at localhost" in text
    assert "works once, until" in text
    assert "If it was not you" in text
    (nonce,) = re.findall(r"/sign-in/([A-Za-z0-9_-]+)", text)
    assert len(nonce) == 43  # 256 bits


@pytest.mark.parametrize(("fields", "days"), [({}, 7), ({"keep_connected": "yes"}, 30)], ids=["usual", "keep"])
def test_the_session_lasts_as_long_as_was_ticked_when_the_link_was_asked_for(accounts, fields, days):
    vault = accounts.vault_of_user(accounts.sign_in(**fields))
    assert vault.expires_at - vault.issued_at == timedelta(days=days)
    row = accounts.store.session(row_id(vault.session_id))
    assert row.expires_at == vault.expires_at


def test_the_cookie_of_the_asking_is_gone_once_the_link_was_used(accounts):
    browser = accounts.sign_in()
    assert cookie_of(browser) is None


@pytest.mark.parametrize(
    "email", ["", "ana", "ana@", "@example.test", "a b@example.test", "ana@example", "ana@example.test\nBcc: x@y.test"]
)
def test_what_is_no_address_is_refused_on_the_page_and_by_name(accounts, email):
    browser = accounts.browser()
    page = browser.post("/sign-in", data={"email": email})
    assert page.status_code == 400
    assert 'aria-invalid="true"' in page.text
    answer = browser.post("/api/sign-in", json={"email": email})
    assert (answer.status_code, answer.json["field"]) == (400, "email")
    assert accounts.mailbox.received() == []
    assert cookie_of(browser) is None


def test_what_was_typed_is_shown_again_and_runs_nowhere(accounts):
    page = accounts.browser().post("/sign-in", data={"email": '"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


# The link belongs to its browser, works once, for a quarter of an hour


def test_a_link_that_is_opened_elsewhere_changes_nothing_and_says_whose_it_is(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    scanner = accounts.raw_browser()
    good, bogus = scanner.get(f"/sign-in/{nonce}"), scanner.get(f"/sign-in/{'A' * 43}")
    assert NOBODYS in good.text
    assert good.text == bogus.text
    assert ANA not in good.text
    for _ in range(10):
        answer = browser.get(f"/sign-in/{nonce}")
        assert not answer.headers.getlist("Set-Cookie")  # R4
    assert browser.post(f"/sign-in/{nonce}").status_code == 303


def refusal(browser, nonce):
    answer = browser.post(f"/sign-in/{nonce}")
    assert answer.status_code == 403
    assert not sets_session(answer)
    # But for the request's own marks the page is the same, and it keeps nothing of what was sent.
    return answer.text


def test_a_link_used_twice_too_late_in_another_browser_or_made_up_is_refused_in_the_same_words(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    assert browser.post(f"/sign-in/{nonce}").status_code == 303
    fresh = accounts.ask(other := accounts.browser())
    texts = {
        "elsewhere": refusal(accounts.browser(), fresh),
        "in a browser that asked for another": refusal(other, nonce),
        "made up": refusal(other, "A" * 43),
    }
    with_session = refusal(browser, nonce)
    late = accounts.ask(slow := accounts.browser())
    accounts.clock.ahead = timedelta(minutes=16, seconds=1)
    texts["late"] = refusal(slow, late)
    assert all(REFUSED in text for text in (*texts.values(), with_session))
    mains = {text.partition("<main")[2].partition("</main>")[0] for text in (*texts.values(), with_session)}
    assert len(mains) == 1


@pytest.mark.parametrize("nonce", ["%00", "A" * 4_000, "%F0%9F%94%91", "..%2F..", "%0d%0aSet-Cookie:x=1", "%ff"])
def test_nonsense_in_the_address_is_refused_like_any_other_link(accounts, nonce):
    browser = accounts.browser()
    accounts.ask(browser)
    assert browser.get(f"/sign-in/{nonce}").status_code in (200, 404)
    assert browser.post(f"/sign-in/{nonce}").status_code in (403, 404)


def test_several_links_of_one_browser_work_each_once(accounts):
    browser = accounts.browser()
    nonces = [accounts.ask(browser) for _ in range(3)]
    for nonce in nonces[:1]:
        assert browser.post(f"/sign-in/{nonce}").status_code == 303
    # The cookie went with the first; those that were asked for before it have nothing to work with any more.
    assert REFUSED in browser.post(f"/sign-in/{nonces[1]}").text


def test_the_link_that_was_asked_for_first_works_though_another_was_asked_for_since(accounts):
    browser = accounts.browser()
    first = accounts.ask(browser)
    accounts.ask(browser)
    assert browser.post(f"/sign-in/{first}").status_code == 303


def test_of_twenty_uses_at_once_one_signs_in(site, tmp_path):
    url = sqlite_url(tmp_path)
    schema.upgrade(Secret(url))
    with accounts_stores(url) as stores:
        accounts = with_accounts(site, stores.accounts)
        browser = accounts.browser()
        nonce, cookie = accounts.ask(browser), cookie_of(browser)
        start, statuses = threading.Barrier(20), []

        def use():
            raw = accounts.raw_browser()
            start.wait()
            header = {"Cookie": f"{sign_in_cookie.LOCAL_NAME}={cookie}"}
            statuses.append(raw.post(f"/sign-in/{nonce}", headers=header).status_code)

        threads = [threading.Thread(target=use) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [303, *[403] * 19]
        assert len(stores.accounts.sessions(stores.accounts.find(ANA).id)) == 1


# The cookie that the link works with


def test_r2_the_cookie_is_sealed_http_only_lax_and_short_lived(accounts):
    answer = accounts.browser().post("/sign-in", data={"email": ANA})
    line = line_of(answer, sign_in_cookie.LOCAL_NAME)
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"} <= set(line.split("; "))
    assert ANA not in line
    secure = with_accounts(accounts, public_url="https://money.example").raw_browser()
    line = line_of(secure.post("/sign-in", data={"email": ANA}, base_url="https://money.example"), sign_in_cookie.NAME)
    assert "; Secure" in line
    assert "Domain" not in line


def test_r1_the_clearing_has_the_attributes_of_the_setting(accounts):
    browser = accounts.browser()
    asked = browser.post("/sign-in", data={"email": ANA})
    nonce = accounts.mailbox.received()[0].mail.text.split("/sign-in/")[1].split()[0]
    cleared = browser.post(f"/sign-in/{nonce}")

    def attributes(answer):
        line = line_of(answer, sign_in_cookie.LOCAL_NAME)
        return [each for each in line.split("; ")[1:] if not each.startswith("Max-Age")]

    assert attributes(asked) == attributes(cleared)


def test_every_changed_bit_of_the_cookie_makes_it_one_that_asked_for_nothing(accounts):
    browser = accounts.browser()
    nonce, sealed = accounts.ask(browser), cookie_of(browser)
    raw = accounts.raw_browser()
    for place in range(0, len(sealed), 23):
        changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
        page = raw.get(f"/sign-in/{nonce}", headers={"Cookie": f"{sign_in_cookie.LOCAL_NAME}={changed}"})
        assert NOBODYS in page.text
    assert browser.post(f"/sign-in/{nonce}").status_code == 303


def test_r8_no_other_sealed_text_of_ours_signs_anybody_in_and_the_reverse(accounts):
    browser = accounts.sign_in()
    session = session_cookie(browser)
    nonce = accounts.ask(asking := accounts.browser())
    swapped = f"{sign_in_cookie.LOCAL_NAME}={session}; {LOCAL_NAME}={cookie_of(asking)}"
    raw = accounts.raw_browser()
    assert NOBODYS in raw.get(f"/sign-in/{nonce}", headers={"Cookie": swapped}).text
    assert raw.get("/api/dashboard", headers={"Cookie": swapped}).json["code"] == "session_unreadable"
    for purpose in (PURPOSE, "link", "trends"):
        with pytest.raises(SealBroken):
            accounts.envelope.open(purpose, cookie_of(asking))


@pytest.mark.parametrize("ahead", [timedelta(minutes=16, seconds=1), timedelta(days=1), -timedelta(minutes=2)])
def test_the_cookie_ends_by_itself_whatever_the_browser_keeps(accounts, ahead):
    browser = accounts.browser()
    nonce, sealed = accounts.ask(browser), cookie_of(browser)
    accounts.clock.ahead = ahead
    page = accounts.raw_browser().get(f"/sign-in/{nonce}", headers={"Cookie": f"{sign_in_cookie.LOCAL_NAME}={sealed}"})
    assert NOBODYS in page.text


# Nobody learns who has an account


def observed(answer):
    """All that an answer tells, but for the marks that every request has of its own."""
    headers = sorted(
        (name, value if name != "Set-Cookie" else re.sub(r"=[^;]*", lambda found: f"={len(found[0])}", value, count=1))
        for name, value in answer.headers
        if name != "X-Request-Id"
    )
    return answer.status_code, headers, answer.get_data().replace(b"leo@example.test", b"ana@example.test")


def test_nothing_in_an_answer_tells_who_has_an_account(accounts):
    accounts.sign_in(ANA)

    def seen(email):
        browser = accounts.browser()
        by_form = observed(browser.post("/sign-in", data={"email": email}))
        mail = accounts.mailbox.received()[0].mail
        nonce = mail.text.split("/sign-in/")[1].split()[0]
        words = (mail.subject, re.sub(r"\d\d:\d\d", "", mail.text.replace(nonce, "").replace(email, ANA)))
        page = observed(browser.get(f"/sign-in/{'A' * 43}"))
        bogus = observed(browser.post(f"/sign-in/{'A' * 43}"))
        return by_form, words, page, bogus

    accounts.clock.ahead = timedelta()
    known, unknown = seen(ANA), seen(LEO)
    assert known == unknown
    assert known[0][0] == 200


def test_the_cookie_of_the_shortest_address_is_as_long_as_that_of_the_longest(accounts):
    longest = f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 56}.test"
    assert len(longest) == 254
    lengths = set()
    for email in ("a@b.test", ANA, longest):
        browser = accounts.browser()
        assert browser.post("/sign-in", data={"email": email}).status_code == 200
        lengths.add(len(cookie_of(browser)))
    assert len(lengths) == 1


def test_the_same_statements_are_run_for_those_who_are_known_and_those_who_are_not(site, tmp_path):
    url = sqlite_url(tmp_path)
    schema.upgrade(Secret(url))
    run: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        run.append(statement)

    with accounts_stores(url) as stores:
        accounts = with_accounts(site, stores.accounts)
        accounts.sign_in(ANA)
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", note)
        try:
            seen = []
            for email in (ANA, LEO):
                browser = accounts.browser()
                run.clear()
                accounts.ask(browser, email)
                asked = list(run)
                run.clear()
                assert browser.post(f"/sign-in/{'A' * 43}").status_code == 403
                seen.append((asked, list(run)))
        finally:
            sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", note)
    assert seen[0] == seen[1]
    assert any("INSERT" in statement for statement in seen[0][0])
    assert any("DELETE" in statement for statement in seen[0][1])


def test_no_log_line_has_the_address_the_link_or_the_cookie(accounts, log):
    browser = accounts.browser()
    nonce, sealed = accounts.ask(browser), cookie_of(browser)
    browser.get(f"/sign-in/{nonce}")
    browser.post(f"/sign-in/{nonce}")
    browser.post(f"/sign-in/{nonce}")
    lines = log.getvalue()
    assert "/sign-in/<nonce>" in lines
    assert not any(part in lines for part in (ANA, nonce, sealed, "example.test"))


# What this browser held before


def test_r7_a_cookie_saved_before_signing_in_again_opens_nothing(accounts):
    browser = accounts.sign_in()
    saved = session_cookie(browser)
    before = accounts.vault_of_user(browser)
    accounts.sign_in(browser=browser)
    after = accounts.vault_of_user(browser)
    assert before.session_id != after.session_id
    assert before.secret != after.secret
    answer = accounts.raw_browser().get("/api/dashboard", headers={"Cookie": f"{LOCAL_NAME}={saved}"})
    assert (answer.status_code, answer.json["code"]) == (401, "session_ended")


def test_banks_that_were_connected_before_signing_in_come_along(accounts, local_plaid):
    browser = accounts.connected(local_plaid.connect("demo"))
    saved = session_cookie(browser)
    before = accounts.vault_of(browser)
    accounts.sign_in(browser=browser)
    after = accounts.vault_of_user(browser)
    assert after.banks == before.banks
    assert after.user
    assert browser.get("/api/dashboard").status_code == 200
    assert saved != session_cookie(browser)


def test_signing_in_again_revives_what_was_signed_out(accounts, local_plaid):
    browser = accounts.sign_in()
    accounts.connected(local_plaid.connect("demo"), browser=browser)
    banks = accounts.vault_of_user(browser).banks
    browser.post("/logout")
    assert browser.get("/api/dashboard").json["code"] == "session_ended"
    accounts.sign_in(browser=browser)
    assert accounts.vault_of_user(browser).banks == banks
    assert browser.get("/api/dashboard").status_code == 200


def test_signing_in_again_revives_what_had_expired(accounts, local_plaid):
    browser = accounts.sign_in()
    accounts.connected(local_plaid.connect("demo"), browser=browser)
    accounts.clock.ahead = timedelta(days=8)
    assert browser.get("/api/dashboard").status_code == 401
    accounts.sign_in(browser=browser)
    assert browser.get("/api/dashboard").status_code == 200


def test_the_banks_of_another_account_stay_theirs(accounts, local_plaid):
    browser = accounts.sign_in(ANA)
    accounts.connected(local_plaid.connect("demo"), browser=browser)
    before = session_cookie(browser)
    nonce = accounts.ask(browser, LEO)
    answer = browser.post(f"/sign-in/{nonce}")
    assert answer.status_code == 409
    assert "another account" in answer.text
    assert session_cookie(browser) == before
    assert accounts.store.find(LEO) is None  # the link was not used
    browser.post("/logout")
    browser.post("/logout")  # disconnects and clears, the link's cookie too
    assert browser.post(f"/sign-in/{accounts.ask(browser, LEO)}").status_code == 303
    assert accounts.store.find(LEO)


def test_an_unreadable_cookie_is_left_as_it_is_and_the_link_unused(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    set_session(browser, "v1.AAAAAAAA.bm90IG91cnM")
    answer = browser.post(f"/sign-in/{nonce}")
    assert answer.status_code == 401
    assert not sets_session(answer)
    assert session_cookie(browser) == "v1.AAAAAAAA.bm90IG91cnM"
    browser.delete_cookie(LOCAL_NAME)
    assert browser.post(f"/sign-in/{nonce}").status_code == 303


def test_banks_of_a_session_without_an_account_that_is_over_are_disconnected_first(accounts, local_plaid):
    browser = accounts.connected(local_plaid.connect("demo"))
    accounts.clock.ahead = timedelta(days=8)
    nonce = accounts.ask(browser)
    before = session_cookie(browser)
    assert browser.post(f"/sign-in/{nonce}").status_code == 401
    assert session_cookie(browser) == before
    assert browser.post("/logout").status_code == 200
    assert browser.post(f"/sign-in/{accounts.ask(browser)}").status_code == 303


def test_an_account_that_was_deleted_since_does_not_come_back_by_an_older_link(accounts):
    accounts.sign_in()
    nonce = accounts.ask(browser := accounts.browser())
    accounts.store.delete(accounts.store.find(ANA).id, at=accounts.clock())
    assert REFUSED in browser.post(f"/sign-in/{nonce}").text
    assert accounts.store.find(ANA) is None


def test_a_session_whose_cookie_cannot_be_written_is_not_left_behind(accounts, monkeypatch):
    browser = accounts.browser()
    nonce = accounts.ask(browser)

    def fail(_response, _vault):
        raise TooManyBanks("too long")

    monkeypatch.setattr(accounts.parts.session, "bind", fail)
    answer = browser.post(f"/sign-in/{nonce}")
    assert answer.status_code == 409
    assert accounts.store.sessions(accounts.store.find(ANA).id) == []


# From elsewhere


def test_r16_nothing_is_sent_or_used_for_another_site(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    for path, body in (
        ("/sign-in", {"data": {"email": ANA}}),
        (f"/sign-in/{nonce}", {}),
        ("/api/sign-in", {"json": {"email": ANA}}),
        ("/api/sign-in/confirm", {"json": {"token": nonce}}),
    ):
        answer = browser.post(path, **body, headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403
    assert len(accounts.mailbox.received()) == 1
    assert not is_signed_in(browser)


def test_the_link_leads_to_the_public_address_whatever_the_host_header_says(site):
    accounts = with_accounts(site, public_url="https://money.example")
    raw = accounts.raw_browser()
    answer = raw.post("/sign-in", data={"email": ANA}, base_url="https://evil.example")
    assert answer.status_code == 200
    text = accounts.mailbox.received()[0].mail.text
    assert "https://money.example/sign-in/" in text
    assert "evil" not in text


def test_without_a_public_address_no_mail_names_a_host_that_is_not_this_machine(accounts):
    raw = accounts.raw_browser()
    answer = raw.post("/sign-in", data={"email": ANA}, base_url="https://evil.example")
    assert answer.status_code == 500
    plain = raw.post("/sign-in", data={"email": ANA}, base_url="http://evil.example")
    assert plain.status_code == 403
    assert accounts.mailbox.received() == []


# What is away


class Down:
    """A mailer whose server does not answer, until it does."""

    def __init__(self, *, permanent=False):
        self.fault = MailFault("unreachable", permanent=permanent)

    def send(self, _mail):
        raise self.fault


def test_a_mail_server_that_is_down_is_said_with_the_next_step_and_nothing_is_lost(site, local_plaid):
    accounts = with_accounts(site, mailer=Down())
    browser = accounts.connected(local_plaid.connect("demo"))
    before = session_cookie(browser)
    page = browser.post("/sign-in", data={"email": ANA})
    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert not page.headers.getlist("Set-Cookie")
    answer = browser.post("/api/sign-in", json={"email": ANA})
    assert (answer.status_code, answer.json["code"]) == (503, "mail_unavailable")
    assert answer.json["next_step"]
    assert session_cookie(browser) == before
    assert browser.get("/api/dashboard").status_code == 200


def test_a_mailbox_that_the_server_does_not_know_is_the_fields_matter(site):
    browser = with_accounts(site, mailer=Down(permanent=True)).browser()
    answer = browser.post("/api/sign-in", json={"email": ANA})
    assert (answer.status_code, answer.json["field"]) == (400, "email")
    assert 'aria-invalid="true"' in browser.post("/sign-in", data={"email": ANA}).text


class Away:
    """A store that can be taken away."""

    def __init__(self, store):
        self._store = store
        self.is_away = False

    def __getattr__(self, name):
        if self.is_away:
            raise AccountsFault("unreachable")
        return getattr(self._store, name)


def test_while_the_database_is_down_links_wait_and_work_afterwards(site, accounts):
    store = Away(accounts.store)
    away = with_accounts(site, store)
    browser = away.browser()
    nonce = away.ask(browser)
    store.is_away = True
    for answer in (browser.post(f"/sign-in/{nonce}"), browser.post("/sign-in", data={"email": ANA})):
        assert answer.status_code == 503
        assert not answer.headers.getlist("Set-Cookie")
    assert len(away.mailbox.received()) == 1
    assert browser.get(f"/sign-in/{nonce}").status_code == 200
    store.is_away = False
    assert browser.post(f"/sign-in/{nonce}").status_code == 303


def test_without_accounts_there_is_nothing_to_sign_in_to(site):
    browser = site.browser()
    for path in ("/sign-in", "/sign-in/x", "/dev/mail"):
        assert browser.get(path).status_code == 404
    for path in ("/sign-in", "/sign-in/x", "/account/end", "/api/sign-in", "/api/sign-in/confirm", "/api/sessions/end"):
        assert browser.post(path, json={}).status_code == 404


def test_r11_no_answer_is_kept_by_a_cache(accounts):
    browser = accounts.browser()
    nonce = accounts.ask(browser)
    for path in ("/sign-in", f"/sign-in/{nonce}", "/account", "/api/sessions", "/dev/mail"):
        answer = browser.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.vary
        assert answer.headers["Referrer-Policy"] == "no-referrer"
