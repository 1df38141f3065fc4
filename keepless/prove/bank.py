"""The bank's side of a run: the local Plaid, with customers whose every figure is a canary."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import msgspec
import urllib3

from keepless import launch
from keepless.prove import processes
from keepless.prove.canaries import Canaries, Kind, Planted, custom_user
from keepless.prove.workspace import Workspace
from keepless.sandbox.institutions import file_institution

_CREDENTIALS = {"PLAID-CLIENT-ID": "prove", "PLAID-SECRET": "prove"}


class Bank:
    """What a run orders of the local Plaid, over HTTP."""

    def __init__(self, url: str, canaries: Canaries, webhook: str) -> None:
        self.url = url
        self._canaries = canaries
        self._webhook = webhook
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(30))

    def public_token(self, bank: Planted) -> str:
        """What Link would give for a login at this bank."""
        options = {"override_username": bank.name, "override_password": "x", "webhook": self._webhook}
        body = {
            "institution_id": file_institution(bank.name).id,
            "initial_products": ["transactions", "liabilities"],
            "options": options,
        }
        token = str(self.call("/sandbox/public_token/create", body)["public_token"])
        return self._canaries.token(Kind.PUBLIC_TOKEN, token)

    def access_token(self, bank: Planted) -> str:
        """A token made elsewhere, to be pasted."""
        answer = self.call("/item/public_token/exchange", {"public_token": self.public_token(bank)})
        return self._canaries.token(Kind.ACCESS_TOKEN, str(answer["access_token"]))

    def note_items(self) -> list[Mapping[str, Any]]:
        """Every item there is; their tokens and ids are canaries from now on."""
        items: list[Mapping[str, Any]] = self.call("/sandbox/items", method="GET")["items"]
        for item in items:
            self._canaries.token(Kind.ACCESS_TOKEN, item["access_token"])
            self._canaries.secret(Kind.ITEM, item["item_id"])
        return items

    def fault(self, **order: Any) -> None:
        self.call("/sandbox/faults", order)

    def end_faults(self) -> None:
        self.call("/sandbox/faults", method="DELETE")

    def call(self, path: str, body: Any = None, *, method: str = "POST") -> Any:
        """The answer; an empty object where it is none."""
        answer = self._http.request(
            method,
            self.url + path,
            body=msgspec.json.encode({} if body is None else body),
            headers={"Content-Type": "application/json", **_CREDENTIALS},
        )
        try:
            return msgspec.json.decode(answer.data)
        except msgspec.DecodeError:
            return {}

    def close(self) -> None:
        self._http.clear()


@contextmanager
def bank(
    place: Workspace,
    planted: list[Planted],
    canaries: Canaries,
    *,
    today: date,
    webhook: str,
    environment: Mapping[str, str],
) -> Iterator[Bank]:
    """A local Plaid with these banks, all that it writes in the bank's own folder; ended with the block."""
    for each in planted:
        (place.bank / "users" / f"{each.name}.json").write_bytes(custom_user(each, today))
    port = processes.free_port()
    arguments = ["--users", str(place.bank / "users"), "--rate-limits", "off"]
    service = launch.local_plaid(port, arguments, environment)
    with processes.running(
        service.name,
        [sys.executable, *service.command[1:]],
        log=place.bank / "plaid.log",
        environment={**environment, "TMPDIR": str(place.bank / "tmp"), "HOME": str(place.bank)},
        is_up=service.is_up,
        folder=place.bank,
    ):
        made = Bank(f"http://127.0.0.1:{port}", canaries, webhook)
        try:
            yield made
        finally:
            made.close()
