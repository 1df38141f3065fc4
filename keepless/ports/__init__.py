"""What the services need from the outside, as small Protocols."""

from keepless.ports.accounts import (
    AccountStore,
    CapsuleStore,
    Deleted,
    ReaperEnvelope,
    ReaperOpener,
    ReaperSealer,
    ReaperStore,
    SessionRow,
    User,
)
from keepless.ports.audit import Audit
from keepless.ports.cache import Cache, Copy
from keepless.ports.clock import Clock
from keepless.ports.mail import Mail, Mailer
from keepless.ports.plaid import Connected, LinkToken, Plaid, Webhooks
from keepless.ports.sealing import CapsuleSealer, CopyOwner, CopySealer, PassphraseSealer, Sealer

__all__ = [
    "AccountStore",
    "Audit",
    "Cache",
    "CapsuleSealer",
    "CapsuleStore",
    "Clock",
    "Connected",
    "Copy",
    "CopyOwner",
    "CopySealer",
    "Deleted",
    "LinkToken",
    "Mail",
    "Mailer",
    "PassphraseSealer",
    "Plaid",
    "ReaperEnvelope",
    "ReaperOpener",
    "ReaperSealer",
    "ReaperStore",
    "Sealer",
    "SessionRow",
    "User",
    "Webhooks",
]
