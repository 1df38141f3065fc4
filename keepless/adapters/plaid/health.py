"""What is known of Plaid from the calls made so far."""

from collections.abc import Mapping
from datetime import datetime  # noqa: TC003 - as in the signatures beside it

from keepless.errors import Action, PlaidFault
from keepless.ports import Clock

# A bank's outage, and one visitor's too many calls: Plaid itself answered.
_NOT_PLAIDS = frozenset({"INSTITUTION_ERROR", "RATE_LIMIT_EXCEEDED"})


class Health:
    """Remembers the last success and the last failure; nothing of whom they were about."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._success: datetime | None = None
        self._failure: tuple[datetime, str] | None = None

    def succeeded(self) -> None:
        self._success = self._clock()

    def failed(self, fault: PlaidFault) -> None:
        """Notes `fault` where it is Plaid's or this installation's: a login that expired is no failure of Plaid's."""
        if fault.action is Action.OPERATOR or (fault.action is Action.RETRY and fault.error_type not in _NOT_PLAIDS):
            self._failure = (self._clock(), fault.code)

    def report(self) -> Mapping[str, object]:
        """`last_success` and `last_failure` (UTC, or None) and `last_failure_code`."""
        at, code = self._failure or (None, None)
        return {"last_success": self._success, "last_failure": at, "last_failure_code": code}
