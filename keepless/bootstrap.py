"""The composition root: the one place where adapters meet services."""

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from flask import Flask

from keepless import __version__
from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import LinkSettings
from keepless.adapters.plaid.webhooks import WebhookVerifier
from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.config import KEEP_CONNECTED_DAYS, Settings
from keepless.core.secret import Secret
from keepless.errors import ConfigError
from keepless.ports import Clock
from keepless.services.breakers import GuardedPlaid
from keepless.services.keeping import Keeping
from keepless.services.trend_keeping import TrendKeeping
from keepless.web.app import Parts, Site, create_app
from keepless.web.hints import HintsCookies
from keepless.web.metrics import Metrics
from keepless.web.session import SessionCookie

# Banks that one process reads at the same moment, over all its requests. Each asks for its pages in the adapter's own
# pool, so that a bank that waits never keeps another's pages waiting.
BANKS_AT_ONCE = 64


def utc_now() -> datetime:
    return datetime.now(UTC)


def build_app(settings: Settings, *, clock: Clock = utc_now) -> Flask:
    """The WSGI application of the edition that the settings choose. Raises ConfigError."""
    if not settings.use_stateless:
        raise ConfigError(
            "USE_STATELESS=false: the database edition is not built yet; unset USE_STATELESS or set it to true"
        )
    keyring = Keyring.parse(settings.token_encryption_key.reveal(), expected_key_id=settings.expected_key_id)
    sealer = Envelope(keyring, settings.plaid.environment)
    plaid = PlaidClient(
        settings.plaid.base_url,
        settings.plaid.client_id,
        settings.plaid.secret,
        settings.plaid.environment,
        clock=clock,
        link=LinkSettings(webhook=settings.webhook_url),
        recurring=settings.plaid.recurring,
    )
    guarded = GuardedPlaid(plaid, clock)
    keeping = None
    if settings.redis_url is not None:
        # Here, because its client costs a tenth of the start, and most installations have no cache.
        from keepless.adapters.valkey.cache import ValkeyCache  # noqa: PLC0415

        cache = ValkeyCache(settings.redis_url, clock)
        keeping = Keeping(cache, CopyEnvelope(keyring, settings.plaid.environment), clock)
    metrics = Metrics()
    session = SessionCookie(
        sealer,
        clock,
        days=settings.session_days,
        keep_days=KEEP_CONNECTED_DAYS,
        https_only=settings.https_only,
        on_unreadable=metrics.session_unreadable,
    )
    site = Site(
        environment=settings.plaid.environment,
        edition="stateless" if keeping is None else "hybrid",
        version=__version__,
        link_script=settings.plaid.link_script,
        link_origins=tuple(dict.fromkeys((settings.plaid.link_origin, settings.plaid.base_url))),
        metrics_token=settings.metrics_token,
        metrics_open_here=not settings.https_only,
        redirect_uri=settings.redirect_uri,
        log_key=_subkey(settings.flask_secret_key, "log"),
    )
    parts = Parts(
        plaid=guarded,
        webhooks=WebhookVerifier(guarded.always(plaid.webhook_key), clock=clock),
        sealer=sealer,
        session=session,
        pool=ThreadPoolExecutor(BANKS_AT_ONCE, thread_name_prefix="banks"),
        clock=clock,
        trends=TrendKeeping(CapsuleEnvelope(settings.plaid.environment), PassphraseEnvelope()),
        hints=HintsCookies(https_only=settings.https_only),
        metrics=metrics,
        keeping=keeping,
    )
    return create_app(site, parts)


def _subkey(secret: Secret, purpose: str) -> Secret:
    """One key per purpose, so that none is ever used for two things."""
    return Secret(hmac.digest(secret.reveal().encode(), purpose.encode(), hashlib.sha256).hex())
