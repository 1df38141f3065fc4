"""Who has paid: what the billing service's webhooks say becomes a user's tier, and nothing else of it is kept."""

from datetime import timedelta
from enum import StrEnum

import msgspec

from keepless.core.tiers import Tier
from keepless.ports import AccountStore, Clock
from keepless.ports.billing import BillingEvents, TierChange

AHEAD = timedelta(minutes=5)  # that the service's clock may be ahead of ours


class Outcome(StrEnum):
    SET = "set"
    # No concern of ours, nobody's here, or older than the tier that the user has. One word: who has an account is not
    # told, though the asker is known.
    IGNORED = "ignored"


class Billed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a webhook. `user_id` and `tier` are there where a tier was set."""

    outcome: Outcome
    user_id: str = ""
    tier: Tier | None = None

    def __repr__(self) -> str:
        return f"Billed(outcome={self.outcome})"


class Billing:
    """Sets tiers by what the billing service has signed. Events may come in any order, late, and more than once."""

    def __init__(self, events: BillingEvents, store: AccountStore, clock: Clock) -> None:
        self._events = events
        self._store = store
        self._clock = clock

    def receive(self, header: str, body: bytes) -> Billed:
        """Verifies a webhook and does what it says. Raises WebhookRefused, AccountsFault.

        The store takes no tier that is older than the user's, so that neither order nor repetition matters.
        """
        change = self._events.read(header, body)
        if change is None:
            return Billed(outcome=Outcome.IGNORED)
        user_id = change.user_id or self._by_address(change)
        # A time far ahead would keep everybody else, the operator too, from setting the tier until it has come.
        at = min(change.at, self._clock() + AHEAD)
        if not user_id or not self._store.set_tier(user_id, change.tier, at=at):
            return Billed(outcome=Outcome.IGNORED)
        return Billed(outcome=Outcome.SET, user_id=user_id, tier=change.tier)

    def _by_address(self, change: TierChange) -> str:
        user = self._store.find(change.email)
        return user.id if user is not None else ""
