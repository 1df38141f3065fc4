"""The sealed cache: what a hit, a refresh and a miss cost, and a hit beside the two usual ways of keeping rows.

Requests go through the WSGI application as in `dashboard`; Valkey, from its wheel and over a Unix socket, and the local
Plaid run in processes of their own, so that this process's CPU is ours alone. Contenders take turns of a few requests
each: a busy moment falls on all of them, and each finds memory as a process has it that does nothing else. A hit does
the same work every time, so its figure is the lowest wall, with the median beside it; ratios are of medians.
"""

import gc
import json
import math
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from statistics import linear_regression, median
from typing import Any, TypeVar

from flask import Flask
from flask.testing import FlaskClient

from benchmarks import classic
from benchmarks.dashboard import app_on, connected, visit
from benchmarks.fetch import utc_now
from benchmarks.figures import Times, cpu, row, usual_cpu, wall
from benchmarks.plaid_process import PlaidProcess, plaid_process
from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import BankSnapshot
from keepless.core.secret import Secret
from keepless.web import logs
from tests.support.valkey import ValkeyServer, valkey_server

LATENCY_MS = 300
BOARD, STREAM = classic.PATH, "/api/live"
TURNS, HITS = 10, 8  # of each contender, and its hits in each turn
VISITS = 9
TRIES = 20
CHANGED = {"added": 8, "modified": 8, "removed": 4}
# Rows of the last 90 days: the household that comes nearest, and is brought there by rows of today.
SIZES = {1_000: "demo", 3_000: "demo-3000", 20_000: "demo-20000", 100_000: "demo-20000"}
MOST_ADDED = 20_000  # at once, as the local Plaid takes it

T = TypeVar("T")


def measure() -> list[dict[str, Any]]:
    with Path(os.devnull).open("w") as nowhere:
        logs.configure(style="json", stream=nowhere)  # lines are made as in production, and read by nobody
        with plaid_process() as plaid, valkey_server(unix=True) as server:
            found = hits(plaid, server) + growth(plaid, server)
        with plaid_process(latency_ms=LATENCY_MS) as plaid, valkey_server(unix=True) as server:
            return found + asking(plaid, server)


def hits(plaid: PlaidProcess, server: ValkeyServer) -> list[dict[str, Any]]:
    """A hit at 3,000 transactions; the classic way and the guide's, with the same rows."""
    token = plaid.connect("demo-3000")
    ours = connected(app_on(plaid, REDIS_URL=server.url), token)
    snapshot = snapshot_of(plaid, token)
    with tempfile.TemporaryDirectory() as folder, server.client() as client:
        database = classic.Database(Path(folder) / "classic.sqlite", snapshot)
        cache = classic.PlainCache(client, snapshot, plaid.rows(token, snapshot.start, snapshot.end))
        by_rows, by_json = logged_in(database.app()), logged_in(cache.app())
        assert figures(ours) == figures(by_rows) == figures(by_json)
        settle(ours)
        board, stream, orm, objects, guide, loads = in_turn(
            lambda: read(ours, BOARD),
            lambda: read(ours, STREAM),
            lambda: read(by_rows, BOARD),
            database.load,
            lambda: read(by_json, BOARD),
            cache.load,
        )
        sizes = len(read(ours, BOARD)), len(read(ours, STREAM))
        kept = client.strlen(f"txns:{cache.user_id}")
        database.engine.dispose()
    hit, count = max(wall(board), wall(stream)), len(snapshot.transactions)
    among = f"{count:,} rows among {classic.USERS * count:,} in SQLite"
    return [
        row("a hit, 3,000 transactions, the dashboard as JSON", lowest(board), "ms", 2, told(board, sizes[0])),
        row("a hit, 3,000 transactions, the stream", lowest(stream), "ms", 2, told(stream, sizes[1])),
        row(
            "a hit beside the classic way, SQLAlchemy's ORM",
            hit / wall(orm),
            "x",
            1 / 12,
            f"{hit:.2f} ms beside {wall(orm):.1f} ms (lowest {lowest(orm):.1f}), {among}",
        ),
        row("a hit beside loading those objects alone", hit / wall(objects), "x", None, f"{wall(objects):.1f} ms"),
        row(
            "a hit beside plain JSON in the cache, as the guide has it",
            hit / wall(guide),
            "x",
            1 / 2,
            f"{hit:.2f} ms beside {wall(guide):.1f} ms (lowest {lowest(guide):.1f}), {kept / 1000:,.0f} kB of JSON",
        ),
        row("a hit beside reading that JSON alone", hit / wall(loads), "x", None, f"{wall(loads):.1f} ms"),
    ]


def growth(plaid: PlaidProcess, server: ValkeyServer) -> list[dict[str, Any]]:
    """Hits by the number of transactions, what is sent for them and what is kept."""
    found, points = [], []
    for size, user in SIZES.items():
        token = plaid.connect(user)
        count = grown(plaid, token, size)
        board, stream, sent, kept = sized(connected(app_on(plaid, REDIS_URL=server.url), token), server)
        points.append((math.log(count), math.log(lowest(stream))))
        beside = (
            f"{told(stream, sent)}, {kept / 1000:,.0f} kB kept; the dashboard {lowest(board):.2f} ms; {count:,} rows"
        )
        found.append(row(f"a hit by size, {size:,} transactions, the stream", lowest(stream), "ms", None, beside))
    slope = linear_regression(*zip(*points, strict=True)).slope
    return [*found, row("a hit by size, growth exponent of the stream", slope, "exponent", 1.1, "1 is linear")]


def sized(browser: FlaskClient, server: ValkeyServer) -> tuple[Times, Times, int, int]:
    """Hits of the dashboard and of the stream; bytes sent for the stream, and kept for the whole entry."""
    with server.client() as client:
        client.flushall()
        settle(browser)
        board, stream = in_turn(lambda: read(browser, BOARD), lambda: read(browser, STREAM))
        (name,) = client.keys("*")
        return board, stream, len(read(browser, STREAM)), int(client.memory_usage(name, samples=0))


def asking(plaid: PlaidProcess, server: ValkeyServer) -> list[dict[str, Any]]:
    """A refresh and a miss, each with the whole stream; a call to Plaid takes LATENCY_MS at least."""
    single = plaid.slowest_call_ms("demo-3000")
    token = plaid.connect("demo-3000")
    app = app_on(plaid, REDIS_URL=server.url)
    browser = connected(app, token)
    settle(browser)
    renewed = through(lambda: refresh(app, browser, plaid, token))
    refreshes = [spent for spent, _, _ in renewed]
    copy_shown = median(shown for _, shown, _ in renewed)
    asked = [calls for _, _, calls in renewed]
    assert {endpoint for calls in asked for endpoint in calls} == {"/transactions/sync"}, asked
    most = max(calls.total() for calls in asked)
    first = through(lambda: miss(browser, server, hinted=False))
    read(browser, "/")  # leaves the hint that a script writes at the end of the stream
    after = through(lambda: miss(browser, server, hinted=True))
    beside = f"slowest single call {single:.0f} ms"
    return [
        row("calls to Plaid of a refresh, 20 transactions changed", most, "calls", 1, f"the most of {VISITS}"),
        row(
            "a refresh up to the news, beside the slowest single call",
            wall(refreshes) / single,
            "x",
            1.15,
            f"{beside}; the copy is there after {copy_shown:.1f} ms",
        ),
        row("our CPU for the copy and the news", cpu(refreshes), "ms", None, f"median {usual_cpu(refreshes):.1f} ms"),
        row("a miss, 3,000 transactions, first visit", wall(first) / single, "x", None, beside),
        row("a miss, 3,000 transactions, after", wall(after) / single, "x", 2.15, beside),
        row("our CPU for a miss", cpu(after), "ms", None, f"median {usual_cpu(after):.1f} ms"),
    ]


def in_turn(*calls: Callable[[], object]) -> list[Times]:
    """Wall and CPU of each call, in TURNS of HITS. What another left behind is swept up before, and not counted."""
    times: list[Times] = [[] for _ in calls]
    for _ in range(TURNS):
        for call, spent in zip(calls, times, strict=True):
            gc.collect()
            call()
            for _ in range(HITS):
                wall_start, cpu_start = time.perf_counter(), time.process_time()
                call()
                cpu_end, wall_end = time.process_time(), time.perf_counter()
                spent.append(((wall_end - wall_start) * 1000, (cpu_end - cpu_start) * 1000))
    return times


def through(attempt: Callable[[], T | None]) -> list[T]:
    """VISITS results. An attempt gives None where the machine was too busy for the cache's 50 ms, and is made again."""
    results = (attempt() for _ in range(VISITS * TRIES))
    found = list(islice((result for result in results if result is not None), VISITS))
    assert len(found) == VISITS, "the cache is passed by"
    return found


def settle(browser: FlaskClient) -> None:
    """Reads until both answers are hits: what is not there yet is made, and a machine too busy for it is waited for."""
    for _ in range(TRIES):
        if all(b'"cache":"hit"' in read(browser, path) for path in (BOARD, STREAM)):
            return
        time.sleep(0.5)
    raise AssertionError(f"no hit in {TRIES} tries")


def refresh(
    app: Flask, browser: FlaskClient, plaid: PlaidProcess, token: str
) -> tuple[tuple[float, float], float, Counter[str]] | None:
    """A stale copy's stream with the news behind it. None where the cache was passed by.

    Wall and CPU in milliseconds, the wall until the copy's line was there, and what Plaid was asked.
    """
    (bank,) = json.loads(read(browser, STREAM).splitlines()[0])["banks"]
    assert plaid.change(token, **CHANGED) == sum(CHANGED.values())
    app.parts.keeping.mark_stale(bank["item_id"])  # type: ignore[attr-defined]  # as a webhook does
    asked = plaid.calls(token)
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    lines = browser.get(STREAM, buffered=False).iter_encoded()
    text = next(lines) + next(lines)
    copy_shown = time.perf_counter() - wall_start
    text += b"".join(lines)
    spent, taken = time.process_time() - cpu_start, time.perf_counter() - wall_start
    banks = [line for line in map(json.loads, text.splitlines()) if line["type"] == "bank"]
    if "bypass" in [bank["cache"] for bank in banks]:
        return None
    copy, news = banks
    assert len({row[0] for row in news["rows"]} - {row[0] for row in copy["rows"]}) >= CHANGED["added"]
    return (taken * 1000, spent * 1000), copy_shown * 1000, plaid.calls(token) - asked


def miss(browser: FlaskClient, server: ValkeyServer, *, hinted: bool) -> tuple[float, float] | None:
    """Wall and CPU of a stream for which nothing was kept, and is then. None where the cache was passed by."""
    server.call("FLUSHALL")
    spent = visit(browser, hinted=hinted, path=STREAM)
    return spent if server.call("DBSIZE") else None


def grown(plaid: PlaidProcess, token: str, size: int) -> int:
    """Adds rows of today until the household has so many in the days that are read; how many it has then."""
    snapshot = snapshot_of(plaid, token)
    missing = size - len(snapshot.transactions)
    while missing > MOST_ADDED // 100:
        missing -= plaid.change(token, added=min(missing, MOST_ADDED))
    return size - missing


def snapshot_of(plaid: PlaidProcess, token: str) -> BankSnapshot:
    """What the bank says of the days that a dashboard shows."""
    client = PlaidClient(plaid.url, "bench", Secret("bench"), "local", clock=utc_now)
    period = classic.usual_period(utc_now().date())
    bank = client.identify(Secret(token))
    snapshot = client.fetch(Secret(token), bank, start=period.start, end=period.end, expected=None)
    client.close()
    return snapshot


def logged_in(app: Flask) -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/login").status_code == 200
    return browser


def read(browser: FlaskClient, path: str) -> bytes:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    body: bytes = answer.data
    return body


def figures(browser: FlaskClient) -> dict[str, Any]:
    """The dashboard's JSON without what differs by nature: when the bank was read, and what only ours tells."""
    answer: dict[str, Any] = json.loads(read(browser, BOARD))
    for name in ("cache", "held"):
        answer.pop(name, None)
    for bank in answer["banks"]:
        del bank["fetched_at"]
    return answer


def lowest(times: Times) -> float:
    return min(taken for taken, _ in times)


def told(times: Times, sent: int) -> str:
    """What stands beside the lowest wall."""
    return (
        f"median {wall(times):.2f} ms; CPU {cpu(times):.2f}, median {usual_cpu(times):.2f}; {sent / 1000:,.0f} kB sent"
    )


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line))
