"""What a billing service says about who has paid for which tier."""

from datetime import datetime
from typing import Protocol

import msgspec

from keepless.core.tiers import Tier


class TierChange(msgspec.Struct, frozen=True, kw_only=True):
    """One user has `tier` as of `at` (UTC): named by their UUID, or where that is "" by the address they paid with.

    `email` is as `core.email.normal` makes it. Of the service's own ids nothing is here: there is no place for them.
    """

    user_id: str
    email: str
    tier: Tier
    at: datetime

    def __repr__(self) -> str:
        return f"TierChange(tier={self.tier}, at={self.at})"


class BillingEvents(Protocol):
    """Tells a billing service's webhooks from forged ones, and what they say from what is not our concern."""

    def read(self, header: str, body: bytes) -> TierChange | None:
        """What the body says, where `header` signs exactly these bytes, now; None where it sets nobody's tier.

        Raises `errors.WebhookRefused`.
        """
        ...
