"""The mailbox of a local run as a page: for this machine only, and only where no mail is really sent."""

import pytest
from support.signing import ANA, with_accounts

from keepless.ports import Mail


@pytest.fixture
def accounts(lone_site):
    return with_accounts(lone_site)


def test_the_links_arrive_on_the_page_the_newest_first(accounts):
    browser = accounts.browser()
    assert "No mail yet." in browser.get("/dev/mail").text
    first, second = accounts.ask(browser), accounts.ask(browser)
    page = browser.get("/dev/mail").text
    assert page.index(second) < page.index(first)
    assert f'<a href="http://localhost/sign-in/{second}"><code>' in page
    assert ANA in page


def test_the_page_after_asking_leads_there_where_it_is_in_use(accounts, lone_site):
    assert 'href="/dev/mail"' in accounts.browser().post("/sign-in", data={"email": ANA}).text

    class Sends:
        def send(self, mail):
            pass

    really = with_accounts(lone_site, mailer=Sends())
    assert "/dev/mail" not in really.browser().post("/sign-in", data={"email": ANA}).text
    assert really.browser().get("/dev/mail").status_code == 404


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"base_url": "http://192.0.2.7"},
        {"base_url": "https://money.example"},
        {"base_url": "http://localhost.money.example"},
        {"environ_overrides": {"REMOTE_ADDR": "192.0.2.7"}},
        {"headers": {"X-Forwarded-For": "127.0.0.1"}},
        {"headers": {"Forwarded": "for=127.0.0.1"}},
    ],
    ids=["another-host", "https-host", "name-like-ours", "from-elsewhere", "through-a-proxy", "through-another-proxy"],
)
def test_nobody_else_sees_it(accounts, elsewhere):
    accounts.mailbox.send(Mail(to=ANA, subject="Link", text="http://localhost/sign-in/x"))
    answer = accounts.raw_browser().get("/dev/mail", **elsewhere)
    assert answer.status_code == 404
    assert ANA not in answer.text


def test_what_a_mail_says_runs_nowhere(accounts):
    accounts.mailbox.send(Mail(to=ANA, subject="<b>x</b>", text="<script>1</script>\n\njavascript:alert(1)\n"))
    page = accounts.browser().get("/dev/mail").text
    assert "<b>x</b>" not in page
    assert "<script>1" not in page
    assert 'href="javascript' not in page
