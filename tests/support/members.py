"""A site with accounts for the tests of tiers: users are put into the store, and browsers are given their cookies."""

import secrets
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from flask.testing import FlaskClient
from support.stripe_events import SECRET
from support.website import Website, set_session

from keepless.adapters.billing import StripeEvents
from keepless.adapters.memory_accounts import MemoryStores
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.services.accounts import Accounts, row_id
from keepless.services.billing import Billing
from keepless.services.vault import encode, new_vault
from keepless.web.bound import together
from keepless.web.session import PURPOSE, SessionCookie

DAYS = 7


@dataclass
class Club:
    """A site with accounts, over stores of its own."""

    site: Website
    stores: object

    def member(self, tier: str = "free", *tokens: str, email: str = "ana@example.test") -> FlaskClient:
        """A browser in which the user of this address has just signed in, with these banks connected."""
        session_id, now = secrets.token_urlsafe(16), self.site.clock()
        link = secrets.token_hex(32)
        self.stores.accounts.ask(link, at=now, until=now + timedelta(minutes=15))
        user = self.stores.accounts.sign_in(
            link,
            email,
            new_user_id=str(uuid5(NAMESPACE_URL, email)),
            session_id=row_id(session_id),
            at=now,
            until=now + timedelta(days=DAYS),
        )
        self.set_tier(tier, email=email)
        vault = new_vault(now, days=DAYS, session_id=session_id, secret=secrets.token_bytes(16))
        browser = self.site.browser()
        sealed = self.site.envelope.seal(PURPOSE, encode(vault), user=user.id)
        set_session(browser, together(sealed, user.id))
        return self.site.connected(*tokens, browser=browser)

    def user(self, email: str = "ana@example.test"):
        return self.stores.accounts.find(email)

    def set_tier(self, tier: str, *, email: str = "ana@example.test") -> None:
        assert self.stores.accounts.set_tier(self.user(email).id, Tier(tier), at=self.site.clock())

    def end_sessions(self, email: str = "ana@example.test") -> None:
        user_id = self.user(email).id
        self.stores.accounts.end(user_id, [row.id for row in self.stores.accounts.sessions(user_id)], reap_from=None)


@contextmanager
def club(site: Website, stores=None, **parts):
    """The same site with accounts; `parts` replaces others of its parts."""
    stores = stores or MemoryStores()
    accounts = Accounts(stores.accounts, site.clock)
    changed = site.with_parts(
        accounts=accounts,
        capsules=stores.capsules,
        billing=Billing(StripeEvents(Secret(SECRET), site.clock), stores.accounts, site.clock),
        session=SessionCookie(site.envelope, site.clock, accounts=accounts),
        **parts,
    )
    yield Club(replace(changed), stores)
