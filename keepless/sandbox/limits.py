"""Plaid's rate limits: calls in the last minute, per item and per client (docs/plaid.md, section 3)."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from keepless.sandbox.problem import PlaidProblem

Regime = Literal["production", "sandbox", "off"]
REGIMES: tuple[Regime, ...] = ("production", "sandbox", "off")
_WINDOW = timedelta(minutes=1)
_SWEEP_EVERY = 10_000  # calls; then items that have long been silent are forgotten


class Limit(NamedTuple):
    """Calls a minute; None where an endpoint knows no item."""

    per_item: int | None
    per_client: int
    code: str
    client_code: str | None = None


# Where Plaid documents no code, the generic one stands.
LIMITS: dict[Regime, dict[str, Limit]] = {
    "production": {
        "/accounts/get": Limit(15, 15_000, "ACCOUNTS_LIMIT"),
        "/accounts/balance/get": Limit(5, 1_200, "BALANCE_LIMIT", "ACCOUNTS_BALANCE_GET_LIMIT"),
        "/item/get": Limit(15, 5_000, "ITEM_GET_LIMIT"),
        "/item/remove": Limit(30, 2_000, "RATE_LIMIT"),
        "/transactions/get": Limit(30, 20_000, "TRANSACTIONS_LIMIT"),
        "/transactions/sync": Limit(50, 2_500, "TRANSACTIONS_SYNC_LIMIT"),
        "/transactions/recurring/get": Limit(20, 1_000, "RATE_LIMIT"),
        "/transactions/refresh": Limit(2, 100, "TRANSACTIONS_REFRESH_LIMIT"),
        "/liabilities/get": Limit(15, 1_000, "RATE_LIMIT"),
        "/institutions/get_by_id": Limit(None, 400, "INSTITUTIONS_GET_BY_ID_LIMIT"),
        "/sandbox/transactions/create": Limit(2, 50, "RATE_LIMIT"),
    },
    "sandbox": {
        "/accounts/get": Limit(100, 5_000, "ACCOUNTS_LIMIT"),
        "/accounts/balance/get": Limit(25, 100, "BALANCE_LIMIT", "ACCOUNTS_BALANCE_GET_LIMIT"),
        "/item/get": Limit(40, 5_000, "ITEM_GET_LIMIT"),
        "/item/remove": Limit(100, 500, "RATE_LIMIT"),
        "/transactions/get": Limit(80, 1_000, "TRANSACTIONS_LIMIT"),
        "/transactions/sync": Limit(50, 1_000, "TRANSACTIONS_SYNC_LIMIT"),
        "/transactions/recurring/get": Limit(20, 1_000, "RATE_LIMIT"),
        "/transactions/refresh": Limit(2, 100, "TRANSACTIONS_REFRESH_LIMIT"),
        "/liabilities/get": Limit(10, 1_000, "RATE_LIMIT"),
        "/institutions/get_by_id": Limit(None, 400, "INSTITUTIONS_GET_BY_ID_LIMIT"),
        "/sandbox/transactions/create": Limit(2, 50, "RATE_LIMIT"),
    },
    "off": {},
}


class RateLimiter:
    """Counts the calls of the last minute. Calls that were refused do not count."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self._calls: defaultdict[tuple[str, str], deque[datetime]] = defaultdict(deque)
        self._until_sweep = _SWEEP_EVERY

    def admit(self, endpoint: str, *, item_id: str | None, client_id: str, now: datetime) -> None:
        """Counts a call. Raises PlaidProblem (429) where the item or the client is over its limit."""
        limit = LIMITS[self.regime].get(endpoint)
        if limit is None:
            return
        self._sweep(now)
        by_client = self._recent((endpoint, f"client:{client_id}"), now)
        counted = [by_client]
        if item_id and limit.per_item is not None:
            by_item = self._recent((endpoint, f"item:{item_id}"), now)
            if len(by_item) >= limit.per_item:
                raise PlaidProblem(limit.code)
            counted.append(by_item)
        if len(by_client) >= limit.per_client:
            raise PlaidProblem(limit.client_code or limit.code)
        for calls in counted:
            calls.append(now)

    def clear(self) -> None:
        self._calls.clear()

    def _sweep(self, now: datetime) -> None:
        self._until_sweep -= 1
        if self._until_sweep <= 0:
            self._until_sweep = _SWEEP_EVERY
            for key in [key for key, calls in self._calls.items() if not calls or calls[-1] <= now - _WINDOW]:
                del self._calls[key]

    def _recent(self, key: tuple[str, str], now: datetime) -> deque[datetime]:
        calls = self._calls[key]
        while calls and calls[0] <= now - _WINDOW:
            calls.popleft()
        return calls
