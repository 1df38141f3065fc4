"""A local Plaid for tests: a real server on a free port, and short ways to what tests do with it."""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import plaid
import urllib3
from plaid.api import plaid_api

from keepless.sandbox.options import Options
from keepless.sandbox.server import RunningSandbox, serve_in_thread

CREDENTIALS = {"clientId": "test-client", "secret": "test-secret"}
# Plaid's own test users insist on their password; the others take any.
PASSWORDS = {"user_good": "pass_good"}


class LocalPlaid:
    """What a test sees of the local Plaid."""

    def __init__(self, running: RunningSandbox) -> None:
        self.url = running.url
        self.world = running.world
        self._http = urllib3.PoolManager(maxsize=20, retries=False, timeout=30)
        self._api: plaid.ApiClient | None = None

    def client(self) -> plaid_api.PlaidApi:
        """Plaid's official client, its strict type checks on."""
        if self._api is None:
            self._api = plaid.ApiClient(plaid.Configuration(host=self.url, api_key=CREDENTIALS))
        return plaid_api.PlaidApi(self._api)

    def call(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> tuple[int, dict[str, Any]]:
        """One raw call with credentials in the headers: the status and the JSON of the answer."""
        credentials = {"PLAID-CLIENT-ID": CREDENTIALS["clientId"], "PLAID-SECRET": CREDENTIALS["secret"]}
        answer = self._http.request(
            method,
            self.url + path,
            body=body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode(),
            headers={"Content-Type": "application/json", **credentials, **headers},
        )
        return answer.status, json.loads(answer.data)

    def connect(
        self,
        username: str = "demo",
        password: str = "x",  # noqa: S107  most test users take any
        institution: str = "ins_109508",
        *,
        products: tuple[str, ...] = ("transactions", "liabilities"),
        webhook: str | None = None,
    ) -> str:
        """Logs in at a bank; the access token."""
        options = {
            "override_username": username,
            "override_password": PASSWORDS.get(username, password),
            "webhook": webhook,
        }
        body = {"institution_id": institution, "initial_products": list(products), "options": options}
        _, made = self._ok("/sandbox/public_token/create", body)
        _, exchanged = self._ok("/item/public_token/exchange", {"public_token": made["public_token"]})
        return str(exchanged["access_token"])

    def fault(self, endpoint: str = "*", **order: Any) -> str:
        """Sets a fault (`keepless.sandbox.faults.FaultOrder` names the fields); its id."""
        return str(self._ok("/sandbox/faults", {"endpoint": endpoint, **order})[1]["fault_id"])

    def end_faults(self) -> None:
        self.call("/sandbox/faults", method="DELETE")

    def limits(self, regime: str) -> None:
        """Rate limits: production, sandbox or off (as it is in tests unless asked)."""
        self._ok("/sandbox/limits", {"regime": regime})

    def readiness(self, **when: float | str) -> None:
        """When new items become readable (`keepless.sandbox.item.Readiness` names the fields)."""
        self._ok("/sandbox/readiness", when)

    def change(self, access_token: str, **how_many: int) -> int:
        """Changes rows of an item (`keepless.sandbox.changes.ChangeOrder` names the ways); how many changes it made."""
        return int(self._ok("/sandbox/changes", {"access_token": access_token, **how_many})[1]["changes"])

    def items(self) -> list[dict[str, Any]]:
        """Every item since the last `clear`: item_id, access_token, state (live, removed), error, calls by endpoint."""
        return list(self.call("/sandbox/items", method="GET")[1]["items"])

    def webhooks(self) -> list[dict[str, Any]]:
        """Every webhook sent since the last `clear`."""
        return list(self.call("/sandbox/webhooks", method="GET")[1]["webhooks"])

    def clear(self) -> None:
        """Forgets items, tokens, faults and counts. Households that were built are kept."""
        self._ok("/sandbox/reset", {})

    def _ok(self, path: str, body: Any) -> tuple[int, dict[str, Any]]:
        status, answer = self.call(path, body)
        if status != 200:
            raise AssertionError(f"{path} answered {status}: {answer}")
        return status, answer

    def close(self) -> None:
        self._http.clear()
        if self._api is not None:
            self._api.rest_client.pool_manager.clear()
            self._api.close()


@contextlib.contextmanager
def local_plaid(options: Options | None = None) -> Iterator[LocalPlaid]:
    """A server of its own for the block; on a free port and without rate limits unless the options say otherwise."""
    with serve_in_thread(options or Options(port=0, rate_limits="off")) as running:
        served = LocalPlaid(running)
        try:
            yield served
        finally:
            served.close()
