"""Where a visitor's tier is asked for: banks to connect and trends. Days of history are asked for in `web.query`.

docs/tiers.md lists every place. The one table of what a tier has is core/tiers.py.
"""

from keepless.errors import NotInTier
from keepless.services.vault import MAX_BANKS, Vault
from keepless.web.visit import Visit


def require_banks(visit: Visit, vault: Vault, *, more: int = 1) -> None:
    """Raises NotInTier where the visitor's tier does not have so many banks more: before anything is asked of Plaid.

    Banks that are connected already stay, however many they are: a tier that got smaller takes none away. What no tier
    has is left to TooManyBanks.
    """
    most = visit.allowance.banks
    if most < MAX_BANKS and len(vault.banks) + more > most:
        raise NotInTier("banks", most)


def require_trends(visit: Visit) -> None:
    """Raises NotInTier where the visitor's tier has no trends."""
    if not visit.allowance.trends:
        raise NotInTier("trends")
