"""The composition root: the one place where adapters meet services.

What an installation can do without is imported where it is asked for: it costs time at start, and memory.
"""

import hashlib
import hmac
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from flask import Flask

from keepless import __version__
from keepless.adapters.audit.keys import audit_keys
from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import LinkSettings
from keepless.adapters.plaid.webhooks import WebhookVerifier
from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.adapters.sealing.receipts import ReceiptKeys
from keepless.config import KEEP_CONNECTED_DAYS, Settings
from keepless.core.secret import Secret
from keepless.errors import ConfigError
from keepless.ports import AccountStore, Audit, CapsuleStore, Clock, Mailer
from keepless.services.accounts import Accounts
from keepless.services.billing import Billing
from keepless.services.breakers import GuardedPlaid
from keepless.services.keeping import Keeping
from keepless.services.reaping import Reaping
from keepless.services.receipts import PublicKey
from keepless.services.recovery import Recovery
from keepless.services.trend_keeping import TrendKeeping
from keepless.web import logs
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
    metrics = Metrics()
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
    passphrases = PassphraseEnvelope()
    members = _members(settings, clock, metrics)
    accounts = Accounts(members.store, clock) if members.store else None
    session = SessionCookie(
        sealer,
        clock,
        days=settings.session_days,
        keep_days=KEEP_CONNECTED_DAYS,
        https_only=settings.https_only,
        on_unreadable=metrics.session_unreadable,
        accounts=accounts,
        **({"cover": members.reaping.cover} if members.reaping else {}),
    )
    parts = Parts(
        plaid=guarded,
        webhooks=WebhookVerifier(guarded.always(plaid.webhook_key), clock=clock),
        sealer=sealer,
        session=session,
        pool=ThreadPoolExecutor(BANKS_AT_ONCE, thread_name_prefix="banks"),
        clock=clock,
        trends=TrendKeeping(CapsuleEnvelope(settings.plaid.environment), passphrases),
        recovery=Recovery(sealer, passphrases.of_kind("recovery"), clock),
        hints=HintsCookies(https_only=settings.https_only),
        metrics=metrics,
        keeping=_keeping(settings, keyring, clock),
        receipts=ReceiptKeys(keyring),
        accounts=accounts,
        mailer=members.mailer,
        capsules=members.capsules,
        billing=members.billing,
        reaping=members.reaping,
        audit=_audit(settings, keyring, clock, metrics),
    )
    return create_app(_site(settings, keyring), parts)


def _site(settings: Settings, keyring: Keyring) -> Site:
    return Site(
        environment=settings.plaid.environment,
        edition="stateless" if settings.redis_url is None else "hybrid",
        version=__version__,
        link_script=settings.plaid.link_script,
        link_origins=tuple(dict.fromkeys((settings.plaid.link_origin, settings.plaid.base_url))),
        metrics_token=settings.metrics_token,
        metrics_open_here=not (settings.https_only or settings.proxies),
        redirect_uri=settings.redirect_uri,
        log_key=_subkey(settings.flask_secret_key, "log"),
        public_url=settings.public_url,
        proxies=settings.proxies,
        audit_keys=msgspec.convert([msgspec.to_builtins(key) for key in audit_keys(keyring)], tuple[PublicKey, ...]),
        audit_days=settings.audit.days if settings.audit and settings.audit.folder else None,
        limits_storage=_limits_storage(settings),
    )


def _limits_storage(settings: Settings) -> Secret | None:
    """Where attempts are counted: beside the sealed copies, else in this process."""
    if settings.redis_url is None:
        return None
    from keepless.adapters.valkey.attempts import storage_at  # noqa: PLC0415

    return storage_at(settings.redis_url)


def _keeping(settings: Settings, keyring: Keyring, clock: Clock) -> Keeping | None:
    """The sealed copies of the hybrid edition."""
    if settings.redis_url is None:
        return None
    from keepless.adapters.valkey.cache import ValkeyCache  # noqa: PLC0415

    return Keeping(ValkeyCache(settings.redis_url, clock), CopyEnvelope(keyring, settings.plaid.environment), clock)


@dataclass(frozen=True, slots=True)
class _Members:
    """What there is where there are accounts."""

    store: AccountStore | None = None
    capsules: CapsuleStore | None = None
    mailer: Mailer | None = None
    billing: Billing | None = None
    reaping: Reaping | None = None


def _members(settings: Settings, clock: Clock, metrics: Metrics) -> _Members:
    chosen = settings.accounts
    if chosen is None:
        return _Members()
    from keepless.adapters.billing import StripeEvents  # noqa: PLC0415
    from keepless.adapters.mail.address import parse  # noqa: PLC0415
    from keepless.adapters.mail.local_mailbox import LocalMailbox  # noqa: PLC0415
    from keepless.adapters.mail.smtp import SmtpMailer  # noqa: PLC0415
    from keepless.adapters.sealing.reaper import Installation, ReaperSeal  # noqa: PLC0415
    from keepless.adapters.sql.stores import make_stores  # noqa: PLC0415

    stores = make_stores(chosen.database_url)
    reaping = None
    if chosen.reaper_public_key is not None:
        installation = Installation(settings.plaid.environment, settings.plaid.client_id)
        seal = ReaperSeal.parse(chosen.reaper_public_key, installation)
        reaping = Reaping(stores.reaper, seal, str(installation), on_fault=metrics.reaper_uncovered)
    return _Members(
        store=stores.accounts,
        capsules=stores.capsules,
        mailer=SmtpMailer(parse(chosen.mail_url), clock) if chosen.mail_url else LocalMailbox(clock),
        billing=Billing(StripeEvents(chosen.billing_secret, clock), stores.accounts, clock)
        if chosen.billing_secret
        else None,
        reaping=reaping,
    )


def _audit(settings: Settings, keyring: Keyring, clock: Clock, metrics: Metrics) -> Audit | None:
    """The audit trail, where AUDIT_LOG asks for one."""
    if settings.audit is None:
        return None
    from keepless.adapters.audit.folder import FolderSink  # noqa: PLC0415
    from keepless.adapters.audit.keys import AuditSigner  # noqa: PLC0415
    from keepless.adapters.audit.stdout import StdoutSink  # noqa: PLC0415
    from keepless.services.audit import AuditTrail  # noqa: PLC0415

    signer = AuditSigner(keyring)
    folder = settings.audit.folder
    trail = AuditTrail(
        StdoutSink(signer, clock) if folder is None else FolderSink(folder, signer, days=settings.audit.days),
        clock,
        settings.flask_secret_key,
        on_outcome=metrics.audit_line,
        on_fault=logs.note_failing_audit,
    )
    trail.tidy()
    return trail


def _subkey(secret: Secret, purpose: str) -> Secret:
    """One key per purpose, so that none is ever used for two things."""
    return Secret(hmac.digest(secret.reveal().encode(), purpose.encode(), hashlib.sha256).hex())
