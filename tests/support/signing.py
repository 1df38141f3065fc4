"""Sites with accounts, and the short way to a browser that is signed in on one."""

from dataclasses import dataclass, replace
from typing import Any

from flask.testing import FlaskClient
from support.smtp import found_link
from support.website import Website, session_cookie

from keepless.adapters.mail.local_mailbox import LocalMailbox
from keepless.adapters.memory_accounts import MemoryStores
from keepless.ports import AccountStore, Mailer
from keepless.services.accounts import Accounts
from keepless.services.vault import Vault, decode
from keepless.web import bound
from keepless.web.app import create_app
from keepless.web.session import PURPOSE, SessionCookie

ANA, LEO = "ana@example.test", "leo@example.test"


@dataclass
class AccountSite(Website):
    """A site with accounts in `store`, whose mails are in `mailbox` unless it was given another mailer."""

    store: Any
    mailbox: LocalMailbox

    def ask(self, browser: FlaskClient, email: str = ANA, **fields: str) -> str:
        """Asks for a link as a person does; the nonce in the mail."""
        answer = browser.post("/sign-in", data={"email": email, **fields})
        assert answer.status_code == 200, answer.text
        return found_link(self.mailbox.received()[0].mail.text)[1]

    def vault_of_user(self, browser: FlaskClient) -> Vault:
        """What the cookie of a browser that is signed in holds."""
        value = session_cookie(browser)
        assert value is not None
        sealed, user = bound.apart(value)
        return decode(self.envelope.open(PURPOSE, sealed, user=user), user=user)

    def sign_in(self, email: str = ANA, browser: FlaskClient | None = None, **fields: str) -> FlaskClient:
        """A browser that is signed in."""
        browser = browser or self.browser()
        answer = browser.post(f"/sign-in/{self.ask(browser, email, **fields)}")
        assert answer.status_code == 303, answer.text
        return browser


def with_accounts(
    site: Website, store: AccountStore | None = None, mailer: Mailer | None = None, **changed: Any
) -> AccountSite:
    """The site with accounts, in memory and with a mailbox where none are given; `changed` are values of its Site."""
    mailbox = LocalMailbox(site.clock, lambda _text: None)
    kept = store or MemoryStores().accounts
    accounts = Accounts(kept, site.clock)
    session = SessionCookie(
        site.envelope, site.clock, on_unreadable=site.parts.metrics.session_unreadable, accounts=accounts
    )
    parts = replace(site.parts, accounts=accounts, mailer=mailer or mailbox, session=session)
    values = replace(site.site, **changed)
    app = create_app(values, parts)
    return AccountSite(app, parts, values, site.clock, site.envelope, site.breakers, kept, mailbox)
