"""What an operator chooses for a local Plaid."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from keepless.sandbox.item import Readiness
from keepless.sandbox.limits import Regime

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 5002


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Options:
    """`port` 0 takes a free one. `latency_ms` is how long a call takes at least, its work included.

    `users_dir` holds custom-user JSON files, each a bank named like the file. With `credentials` (client id, secret)
    any other pair is refused; without, any that is not empty will do.
    """

    host: str = LOOPBACK
    port: int = DEFAULT_PORT
    latency_ms: float = 0
    users_dir: Path | None = None
    rate_limits: Regime = "sandbox"
    readiness: Readiness = field(default_factory=Readiness)
    credentials: tuple[str, str] | None = None
    webhook_retry_seconds: float = 30
    now: Callable[[], datetime] = utc_now
