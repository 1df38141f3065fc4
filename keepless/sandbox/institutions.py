"""The banks of the local Plaid: the Sandbox's documented ones, invented ones, and one per file of `--users`."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

PRODUCTS = ("auth", "balance", "identity", "liabilities", "recurring_transactions", "transactions")
# What an item can be made with; balance is asked for per call and is no such product.
LINKABLE = frozenset(PRODUCTS) - {"balance"}
# Banks whose balances are as fresh as asked for (docs/plaid.md 5.8), and where accounts keep their id over re-links.
CAPITAL_ONE = "ins_128026"
APPLE_CARD = "ins_136439"
PERSISTENT_IDS = frozenset({"ins_56", "ins_13", "ins_127990", "ins_127287"})


@dataclass(frozen=True, slots=True)
class Institution:
    """`refusal` is the error code that linking and live calls answer with; `user_file` the custom user it serves."""

    id: str
    name: str
    country: str = "US"
    oauth: bool = False
    refusal: str | None = None
    health: str = "HEALTHY"
    user_file: str | None = None
    color: str = "#2b5d52"

    def as_json(self, *, with_metadata: bool, with_status: bool, now: datetime) -> dict[str, Any]:
        """The institution object (docs/plaid.md 5.14). `connection_availability` is one the SDK insists on."""
        fields: dict[str, Any] = {
            "connection_availability": "SUPPORTED",
            "country_codes": [self.country],
            "dtc_numbers": [],
            "institution_id": self.id,
            "name": self.name,
            "oauth": self.oauth,
            "products": list(PRODUCTS),
            "routing_numbers": [],
        }
        if with_metadata:
            fields |= {"logo": None, "primary_color": self.color, "url": None}
        if with_status:
            fields["status"] = {
                name: _status(self.health, now)
                for name in ("item_logins", "liabilities_updates", "transactions_updates")
            }
        return fields


def _status(health: str, now: datetime) -> dict[str, Any]:
    success = {"HEALTHY": 0.98, "DEGRADED": 0.6}.get(health, 0.0)
    return {
        "breakdown": {
            "error_institution": round(1 - success, 2),
            "error_plaid": 0.0,
            "refresh_interval": "NORMAL",
            "success": success,
        },
        "last_status_change": now.replace(microsecond=0),
        "status": health,
    }


DEFAULT = "ins_109508"
_KNOWN = (
    Institution(DEFAULT, "First Platypus Bank"),
    Institution("ins_109509", "First Gingham Credit Union"),
    Institution("ins_109510", "Tattersall Federal Credit Union"),
    Institution("ins_109511", "Tartan Bank"),
    Institution("ins_109512", "Houndstooth Bank"),
    Institution("ins_130016", "First Platypus Balance Bank"),
    Institution("ins_43", "Tartan-Dominion Bank of Canada", country="CA"),
    Institution("ins_127287", "Platypus OAuth Bank", oauth=True),
    Institution("ins_132363", "Unhealthy Platypus Bank - Degraded", health="DEGRADED"),
    Institution("ins_132361", "Unhealthy Platypus Bank - Institution Down", health="DOWN", refusal="INSTITUTION_DOWN"),
    Institution("ins_133402", "Unsupported Platypus Bank", refusal="INSTITUTION_NO_LONGER_SUPPORTED"),
    Institution("ins_117650", "Royal Bank of Plaid", country="GB"),
    Institution("ins_116834", "Flexible Platypus Bank", country="GB"),
    Institution("ins_3", "Chase", oauth=True),
    Institution("ins_56", "Chase", oauth=True),
    Institution("ins_13", "PNC", oauth=True),
    Institution("ins_127990", "U.S. Bank", oauth=True),
    Institution(CAPITAL_ONE, "Capital One", oauth=True),
    Institution(APPLE_CARD, "Apple Card", oauth=True),
    Institution("ins_900001", "Harbour Bank", color="#1f4e79"),
    Institution("ins_900002", "Northfield Savings", color="#6b4423"),
    Institution("ins_900003", "Lantern Cards", color="#7a2e4f"),
)
# What the Link stand-in offers first; the others are found by search or id.
FEATURED = (DEFAULT, "ins_900001", "ins_900002", "ins_900003", "ins_109509", "ins_109511", "ins_127287", "ins_132361")


def file_institution(stem: str) -> Institution:
    """The bank that serves one custom-user file. Its id depends on the name alone, so it survives restarts."""
    return Institution(f"ins_8{zlib.crc32(stem.encode()):010d}", stem, user_file=stem)


class Directory:
    """All banks by id."""

    def __init__(self, user_files: Iterable[str]) -> None:
        own = tuple(file_institution(stem) for stem in sorted(user_files))
        self._by_id = {each.id: each for each in (*_KNOWN, *own)}
        self.featured = (*(self._by_id[each] for each in FEATURED), *own)

    @property
    def by_id(self) -> Mapping[str, Institution]:
        return MappingProxyType(self._by_id)

    def search(self, query: str, countries: Iterable[str], *, oauth: bool | None) -> list[Institution]:
        """The ten best by name: those that begin with the query first. Letter case does not matter."""
        wanted, text = set(countries), query.casefold().strip()
        found = [
            each
            for each in self._by_id.values()
            if text in each.name.casefold() and each.country in wanted and oauth in (None, each.oauth)
        ]
        return sorted(found, key=lambda each: not each.name.casefold().startswith(text))[:10]
