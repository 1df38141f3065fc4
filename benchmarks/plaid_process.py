"""The local Plaid in a process of its own, so that its work is not counted as ours."""

import contextlib
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import urllib3

from keepless.adapters.plaid import pages
from keepless.core.secret import Secret

DAYS = 90
_HEADERS = {"PLAID-CLIENT-ID": "bench", "PLAID-SECRET": "bench", "Content-Type": "application/json"}
_CALLS = 5


class PlaidProcess:
    """A running local Plaid at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = urllib3.PoolManager(timeout=60, retries=False)

    def connect(self, user: str) -> str:
        """Logs in at a bank as `user`; the access token."""
        made = self._call(
            "/sandbox/public_token/create",
            {
                "institution_id": "ins_109508",
                "initial_products": ["transactions", "liabilities"],
                "options": {"override_username": user, "override_password": "bench"},
            },
        )
        return str(self._call("/item/public_token/exchange", {"public_token": made["public_token"]})["access_token"])

    def page(self, token: str, *, offset: int = 0) -> bytes:
        """The bytes of one full page of the last 90 days, as it comes over the wire."""
        today = datetime.now(UTC).date()
        body = {
            "access_token": token,
            "start_date": (today - timedelta(days=DAYS)).isoformat(),
            "end_date": today.isoformat(),
            "options": {"count": 500, "offset": offset},
        }
        return self._post("/transactions/get", body)

    def rows(self, token: str, start: date, end: date) -> list[dict[str, Any]]:
        """Plaid's own rows of the inclusive range, with all that it says of each."""
        found: list[dict[str, Any]] = []
        total = 1
        while len(found) < total:
            answer = self._call("/transactions/get", pages.request(Secret(token), start, end, len(found)))
            found += answer["transactions"]
            total = answer["total_transactions"]
        return found

    def change(self, token: str, **how_many: int) -> int:
        """Changes rows (`keepless.sandbox.changes.ChangeOrder` names the ways); how many changes it made."""
        return int(self._call("/sandbox/changes", {"access_token": token, **how_many})["changes"])

    def calls(self, token: str) -> Counter[str]:
        """How often the bank behind a token was asked for what, by endpoint."""
        items = json.loads(self._http.request("GET", f"{self.url}/sandbox/items").data)["items"]
        return Counter(next(item["calls"] for item in items if item["access_token"] == token))

    def slowest_call_ms(self, user: str) -> float:
        """The slowest kind of single call that a dashboard makes, by its median: a full page, or the liabilities."""
        token = self.connect(user)
        kinds = (lambda: self.page(token), lambda: self._post("/liabilities/get", {"access_token": token}))
        return max(median(_milliseconds(kind) for _ in range(_CALLS)) for kind in kinds)

    def _call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self._post(path, body))
        return answer

    def _post(self, path: str, body: dict[str, Any]) -> bytes:
        answer = self._http.request("POST", self.url + path, body=json.dumps(body).encode(), headers=_HEADERS)
        assert answer.status == 200, answer.data
        return answer.data

    def close(self) -> None:
        self._http.clear()


@contextlib.contextmanager
def plaid_process(*, latency_ms: float = 0) -> Iterator[PlaidProcess]:
    """Serves for the block, on a free port and without rate limits; every call takes at least `latency_ms`."""
    command = [sys.executable, "-m", "keepless.sandbox", "--port", "0", "--rate-limits", "off"]
    with subprocess.Popen([*command, "--latency-ms", str(latency_ms)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            plaid = PlaidProcess(process.stdout.readline().split()[-1])
            yield plaid
            plaid.close()
        finally:
            process.terminate()


def _milliseconds(call: Any) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000
