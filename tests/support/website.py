"""The real application for tests: real sealing, session, adapter and pages; only the clock and the keys are ours."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from keepless.adapters.mail.local_mailbox import LocalMailbox
from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.plaid.webhooks import WebhookVerifier
from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_key
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.adapters.sealing.receipts import ReceiptKeys
from keepless.core.secret import Secret
from keepless.ports import Audit, Cache, Mailer
from keepless.services.accounts import Accounts
from keepless.services.breakers import GuardedPlaid
from keepless.services.keeping import Keeping
from keepless.services.recovery import Recovery
from keepless.services.trend_keeping import TrendKeeping
from keepless.services.vault import Vault, decode
from keepless.web.app import Parts, Site, create_app
from keepless.web.hints import HintsCookies
from keepless.web.metrics import Metrics
from keepless.web.session import LOCAL_NAME, PURPOSE, SessionCookie

NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there
METRICS_TOKEN = "m" * 8 + "0123456789abcdef0123456789abcdef"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
# Short enough for a test that lets Plaid be silent.
HASTY = Patience(connect=2.0, read=2.0, budget=5.0, tries=2)


class Clock:
    """Real time, moved by as much as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class Breakers:
    """Plaid behind breakers that a test closes with `close`, whatever the tests before it did."""

    def __init__(self, plaid: PlaidClient, clock: Clock) -> None:
        self._plaid = plaid
        self._clock = clock
        self.close()

    def close(self) -> None:
        self._guarded = GuardedPlaid(self._plaid, self._clock)

    def webhook_key(self, key_id: str):
        return self._guarded.always(self._plaid.webhook_key)(key_id)

    def __getattr__(self, name: str):
        return getattr(self._guarded, name)


@dataclass
class Website:
    """An application, and what a test turns about it."""

    app: Flask
    parts: Parts
    site: Site
    clock: Clock
    envelope: Envelope
    breakers: Breakers

    def browser(self) -> FlaskClient:
        """A new visitor on this machine, whose requests come from our own pages."""
        client = self.app.test_client()
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return client

    def raw_browser(self) -> FlaskClient:
        """A visitor without a cookie jar: the Cookie header of a request is sent as the test writes it."""
        client = self.app.test_client(use_cookies=False)
        client.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
        return client

    def connected(self, *access_tokens: str, browser: FlaskClient | None = None) -> FlaskClient:
        """A visitor with these banks, connected as a person does who pastes a token."""
        browser = browser or self.browser()
        for token in access_tokens:
            answer = browser.post("/setup", data={"access_token": token})
            assert answer.status_code == 303, answer.text
        return browser

    def vault_of(self, browser: FlaskClient) -> Vault:
        """What the visitor's cookie holds."""
        sealed = session_cookie(browser)
        assert sealed is not None
        return decode(self.envelope.open(PURPOSE, sealed))

    def count_anew(self) -> None:
        """Forgets how often what is limited was tried."""
        for limiter in self.app.extensions["limiter"]:
            limiter.reset()

    def with_parts(self, **parts) -> "Website":
        """The same site with other parts."""
        changed = replace(self.parts, **parts)
        return replace(self, parts=changed, app=create_app(self.site, changed))


@contextmanager
def website(
    plaid_url: str = NOWHERE,
    *,
    keys: str | None = None,
    environment: str = "local",
    patience: Patience = HASTY,
    cache: Cache | None = None,
    clock: Clock | None = None,
    stores=None,
    mailer: Mailer | None = None,
    audit: Audit | None = None,
    reaping=None,
    proxies: int = 0,
):
    """A site that asks the Plaid at `plaid_url`; of the hybrid edition where it is given a cache.

    It has accounts where it is given `stores` (MemoryStores or SqlStores): a local mailbox then takes the mails, unless
    a mailer is given.
    """
    clock = clock or Clock()
    accounts = Accounts(stores.accounts, clock) if stores is not None else None
    keyring = Keyring.parse(keys or new_key())
    envelope = Envelope(keyring, environment)
    metrics = Metrics()
    plaid = PlaidClient(
        plaid_url,
        "client-of-a-test",
        Secret("secret-of-a-test"),
        "local",
        clock=clock,
        patience=patience,
    )
    breakers = Breakers(plaid, clock)
    passphrases = PassphraseEnvelope()
    with ThreadPoolExecutor(8) as pool:
        site = Site(
            environment=environment,
            edition="stateless" if cache is None else "hybrid",
            version="0",
            link_script=f"{plaid_url}/link/v2/stable/link-initialize.js",
            link_origins=(plaid_url,),
            metrics_token=Secret(METRICS_TOKEN),
            proxies=proxies,
        )
        parts = Parts(
            plaid=breakers,
            webhooks=WebhookVerifier(breakers.webhook_key, clock=clock),
            sealer=envelope,
            session=SessionCookie(
                envelope,
                clock,
                on_unreadable=metrics.session_unreadable,
                accounts=accounts,
                **({} if reaping is None else {"cover": reaping.cover}),
            ),
            pool=pool,
            clock=clock,
            trends=TrendKeeping(CapsuleEnvelope(environment), passphrases),
            recovery=Recovery(envelope, passphrases.of_kind("recovery"), clock),
            receipts=ReceiptKeys(keyring),
            hints=HintsCookies(),
            metrics=metrics,
            accounts=accounts,
            mailer=mailer or (None if stores is None else LocalMailbox(clock, write=lambda _text: None)),
            capsules=None if stores is None else stores.capsules,
            audit=audit,
            reaping=reaping,
            keeping=None if cache is None else Keeping(cache, CopyEnvelope(keyring, environment), clock),
        )
        try:
            yield Website(create_app(site, parts), parts, site, clock, envelope, breakers)
        finally:
            plaid.close()


def session_cookie(client: FlaskClient) -> str | None:
    """The sealed text in the visitor's browser."""
    cookie = client.get_cookie(LOCAL_NAME)
    return None if cookie is None else cookie.value


def set_session(client: FlaskClient, sealed: str) -> None:
    client.set_cookie(LOCAL_NAME, sealed)


def sets_session(response) -> bool:
    """Whether the answer writes or clears the sealed cookie."""
    return any(line.startswith(f"{LOCAL_NAME}=") for line in response.headers.getlist("Set-Cookie"))
