"""Sites with accounts, and people who have signed in there: what the tests of deleting share."""

import secrets
import sqlite3
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass

import msgspec
import psycopg
from flask.testing import FlaskClient
from support.website import Website, session_cookie, set_session, website

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sealing.keyring import generate
from keepless.adapters.sealing.receipts import is_signed
from keepless.core import receipt as receipts
from keepless.core.tiers import Tier
from keepless.services.accounts import row_id
from keepless.services.vault import Vault, decode, encode, new_vault
from keepless.web import bound
from keepless.web.opening import PURPOSE

EMAIL = "ana@example.test"
TABLES = ("users", "sessions", "trend_capsules", "reaper_envelopes")
NO_ROWS = dict.fromkeys(TABLES, 0)


@dataclass
class AccountSite(Website):
    """A site with a database, and short ways to the people in it."""

    stores: MemoryStores | None = None

    def sign_in(self, email: str = EMAIL, *, browser: FlaskClient | None = None, days: int = 7) -> FlaskClient:
        """A browser whose session is the account's, as after the mailed link was used. Copies are kept in its tier."""
        browser = browser or self.browser()
        vault, user = signed_in(self.stores.accounts, self.clock(), email, days=days)
        assert self.stores.accounts.set_tier(user, Tier.PRO, at=self.clock())
        set_session(browser, self.sealed(vault))
        return browser

    def sealed(self, vault: Vault) -> str:
        """The session's cookie with this in it."""
        return bound.together(self.envelope.seal(PURPOSE, encode(vault), user=vault.user), vault.user)

    def vault_of(self, browser: FlaskClient) -> Vault:
        sealed, user = bound.apart(session_cookie(browser))
        return decode(self.envelope.open(PURPOSE, sealed, user=user), user=user)

    def rows(self) -> dict[str, int]:
        """How many rows each table of the memory twin has."""
        held = self.stores.accounts._rows
        return dict(zip(TABLES, map(len, (held.users, held.sessions, held.capsules, held.envelopes)), strict=True))


def signed_in(store, now, email: str = EMAIL, *, days: int = 7) -> tuple[Vault, str]:
    """The vault of somebody who has just used a mailed link, without a bank yet; and their user id."""
    vault = new_vault(now, days=days, session_id=secrets.token_urlsafe(16), secret=secrets.token_bytes(16))
    link, until = secrets.token_hex(16), vault.expires_at
    store.ask(link, at=now, until=until)
    user = store.sign_in(
        link, email, new_user_id=str(uuid.uuid4()), session_id=row_id(vault.session_id), at=now, until=until
    )
    return msgspec.structs.replace(vault, user=user.id), user.id


def rows_in(url: str) -> dict[str, int]:
    """How many rows each table of a database has, asked without anything of ours."""
    counting = "SELECT count(*) FROM {}"
    file = url.removeprefix("sqlite:///")
    with closing(psycopg.connect(url) if file == url else sqlite3.connect(file)) as connection:
        return {table: connection.execute(counting.format(table)).fetchone()[0] for table in TABLES}


@contextmanager
def forgetting_site(plaid_url: str, *, accounts: bool = True, stores=None, keys: str | None = None, **options):
    """A site that can delete; with accounts in `stores`, which is this process's memory where none is given."""
    keys = keys or generate()
    stores = (stores or MemoryStores()) if accounts else None
    with website(plaid_url, keys=keys, stores=stores, **options) as made:
        fields = {name: getattr(made, name) for name in ("app", "parts", "site", "clock", "envelope", "breakers")}
        yield AccountSite(**fields, stores=stores)


def delete(browser: FlaskClient, **options):
    """What `DELETE /api/delete-me` answers."""
    return browser.delete("/api/delete-me", **options)


def receipt_of(site: AccountSite, answer) -> receipts.Receipt:
    """The receipt of an answer, its signature checked."""
    assert answer.status_code == 200, answer.text
    given, message = receipts.read(answer.data)
    assert any(is_signed(message, given.signature, key) for key in site.parts.receipts.public_keys())
    return given.receipt


def states(local_plaid) -> list[str]:
    """Of every item, by the local Plaid's own list."""
    return [item["state"] for item in local_plaid.items()]


def cookies_of(browser: FlaskClient) -> set[str]:
    return {key[2] for key in browser._cookies}
