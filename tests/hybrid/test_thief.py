"""The cache's disk and every secret of the server open nothing; with a visitor's cookie, theirs and no more."""

import base64
import gzip
import json
import re
import shutil
import socket
import threading
import time
import zlib
from dataclasses import dataclass, replace

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hybrid.conftest import signed_webhook
from hybrid.people import Person
from hybrid.replicas import ENVIRONMENT, copy_envelope, new_secrets, replicas
from hybrid.thief import Entry, Loot, entries_of, find_entries, open_entries, read_in_clear
from support.local_plaid import LocalPlaid, local_plaid
from support.run import wait_until
from support.valkey import valkey_server
from support.website import LOCAL_NAME, PURPOSE

from keepless.adapters.sealing.copies import VERSION
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.core.secret import Secret
from keepless.ports import CopyOwner
from keepless.services import copies
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
        return self.visitor.cookies[LOCAL_NAME]

    @property
    def vault(self) -> Vault:
        keyring = Keyring.parse(self.loot.environment["TOKEN_ENCRYPTION_KEY"])
        return decode(Envelope(keyring, ENVIRONMENT).open(PURPOSE, self.cookie))


@pytest.fixture(scope="module")
def robbery(tmp_path_factory):
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
        robbed = Robbery(loot, entries, values, visitor, other, private, amounts, bytes(heard), log)
        robbed.loot = replace(loot, session_ids=(robbed.vault.session_id,))
        yield robbed
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


def test_there_is_much_to_steal(robbery):
    """Both visitors' parts, and of what was replaced since what the append-only file still had."""
    found = {(entry.name, entry.part) for entry in robbery.entries}
    assert found == {(name, part) for name in {name for name, _ in found} for part in ("rows", "live", "board")}
    assert len({name for name, _ in found}) == 2
    assert len(robbery.entries) > len(found)
    assert len(robbery.private) > 150


def test_nothing_of_it_can_be_read(robbery):
    assert read_in_clear(robbery.loot, robbery.private, robbery.values) == []


def test_all_secrets_of_the_server_and_a_strangers_token_open_nothing(robbery):
    assert open_entries(robbery.loot, robbery.entries) == []


def test_neither_do_the_visitors_own_token_or_the_cookies_secret_alone(robbery):
    with_token = replace(robbery.loot, tokens=(robbery.visitor.token, robbery.other.token))
    assert open_entries(with_token, robbery.entries) == []
    with_secret = replace(robbery.loot, cache_secrets=(robbery.vault.secret,))
    assert open_entries(with_secret, robbery.entries) == []


def test_both_together_do(robbery):
    """So the attempts above are the right ones."""
    both = replace(robbery.loot, tokens=(robbery.visitor.token,), cache_secrets=(robbery.vault.secret,))
    assert {each.entry.name for each in open_entries(both, robbery.entries)} == {name_of(robbery, robbery.visitor)}


def test_with_the_cookie_everything_of_its_visitor_opens_and_nothing_of_another(robbery):
    opened = open_entries(robbery.loot, robbery.entries, [robbery.cookie])
    mine = [entry for entry in robbery.entries if entry.name == name_of(robbery, robbery.visitor)]
    assert {each.entry for each in opened} == set(mine)
    assert len(mine) >= 6
    rows = [copies.decode(each.plaintext).snapshot.transactions for each in opened if each.entry.part == "rows"]
    newest = max(rows, key=len)
    assert robbery.amounts.items() <= {row.id: row.amount for row in newest}.items()
    seen = read_in_clear(
        Loot(robbery.loot.folder / "nothing", {}), robbery.private, [each.plaintext for each in opened]
    )
    assert robbery.visitor.item_id in seen
    assert len(seen) > 100


def test_a_cookie_of_another_installation_opens_nothing(robbery):
    assert open_entries(replace(robbery.loot, environment=new_secrets()), robbery.entries, [robbery.cookie]) == []


@pytest.mark.parametrize("secret", ["", "zeros", "FLASK_SECRET_KEY", "item", "session"])
@pytest.mark.parametrize("token", ["", "another's", "PLAID_SECRET"])
def test_the_thief_would_have_found_a_guessable_key(robbery, secret, token):
    loot = robbery.loot
    secrets = {"": b"", "zeros": bytes(16), "item": loot.item_ids[0].encode(), "session": loot.session_ids[0].encode()}
    tokens = {"": "", "another's": robbery.other.token}
    owner = CopyOwner(
        secrets.get(secret) or loot.environment.get(secret, "").encode() or secrets[secret],
        Secret(tokens[token] if token in tokens else loot.environment[token]),
        loot.item_ids[0],
    )
    envelope = copy_envelope(dict(loot.environment))
    plain = robbery_plaintext(robbery)
    entry = Entry(envelope.name(owner.item_id), "rows", envelope.seal(owner, "rows", plain))
    assert [each.plaintext for each in open_entries(loot, [entry])] == [plain]


@pytest.mark.parametrize("purpose", ["cache", "session"])
def test_the_thief_would_have_found_a_key_of_the_servers_alone(robbery, purpose):
    key = Keyring.parse(robbery.loot.environment["TOKEN_ENCRYPTION_KEY"]).newest.subkey(purpose)
    plain = robbery_plaintext(robbery)
    padded = (len(plain).to_bytes(4, "big") + plain).ljust(65_536, b"\0")
    sealed = VERSION + bytes(4) + bytes(12) + AESGCM(key).encrypt(bytes(12), padded, b"bound to something")
    assert [each.plaintext for each in open_entries(robbery.loot, [Entry("keepless:x", "rows", sealed)])] == [plain]


def robbery_plaintext(robbery: Robbery) -> bytes:
    """Something of the shape of what is kept."""
    return msgspec.msgpack.encode([1, "what", "a", "bank", "said", robbery.visitor.mark])


@pytest.mark.parametrize(
    "kept",
    [
        lambda text: text.encode(),
        lambda text: json.dumps({"a": text}).encode(),
        lambda text: text.encode("utf-16"),
        lambda text: b"x" + base64.b64encode(f"1 {text}, {text} and more".encode()),
        lambda text: base64.urlsafe_b64encode(f"12 {text}, {text} and more".encode()),
        lambda text: text.encode().hex().upper().encode(),
        lambda text: b"\xff\xff" + zlib.compress(text.encode()) + b"tail",
        lambda text: b"\xff\xff" + gzip.compress(text.encode()),
    ],
    ids=["utf-8", "json", "utf-16", "base64", "base64url", "hex", "zlib", "gzip"],
)
@pytest.mark.parametrize("text", ["Corner Bakery", "caf\u00e9 \u201cAm Platz\u201d", "someone@example.com"])
def test_the_thief_would_have_read_what_was_kept_in_another_form(tmp_path, kept, text):
    (tmp_path / "dump.rdb").write_bytes(b"REDIS0011" + kept(text) + bytes(20))
    loot = Loot(tmp_path, {})
    assert text in read_in_clear(loot, [text])
    assert "Nobody's Bakery" not in read_in_clear(loot, ["Nobody's Bakery"])


ARGUMENT = re.compile(rb'"((?:[^"\\]|\\.)*)"')
NAME = re.compile(rb"keepless:[A-Za-z0-9_-]{43}")
WORD = re.compile(rb"rows|live|live-long|board|revision|until|claim|claim_ends|stale|login|closed|\d{1,20}")


def test_who_listens_to_the_server_hears_names_and_ciphertext(robbery):
    """Every argument of every command that the program sent (MONITOR): nothing but these kinds of words."""
    commands = [line for line in robbery.heard.split(b"\r\n") if b'] "' in line and b" lua] " not in line]
    sent = [ARGUMENT.findall(line) for line in commands]
    ours = [words for words in sent if words[0] in (b"EVAL", b"HMGET")]
    assert {words[0] for words in sent} <= {
        b"CLIENT",
        b"EVAL",
        b"HMGET",
        b"SLOWLOG",
        b"COMMANDLOG",
        b"SAVE",
        b"BGREWRITEAOF",
        b"INFO",
    }
    assert len(ours) > 15
    for command, *words in ours:
        if command == b"EVAL":
            script, keys, *words = words  # noqa: PLW2901 - what is left of them
            assert script.startswith(b"\\nlocal key = KEYS[1]")
            assert keys == b"1"
        name, *rest = words
        assert NAME.fullmatch(name)
        strange = [word[:80] for word in rest if not WORD.fullmatch(word) and not word.startswith(VERSION)]
        assert not strange
    assert read_in_clear(Loot(robbery.loot.folder / "nothing", {}), robbery.private, [robbery.heard]) == []


def test_r17_the_logs_of_the_site_tell_nothing_either(robbery):
    assert "/api/live" in robbery.logs
    secret = [each for each in robbery.private if isinstance(each, str)]
    assert [each for each in (*secret, *robbery.loot.environment.values()) if each in robbery.logs] == []


def test_the_names_do_not_lead_back_to_the_items(robbery):
    """They are the same for the same item and key, and for no other key."""
    names = {entry.name for entry in robbery.entries}
    assert names == {name_of(robbery, person) for person in (robbery.visitor, robbery.other)}
    assert not names & {copy_envelope(new_secrets()).name(item) for item in robbery.loot.item_ids}


def name_of(robbery: Robbery, person: Person) -> str:
    return copy_envelope(dict(robbery.loot.environment)).name(person.item_id)
