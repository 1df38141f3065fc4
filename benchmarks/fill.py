"""The first fill of a cache, both ways: a cursor and then all pages at once, or a sync from the beginning.

Both tell the whole history of two years, but each page of a sync waits for the cursor of the one before. The local
Plaid runs in a process of its own, so that this process's CPU is the adapter's alone.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.fetch import utc_now
from benchmarks.figures import Times, cpu, row, wall
from benchmarks.plaid_process import PlaidProcess, plaid_process
from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import BankRef, Transaction
from keepless.core.secret import Secret

LATENCY_MS = 100
RUNS = 3
TWO_YEARS = timedelta(days=730)
BANK = BankRef("", "", "")


def measure() -> list[dict[str, Any]]:
    with plaid_process(latency_ms=LATENCY_MS) as plaid:
        return [figure for recent in (3_000, 20_000) for figure in _measure(plaid, recent)]


def _measure(plaid: PlaidProcess, recent: int) -> list[dict[str, Any]]:
    """The figures of a household that had so many transactions in the last 90 days."""
    client = PlaidClient(plaid.url, "bench", Secret("bench"), "local", clock=utc_now)
    token, today = Secret(plaid.connect(f"demo-{recent}")), utc_now().date()

    def pages() -> list[Transaction]:
        assert client.cursor_now(token, BANK)
        return client.fetch(token, BANK, start=today - TWO_YEARS, end=today, expected=None).transactions

    def sync() -> tuple[Transaction, ...]:
        return client.sync(token, BANK, cursor="").upserted

    rows = set(pages())
    assert rows == set(sync())
    at_once, in_turn = timed(pages, len(rows)), timed(sync, len(rows))
    client.close()
    two_years = f"two years with {recent:,} transactions in 90 days"
    waits = f"{wall(at_once):,.0f} ms beside {wall(in_turn):,.0f} ms, {len(rows):,} in all, {LATENCY_MS} ms a call"
    return [
        row(f"first fill, pages at once beside a sync: {two_years}", wall(at_once) / wall(in_turn), "x", 1, waits),
        row(f"the adapter's CPU for it: {two_years}", cpu(at_once), "ms", None, f"a sync: {cpu(in_turn):.1f} ms"),
    ]


def timed(fill: Callable[[], list[Transaction] | tuple[Transaction, ...]], count: int) -> Times:
    """The same fill RUNS times."""
    times: Times = []
    for _ in range(RUNS):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        found = fill()
        spent, taken = time.process_time() - cpu_start, time.perf_counter() - wall_start
        assert len(found) == count
        times.append((taken * 1000, spent * 1000))
    return times
