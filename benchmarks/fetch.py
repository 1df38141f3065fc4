"""One bank read live over real connections, beside the slowest single call to Plaid.

The local Plaid runs in a process of its own, so that this process's CPU is the adapter's alone: posting, reading,
inflating where asked, decoding and mapping. What a visit adds to that is measured in `dashboard`.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.figures import Times, cpu, row, usual_cpu, wall
from benchmarks.plaid_process import DAYS, PlaidProcess, plaid_process
from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import BankRef
from keepless.core.secret import Secret

LATENCY_MS = 300
RUNS = 9


def measure() -> list[dict[str, Any]]:
    with plaid_process(latency_ms=LATENCY_MS) as plaid:
        single = plaid.slowest_call_ms("demo-3000")
        first = fetches(plaid, "demo-3000", 3_000, hinted=False)
        after = fetches(plaid, "demo-3000", 3_000, hinted=True)
        packed = fetches(plaid, "demo-3000", 3_000, hinted=True, compress=True)
        huge = fetches(plaid, "demo-20000", 20_000, hinted=True)
    beside = f"slowest single call {single:.0f} ms"
    inflating = f"median {usual_cpu(after):.1f} ms; with gzip {cpu(packed):.1f}, median {usual_cpu(packed):.1f} ms"
    return [
        row("cold fetch, 3,000 transactions, first visit", wall(first) / single, "x", 2.15, beside),
        row("cold fetch, 3,000 transactions, after", wall(after) / single, "x", 1.15, beside),
        row("the adapter's CPU, 3,000 transactions", cpu(after), "ms", None, inflating),
        row("the adapter's CPU, 20,000 transactions", cpu(huge), "ms", None, f"median {usual_cpu(huge):.1f} ms"),
        row("cold fetch, 20,000 transactions, after", wall(huge) / single, "x", None, beside),
    ]


def fetches(plaid: PlaidProcess, user: str, count: int, *, hinted: bool, compress: bool = False) -> Times:
    """The same fetch RUNS times, after one that opens the connections and is not counted."""
    client = PlaidClient(plaid.url, "bench", Secret("bench"), "local", clock=utc_now, compress=compress)
    token, bank, today = Secret(plaid.connect(user)), BankRef("", "", ""), utc_now().date()
    times: Times = []
    for _ in range(RUNS + 1):
        wall_start, cpu_start = time.perf_counter(), time.process_time()
        snapshot = client.fetch(
            token, bank, start=today - timedelta(days=DAYS), end=today, expected=count if hinted else None
        )
        spent, taken = time.process_time() - cpu_start, time.perf_counter() - wall_start
        assert (len(snapshot.transactions), snapshot.liabilities_problem) == (count, None)
        times.append((taken * 1000, spent * 1000))
    client.close()
    return times[1:]


def utc_now() -> datetime:
    return datetime.now(UTC)
