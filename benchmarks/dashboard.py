"""The whole cold dashboard: from the request to the last byte of the page, beside the slowest single call to Plaid.

The local Plaid runs in a process of its own, so that this process's CPU is ours alone: opening the session, six pages
and the liabilities over real connections, decoding, mapping, every sum, and the page.
"""

import os
import time
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.figures import cpu, row, usual_cpu, wall
from benchmarks.plaid_process import PlaidProcess, plaid_process
from keepless.adapters.sealing.keyring import generate
from keepless.bootstrap import build_app
from keepless.config import Settings
from keepless.web import logs

LATENCY_MS = 300
VISITS = 25  # enough to meet a quiet moment of a shared machine
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def measure() -> list[dict[str, Any]]:
    with Path(os.devnull).open("w") as nowhere:
        logs.configure(style="json", stream=nowhere)  # lines are made as in production, and read by nobody
        return _measure()


def _measure() -> list[dict[str, Any]]:
    with plaid_process(latency_ms=LATENCY_MS) as plaid:
        app = app_on(plaid)
        plaid_call = plaid.slowest_call_ms("demo-3000")
        browser = visitor(app, plaid, "demo-3000")
        first = [visit(browser, hinted=False) for _ in range(VISITS)]
        after = [visit(browser, hinted=True) for _ in range(VISITS)]
        streamed = [visit(browser, hinted=True, path="/api/live") for _ in range(VISITS)]
        many = visitor(app, plaid, "demo-20000")
        visit(many, hinted=False)
        huge = [visit(many, hinted=True) for _ in range(VISITS)]
    beside = f"slowest single call {plaid_call:.0f} ms"
    return [
        row("cold dashboard, 3,000 transactions, first visit", wall(first) / plaid_call, "x", 2.15, beside),
        row("cold dashboard, 3,000 transactions, after", wall(after) / plaid_call, "x", 1.15, beside),
        row(
            "our CPU for it", cpu(after), "ms", 20, f"median {usual_cpu(after):.1f} ms; first visit {cpu(first):.1f} ms"
        ),
        row("our CPU for the same as a stream", cpu(streamed), "ms", 20, f"median {usual_cpu(streamed):.1f} ms"),
        row("our CPU, 20,000 transactions", cpu(huge), "ms", None, f"median {usual_cpu(huge):.1f} ms"),
        row("cold dashboard, 20,000 transactions, after", wall(huge) / plaid_call, "x", None, beside),
    ]


def app_on(plaid: PlaidProcess, **more: str) -> Flask:
    """The application as it is deployed, with `more` in its environment."""
    return build_app(
        Settings.from_env(
            {
                "TOKEN_ENCRYPTION_KEY": generate(),
                "FLASK_SECRET_KEY": generate(),
                "PLAID_CLIENT_ID": "bench",
                "PLAID_SECRET": "bench",
                "PLAID_BASE_URL": plaid.url,
                **more,
            }
        )
    )


def visitor(app: Flask, plaid: PlaidProcess, user: str) -> FlaskClient:
    return connected(app, plaid.connect(user))


def connected(app: Flask, token: str) -> FlaskClient:
    browser = app.test_client()
    stored = browser.post("/setup", data={"access_token": token}, headers=SAME_ORIGIN)
    assert stored.status_code == 303, stored.text
    visit(browser, hinted=False)  # templates compiled, connections open: what a server that has run a minute has
    return browser


def visit(browser: FlaskClient, *, hinted: bool, path: str = "/") -> tuple[float, float]:
    """Wall and CPU milliseconds of one dashboard: the statement, or the stream that the script reads."""
    if not hinted:
        browser.delete_cookie("keepless-hints")
    wall_start, cpu_start = time.perf_counter(), time.process_time()
    page = browser.get(path)
    assert len(page.data) > 10_000, "read to the end"
    spent = time.process_time() - cpu_start
    taken = time.perf_counter() - wall_start
    assert page.status_code == 200, page.text
    return taken * 1000, spent * 1000
