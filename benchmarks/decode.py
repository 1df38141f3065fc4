"""One page of 500 transactions, from its bytes to our models, beside the official SDK's own parse of the same bytes.

Both start from JSON bytes and end with values that a program can add up: ours with integers in minor units, the SDK's
with its models, strict type checks on as they are by default.
"""

import json
import time
from collections.abc import Callable
from statistics import median
from types import SimpleNamespace
from typing import Any

import plaid
from plaid.model.transactions_get_response import TransactionsGetResponse

from benchmarks.figures import row
from benchmarks.plaid_process import plaid_process
from keepless.adapters.plaid import pages, wire

OURS = 60
THEIRS = 3


def measure() -> list[dict[str, Any]]:
    with plaid_process() as local:
        body = local.page(local.connect("demo-3000"))
    assert len(json.loads(body)["transactions"]) == 500
    api = plaid.ApiClient(plaid.Configuration(host="http://127.0.0.1"))

    def official() -> Any:
        return api.deserialize(SimpleNamespace(data=body.decode()), (TransactionsGetResponse,), _check_type=True)

    assert len(official().transactions) == 500
    theirs = milliseconds(official, THEIRS)
    decoded = milliseconds(lambda: wire.transactions_page(body), OURS)
    whole = milliseconds(lambda: pages.reader({})(body), OURS)
    beside = f"the SDK's models {theirs:,.0f} ms, in the same run; {len(body) / 1000:,.0f} kB"
    return [
        row("decode of a page of 500, wire structs", decoded, "ms", None, beside),
        row("decode and mapping of a page of 500", whole, "ms", None, beside),
        row(
            "decode and mapping, part of the SDK's time",
            whole / theirs,
            "x",
            0.01,
            f"{theirs / whole:,.0f} times faster",
        ),
    ]


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median CPU time of `work`."""
    spent = []
    for _ in range(times):
        began = time.process_time()
        work()
        spent.append((time.process_time() - began) * 1000)
    return median(spent)
