"""A change of the filter in the browser, from the address to the painted page, beside the same filter on the server.

Headless Chromium runs the real dashboard on the real application with the local Plaid's households. What a change costs
in scripting is the browser's own count (`ScriptDuration`), by the clock of the page's thread, to which a busy machine
adds nothing; the wall is up to the second frame after it, when the new page is on the screen. Views differ in what they
draw: the slowest one's median counts.
"""

import contextlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from benchmarks.dashboard import SAME_ORIGIN, app_on
from benchmarks.figures import row
from benchmarks.plaid_process import plaid_process
from keepless.web import logs
from tests.support.chromium import chromium

# Users of the local Plaid, whose rows of 90 days are as many as their names say; the milliseconds of scripting allowed.
SIZES = {"3,000": (("demo-3000",), 8), "50,000": (("demo-20000",) * 2 + ("demo-3000",) * 4, 16)}
VIEWS = ("overview", "spending", "transactions", "recurring", "credit")
# As a person goes: letters typed one by one and taken back, a category, a kind, days, an amount, and all of it again.
CHANGES = (
    "q=b",
    "q=ba",
    "q=bak",
    "q=ba",
    "",
    "category=FOOD_AND_DRINK",
    "category=FOOD_AND_DRINK&min=20",
    "kind=spending",
    "pending=no",
    "",
)
TIMES = 50
LONGEST_LOAD = 60_000  # milliseconds

# The change is done once the frame that shows it has been followed by another.
CHANGE = """(hash) => new Promise((resolve) => {
    const began = performance.now();
    const painted = () => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - began)));
    window.addEventListener("hashchange", painted, { once: true });
    window.location.hash = hash;
})"""

COUNT = """fetch("/api/live?days=90").then((answer) => answer.text()).then((text) => text.trim().split("\\n")
    .map((line) => JSON.parse(line)).reduce((sum, line) => sum + (line.rows?.length ?? 0), 0))"""


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """A request is nobody's to read here."""


def measure() -> list[dict[str, Any]]:
    with Path(os.devnull).open("w") as nowhere:
        logs.configure(style="json", stream=nowhere)
        return _measure()


def _measure() -> list[dict[str, Any]]:
    found = []
    with plaid_process() as plaid, chromium() as browser:
        app = app_on(plaid)
        with served(app) as url:
            for name, (users, limit) in SIZES.items():
                context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
                for user in users:
                    form = {"access_token": plaid.connect(user)}
                    stored = context.request.post("/setup", form=form, headers=SAME_ORIGIN, max_redirects=0)
                    assert stored.status == 303, stored.text()
                context.add_cookies([{"name": "keepless-tz", "value": "UTC", "url": url}])
                page = context.new_page()
                rows = opened(page)
                assert follows(page)
                times = {view: changes(page, view) for view in VIEWS}
                slowest = max(times, key=lambda view: times[view][0])
                by_view = ", ".join(f"{view} {spent:.1f}" for view, (spent, _) in times.items())
                beside = (
                    f"{rows:,} rows; {by_view}; "
                    f"to painted {max(wall for _, wall in times.values()):.0f} ms; {on_server(app, page, url)}"
                )
                found.append(
                    row(f"a filter change, {name} rows, in the browser", times[slowest][0], "ms", limit, beside)
                )
                context.close()
    return found


@contextlib.contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application over HTTP on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(page: Page) -> int:
    """Opens the dashboard; how many rows it has once all banks have answered."""
    page.goto("/")
    page.locator("h1").first.wait_for()
    expect(page.locator(".progress")).not_to_have_class(re.compile("busy"), timeout=LONGEST_LOAD)
    return int(page.evaluate(COUNT))


def follows(page: Page) -> bool:
    """Whether the page changes with its address: what does nothing is quick."""
    shown = []
    for address in ("#transactions", "#transactions?min=1000000"):
        page.evaluate(CHANGE, address)
        shown.append(page.locator("main").inner_text())
    return shown[0] != shown[1]


def changes(page: Page, view: str) -> tuple[float, float]:
    """Medians of scripting and of wall milliseconds over the changes of a view."""
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    for condition in CHANGES * 2:  # unmeasured: texts folded, functions compiled
        change(browser, f"#{view}?{condition}&from=2000-01-01")
    spent, walls = [], []
    for number in range(TIMES):
        before = scripting(browser)
        walls.append(change(browser, f"#{view}?{CHANGES[number % len(CHANGES)]}"))
        spent.append(scripting(browser) - before)
    browser.detach()
    return median(spent), median(walls)


def change(browser: CDPSession, address: str) -> float:
    """Goes to the address; milliseconds until it is painted. Playwright's own scripts, which would count, stay out."""
    asked = {"expression": f"({CHANGE})({json.dumps(address)})", "awaitPromise": True, "returnByValue": True}
    return float(browser.send("Runtime.evaluate", asked)["result"]["value"])


def scripting(browser: CDPSession) -> float:
    """Milliseconds that the page's main thread has spent in scripts so far."""
    metrics = browser.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "ScriptDuration") * 1_000


def on_server(app: Flask, page: Page, url: str) -> str:
    """The same filters answered by the server for this visitor, with a Plaid of no delay: its CPU, and over HTTP."""
    client = app.test_client()
    for cookie in page.context.cookies():
        client.set_cookie(cookie["name"], cookie["value"])
    asked = [change for change in CHANGES if change]
    spent, walls = [], []
    for change in asked:
        began = time.process_time()
        assert client.get(f"/statement?{change}").data
        spent.append((time.process_time() - began) * 1_000)
        began = time.perf_counter()
        page.context.request.get(f"{url}/statement?{change}").body()
        walls.append((time.perf_counter() - began) * 1_000)
    return f"the same on the server: {median(spent):.0f} ms CPU, {median(walls):.0f} ms over HTTP"
