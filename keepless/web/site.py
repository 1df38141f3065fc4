"""What the web layer is built from: the site's plain values and the parts that do its work."""

import secrets
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime

from keepless.core.secret import Secret
from keepless.ports import Audit, CapsuleStore, Clock, Mailer, Plaid, Sealer, Webhooks
from keepless.services.accounts import Accounts
from keepless.services.billing import Billing
from keepless.services.endings import Endings
from keepless.services.keeping import Keeping
from keepless.services.reaping import Reaping
from keepless.services.receipts import PublicKey, ReceiptSigner
from keepless.services.recovery import Recovery
from keepless.services.trend_keeping import TrendKeeping
from keepless.services.turns import Turns
from keepless.web.hints import HintsCookies
from keepless.web.metrics import Metrics
from keepless.web.session import SessionCookie


@dataclass(frozen=True, kw_only=True)
class Site:
    """Plain values of one installation; nothing here is read from the environment below `config`."""

    environment: str  # local, sandbox or production: which Plaid
    edition: str  # stateless or hybrid
    version: str
    link_script: str  # address of Plaid's link-initialize.js, or of the local Plaid's stand-in
    link_origins: tuple[str, ...]  # origins that Link frames and calls, as CSP sources
    history_days: int = 90
    max_history_days: int = 730  # as far as Plaid's transactions go back
    redirect_uri: str | None = None  # where banks with a page of their own send people back to; see web.oauth
    metrics_token: Secret | None = None  # reads /metrics from elsewhere than this machine
    log_key: Secret | None = None  # keys the hashes that stand for ids in logs; a new one for each process where None
    metrics_open_here: bool = True  # /metrics without a token for this machine; not where a proxy may be on it
    public_url: str | None = None  # what links in mails begin with, and receipts are signed for; None: the request's
    proxies: int = 0  # in front of us, each of which adds to X-Forwarded-For
    audit_keys: tuple[PublicKey, ...] = ()  # the audit trail's are published, the newest first
    audit_days: int | None = None  # how long lines of the audit trail are kept; None: that is the operator's matter
    limits_storage: Secret | None = None  # where attempts are counted (REDIS_URL); None: this process's memory


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The working parts, made in `bootstrap`. `pool` reads the banks of a session side by side."""

    plaid: Plaid
    webhooks: Webhooks
    sealer: Sealer
    session: SessionCookie
    pool: Executor
    clock: Clock
    trends: TrendKeeping
    recovery: Recovery
    receipts: ReceiptSigner
    hints: HintsCookies = field(default_factory=HintsCookies)
    metrics: Metrics = field(default_factory=Metrics)
    keeping: Keeping | None = None  # the sealed copies of the hybrid edition
    accounts: Accounts | None = None  # with DATABASE_URL; so are the next three
    mailer: Mailer | None = None
    capsules: CapsuleStore | None = None
    billing: Billing | None = None  # with BILLING_WEBHOOK_SECRET
    reaping: Reaping | None = None  # with REAPER_PUBLIC_KEY
    audit: Audit | None = None
    endings: Endings = field(init=False)
    turns: Turns = field(init=False)
    started_at: datetime = field(init=False)  # UTC

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", Turns(self.clock, self.keeping))
        object.__setattr__(self, "endings", Endings(self.clock, secrets.token_bytes(32)))
        object.__setattr__(self, "started_at", self.clock())
