"""The cache's disk and every secret of the server open nothing; with a visitor's cookie, theirs and no more."""

import base64
import gzip
import json
import re
import zlib
from dataclasses import replace

import msgspec
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hybrid.replicas import copy_envelope, new_secrets
from hybrid.robbery import Robbery, name_of, robbed
from hybrid.thief import Entry, Loot, open_entries, read_in_clear

from keepless.adapters.sealing.copies import VERSION
from keepless.adapters.sealing.keyring import Keyring
from keepless.core.secret import Secret
from keepless.ports import CopyOwner
from keepless.services import copies


@pytest.fixture(scope="module")
def robbery(tmp_path_factory):
    with robbed(tmp_path_factory) as taken:
        yield taken


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
FIELD = rb"rows|live|live-long|board|revision|until|claim|claim_ends|stale|outdated|problem|noted|closed"
WORD = re.compile(FIELD + rb"|[A-Z][A-Z0-9_]{0,79} [a-z]{4,9}|\d{1,20}")


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
