"""What each tier allows: one small table, and no other place that knows a tier by its name."""

from enum import StrEnum

import msgspec


class Tier(StrEnum):
    FREE = "free"
    PRO = "pro"
    ENTERPRISE = "enterprise"


class Allowance(msgspec.Struct, frozen=True, kw_only=True):
    """`history_days` is how far back a visitor may look, `banks` how many they may connect."""

    history_days: int
    banks: int
    cache: bool
    trends: bool
    audit_export: bool


EVERYTHING = Allowance(history_days=730, banks=20, cache=True, trends=True, audit_export=True)

BY_TIER: dict[Tier, Allowance] = {
    Tier.FREE: Allowance(history_days=90, banks=2, cache=False, trends=False, audit_export=False),
    Tier.PRO: Allowance(history_days=730, banks=20, cache=True, trends=True, audit_export=False),
    Tier.ENTERPRISE: EVERYTHING,
}


def allowance_of(tier: Tier | None, *, has_tiers: bool) -> Allowance:
    """What a visitor may do. Where there are no tiers everything is on; without an account it is the free one."""
    return BY_TIER[tier or Tier.FREE] if has_tiers else EVERYTHING
