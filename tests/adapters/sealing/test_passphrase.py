import json
import threading
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st

from keepless.adapters.sealing import passphrase
from keepless.adapters.sealing.passphrase import MAX_FILE, Cost, PassphraseEnvelope
from keepless.core.secret import Secret
from keepless.errors import Overloaded, SealBroken

WORDS, OTHER = Secret("twelve letters and more"), Secret("twelve letters and mores")
PLAIN = b"months and cards"
envelope = PassphraseEnvelope()
SEALED = envelope.seal(WORDS, PLAIN)
RECOVERY_SEALED = envelope.of_kind("recovery").seal(WORDS, PLAIN)


@pytest.fixture
def no_work(monkeypatch):
    """Making a key fails the test."""
    monkeypatch.setattr(passphrase, "Argon2id", lambda **_: pytest.fail("a key was made"))


def changed(**parts):
    return json.dumps({**json.loads(SEALED), **parts})


def reason_of(text, words=WORDS):
    with pytest.raises(SealBroken) as broken:
        envelope.open(words, text)
    return broken.value.reason


@settings(max_examples=5)
@given(st.binary(max_size=500))
def test_what_was_sealed_opens(plaintext):
    assert envelope.open(WORDS, envelope.seal(WORDS, plaintext)) == plaintext


def test_t16_the_format_is_the_one_that_the_page_describes():
    """Opened here by hand, from the passphrase alone: what another program would need to know."""
    file = json.loads(SEALED)
    salt, nonce, ciphertext = (urlsafe_b64decode(file[part] + "==") for part in ("salt", "nonce", "ciphertext"))
    params = file["params"]
    key = Argon2id(
        salt=salt, length=32, iterations=params["iterations"], lanes=params["lanes"], memory_cost=params["memory_kib"]
    ).derive(WORDS.reveal().encode())
    head = {part: file[part] for part in ("keepless", "version", "kdf", "params", "salt")}
    bound = json.dumps(head, separators=(",", ":")).encode()
    assert AESGCM(key).decrypt(nonce, ciphertext, bound) == PLAIN
    assert (file["keepless"], file["version"], file["kdf"]) == ("trends", 1, "argon2id")


def test_t16_the_cost_is_owasps():
    assert json.loads(SEALED)["params"] == {"memory_kib": 19_456, "iterations": 2, "lanes": 1}


def test_a_wrong_passphrase_does_not_open_it():
    assert reason_of(SEALED, OTHER) == "forged"


@pytest.mark.parametrize("part", ["salt", "nonce", "ciphertext"])
def test_a_part_that_was_changed_does_not_open(part):
    text = json.loads(SEALED)[part]
    other = ("B" if text[0] == "A" else "A") + text[1:]
    assert reason_of(changed(**{part: other})) == "forged"


def test_a_cost_that_was_changed_does_not_open():
    assert reason_of(changed(params={"memory_kib": 19_457, "iterations": 2, "lanes": 1})) == "forged"


@pytest.mark.parametrize(
    "params",
    [
        {"memory_kib": 4 << 20, "iterations": 2, "lanes": 1},
        {"memory_kib": 65_537, "iterations": 2, "lanes": 1},
        {"memory_kib": 8, "iterations": 2, "lanes": 1},
        {"memory_kib": 19_456, "iterations": 1, "lanes": 1},
        {"memory_kib": 19_456, "iterations": 10**9, "lanes": 1},
        {"memory_kib": 19_456, "iterations": 2, "lanes": 64},
        {"memory_kib": 19_456.5, "iterations": 2, "lanes": 1},
        {"memory_kib": 19_456, "iterations": 2, "lanes": 1, "more": 1},
        None,
    ],
)
def test_t16_a_file_that_asks_for_too_much_work_or_too_little_gets_none(no_work, params):
    assert reason_of(changed(params=params)) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "null",
        "[" * 100_000,
        "\udc80",
        "x" * (MAX_FILE + 1),
        changed(keepless="other"),
        changed(version=2),
        changed(kdf="scrypt"),
        changed(salt=""),
        changed(salt="A" * 60_000),
        changed(nonce="AAAA"),
        changed(nonce="not base64!"),
        changed(salt="\u00e9" * 22),
        changed(more=1),
        SEALED[:-1],
        SEALED + "x",
    ],
    ids=range(17),
)
def test_t16_what_is_no_file_of_ours_gets_no_work_either(no_work, text):
    assert reason_of(text) == "malformed"


def test_a_file_without_a_ciphertext_does_not_open():
    assert reason_of(changed(ciphertext="")) == "forged"


def test_what_would_be_too_long_to_open_is_not_sealed():
    with pytest.raises(ValueError, match="too many"):
        envelope.seal(WORDS, b"x" * MAX_FILE)


def test_t16_a_third_key_at_once_is_refused_and_the_next_one_after_is_made(monkeypatch):
    begun, go = threading.Semaphore(0), threading.Event()

    class Slow:
        def __init__(self, **_):
            pass

        def derive(self, _):
            begun.release()
            go.wait(20)
            return b"k" * 32

    busy = PassphraseEnvelope(patience=0.01)
    monkeypatch.setattr(passphrase, "Argon2id", Slow)
    two = [threading.Thread(target=busy.seal, args=(WORDS, PLAIN)) for _ in range(passphrase.AT_ONCE)]
    for each in two:
        each.start()
        assert begun.acquire(timeout=20)
    with pytest.raises(Overloaded):
        busy.seal(WORDS, PLAIN)
    with pytest.raises(Overloaded):
        busy.open(WORDS, SEALED)
    go.set()
    for each in two:
        each.join()
    assert busy.seal(WORDS, PLAIN)


def test_a_key_that_could_not_be_made_gives_its_turn_back(monkeypatch):
    lone = PassphraseEnvelope(at_once=1, patience=0.01)
    for _ in range(3):
        with pytest.raises(SealBroken):
            lone.open(OTHER, SEALED)
    assert lone.open(WORDS, SEALED) == PLAIN


@pytest.mark.parametrize(("made", "opened"), [("trends", "recovery"), ("recovery", "trends")])
def test_r8_a_file_of_one_kind_is_none_of_the_other(no_work, made, opened):
    sealed = SEALED if made == "trends" else RECOVERY_SEALED
    other = envelope.of_kind(opened)
    with pytest.raises(SealBroken) as broken:
        other.open(WORDS, sealed)
    assert broken.value.reason == "malformed"


def test_r8_the_kind_is_bound_to_the_ciphertext():
    renamed = json.dumps({**json.loads(SEALED), "keepless": "recovery"})
    with pytest.raises(SealBroken) as broken:
        envelope.of_kind("recovery").open(WORDS, renamed)
    assert broken.value.reason == "forged"


def test_a_file_for_recovery_says_so_and_opens_as_one():
    assert json.loads(RECOVERY_SEALED)["keepless"] == "recovery"
    assert envelope.of_kind("recovery").open(WORDS, RECOVERY_SEALED) == PLAIN


def test_kinds_share_their_turns():
    lone = PassphraseEnvelope(at_once=1, patience=0.01)
    other = lone.of_kind("recovery")
    with lone._turn(), pytest.raises(Overloaded):
        other.seal(WORDS, PLAIN)
    assert other.seal(WORDS, PLAIN)


def test_the_passphrase_is_not_in_the_file_nor_in_an_error():
    assert WORDS.reveal() not in SEALED
    with pytest.raises(SealBroken) as broken:
        envelope.open(OTHER, SEALED)
    assert OTHER.reveal() not in str(broken.value)


def test_the_least_cost_that_is_read_is_ours():
    assert Cost() == Cost(memory_kib=19_456, iterations=2, lanes=1)
