"""Two people look at their banks, and everything that the server has is stolen: what the thief's tests are about."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import msgspec
import pytest
from hybrid.conftest import signed_webhook
from hybrid.people import Person
from hybrid.replicas import ENVIRONMENT, copy_envelope, new_secrets, replicas
from hybrid.thief import Entry, Loot, entries_of, find_entries
from support.local_plaid import LocalPlaid, local_plaid
from support.run import wait_until
from support.valkey import valkey_server
from support.website import LOCAL_NAME, PURPOSE

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.services.vault import Vault, decode

PERSISTENT = ("--save", "3600 1", "--appendonly", "yes", "--slowlog-log-slower-than", "0")
LARGE = ("--commandlog-request-larger-than", "0", "--commandlog-reply-larger-than", "0")


@dataclass
class Robbery:
    """What was taken, and what only the visitors have."""

    loot: Loot
    entries: list[Entry]
    values: list[bytes]
    visitor: Person
    other: Person
    private: list[str | bytes]
    amounts: dict[str, int]
    heard: bytes
    logs: str

    @property
    def cookie(self) -> str:
        return self.visitor.jar.cookies[LOCAL_NAME]

    @property
    def vault(self) -> Vault:
        keyring = Keyring.parse(self.loot.environment["TOKEN_ENCRYPTION_KEY"])
        return decode(Envelope(keyring, ENVIRONMENT).open(PURPOSE, self.cookie))


@contextmanager
def robbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Robbery]:
    """Two people look at their banks, again, and once more after news; then everything that the server has is taken."""
    settings, stolen = new_secrets(), tmp_path_factory.mktemp("stolen")
    folder, logs = tmp_path_factory.mktemp("valkey"), tmp_path_factory.mktemp("logs")
    with local_plaid() as plaid:
        with (
            valkey_server(*PERSISTENT, *LARGE, folder=folder) as server,
            replicas(1, settings, plaid=plaid.url, cache=server.url, folder=logs) as (site,),
            monitored(server.port) as heard,
        ):
            visitor, other = Person.with_bank(plaid, site, "demo-3000"), Person.with_bank(plaid, site, "demo")
            for person in (visitor, other, visitor):
                assert wait_until(lambda person=person: person.live(site).cache == ("hit",))
                assert wait_until(lambda person=person: person.board(site)[1] == "hit")
            before = visitor.live(site).figures
            plaid.change(visitor.token, added=7, modified=3)
            tell_of_news(plaid, visitor, site)
            assert wait_until(lambda: visitor.live(site).cache == ("hit",))
            assert wait_until(lambda: visitor.board(site)[1] == "hit")
            assert visitor.live(site).figures.rows == before.rows + 7
            commands = [server.call("SLOWLOG", "GET", -1)]
            commands += [server.call("COMMANDLOG", "GET", -1, kind) for kind in ("large-request", "large-reply")]
            shutil.copytree(folder, stolen / "yesterday")
            server.call("SAVE")
            server.call("BGREWRITEAOF")
            while server.call("INFO", "persistence")["aof_rewrite_in_progress"]:
                time.sleep(0.02)
            server.stop()
            shutil.copytree(folder, stolen / "today")
        with valkey_server("--appendonly", "yes", folder=shutil.copytree(folder, stolen.parent / "restored")) as own:
            hashes = {name: flat(own.call("HGETALL", name)) for name in own.call("KEYS", "*")}
        loot = Loot(
            stolen,
            {**settings, "REDIS_URL": server.url},
            item_ids=(visitor.item_id, other.item_id),
            tokens=(other.token,),
        )
        entries = list(dict.fromkeys([*find_entries(loot), *entries_of(hashes)]))
        values = [value for fields in hashes.values() for value in fields.values()]
        values += [repr(commands).encode(), msgspec.msgpack.encode(commands)]
        private, amounts = private_of(plaid, visitor)
        private += private_of(plaid, other)[0]
        log = "".join(path.read_text() for path in logs.iterdir())
        taken = Robbery(loot, entries, values, visitor, other, private, amounts, bytes(heard), log)
        taken.loot = replace(loot, session_ids=(taken.vault.session_id,))
        yield taken
        visitor.close()
        other.close()


class monitored:  # noqa: N801 - reads as what it is for
    """Everything that the server is asked inside the block, as MONITOR tells it."""

    def __init__(self, port: int) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port))
        self._heard = bytearray()
        self._listening = threading.Thread(target=self._listen)

    def __enter__(self) -> bytearray:
        self._wire.sendall(b"MONITOR\r\n")
        self._listening.start()
        while not self._heard:
            time.sleep(0.01)
        return self._heard

    def __exit__(self, *_: object) -> None:
        self._listening.join(10)  # the server has been stopped
        self._wire.close()

    def _listen(self) -> None:
        while part := self._wire.recv(1 << 20):
            self._heard += part


def flat(reply) -> dict[bytes, bytes]:
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def tell_of_news(plaid: LocalPlaid, person: Person, site: str) -> None:
    webhook = signed_webhook(
        plaid, webhook_type="TRANSACTIONS", webhook_code="SYNC_UPDATES_AVAILABLE", item_id=person.item_id
    )
    answer = person._http.request(
        "POST", f"{site}/api/webhooks/plaid", body=webhook["data"], headers=webhook["headers"]
    )
    assert answer.status == 200, answer.data


def private_of(plaid: LocalPlaid, person: Person) -> tuple[list[str | bytes], dict[str, int]]:
    """What nobody may read, and the amounts of the last page in cents by their rows' ids: by the bank's own word."""
    body = {"access_token": person.token, "start_date": "2024-01-01", "end_date": "2099-01-01"}
    _, page = plaid.call("/transactions/get", body | {"options": {"count": 500, "offset": 0}})
    rows = page["transactions"]
    amounts = {row["transaction_id"]: round(row["amount"] * 100) for row in rows}
    texts = {row["name"] for row in rows} | {row["merchant_name"] or "" for row in rows}
    texts |= {
        str(account[name] or "") for account in page["accounts"] for name in ("name", "official_name", "account_id")
    }
    texts |= {row["transaction_id"] for row in rows[:20]}
    long = [text for text in sorted(texts) if len(text) >= 7]
    masks = [f'"{account["mask"]}"' for account in page["accounts"] if account["mask"]]
    marks = [str(person.mark), f"{person.mark / 100:.2f}"]
    return [*long, *masks, *marks, person.token, person.item_id], amounts


def name_of(robbery: Robbery, person: Person) -> str:
    return copy_envelope(dict(robbery.loot.environment)).name(person.item_id)
