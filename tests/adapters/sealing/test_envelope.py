import itertools
import random
import re
import string
from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing.envelope import MAX_SEALED, Envelope
from keepless.adapters.sealing.keyring import Keyring, generate, key_id
from keepless.errors import SealBroken

ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
NEW, OLD = generate(), generate()
envelope = Envelope(Keyring.parse(f"{NEW},{OLD}"), "sandbox")
PLAIN = b"what is only ours to read, of about the length of a session"


def reason_of(sealed: str, *, by: Envelope = envelope, purpose: str = "session", user: str = "") -> str:
    with pytest.raises(SealBroken) as broken:
        by.open(purpose, sealed, user=user)
    return broken.value.reason


@given(st.binary(max_size=5_000), st.text(string.printable, max_size=30), st.text(max_size=30))
def test_what_was_sealed_opens(plaintext: bytes, purpose: str, user: str):
    user = user.encode("utf-8", "replace").decode()
    assert envelope.open(purpose, envelope.seal(purpose, plaintext, user=user), user=user) == plaintext


def test_the_text_is_version_key_id_and_canonical_base64url():
    sealed = envelope.seal("session", PLAIN)
    version, by, body = sealed.split(".")
    assert (version, by) == ("v1", key_id(NEW))
    assert re.fullmatch("[A-Za-z0-9_-]+", body)
    assert len(body) == -(-(12 + len(PLAIN) + 16) * 4 // 3)


def test_the_format_is_the_one_that_the_documents_describe():
    """Opened here by hand, from the key's text alone: what another program would need to know."""
    _, key_id_, body = envelope.seal("session", PLAIN, user="ann").split(".")
    raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
    kdf = HKDF(algorithm=SHA256(), length=32, salt=b"keepless.sealing", info=b"purpose/session")
    bound = b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"v1", key_id_.encode(), b"session", b"ann", b"sandbox")
    )
    assert AESGCM(kdf.derive(urlsafe_b64decode(NEW))).decrypt(raw[:12], raw[12:], bound) == PLAIN


def test_nothing_of_the_plaintext_shows():
    assert PLAIN not in envelope.seal("session", PLAIN).encode()


# --- must show 6 -----------------------------------------------------------------------------------------------------


def flipped(chance: random.Random, sealed: str, _other: str) -> str:
    """One bit of the decoded text's sextets, or of a character, is another."""
    place = chance.randrange(len(sealed))
    character = sealed[place]
    if character in ALPHABET and chance.random() < 0.8:
        return sealed[:place] + ALPHABET[ALPHABET.index(character) ^ (1 << chance.randrange(6))] + sealed[place + 1 :]
    return sealed[:place] + chr(ord(character) ^ (1 << chance.randrange(8))) + sealed[place + 1 :]


def truncated(chance: random.Random, sealed: str, _other: str) -> str:
    cut = chance.randrange(1, len(sealed))
    return sealed[:cut] if chance.random() < 0.5 else sealed[cut:]


def swapped(chance: random.Random, sealed: str, other: str) -> str:
    """The head of one and the tail of another, both genuine."""
    cut = chance.randrange(14, len(sealed) - 1)
    return sealed[:cut] + other[cut:]


def reordered(chance: random.Random, sealed: str, _other: str) -> str:
    first, second = sorted(chance.sample(range(len(sealed) + 1), 2))
    middle = list(sealed[first:second])
    chance.shuffle(middle)
    return sealed[:first] + "".join(middle) + sealed[second:]


def lengthened(chance: random.Random, sealed: str, _other: str) -> str:
    place = chance.randrange(len(sealed) + 1)
    return (
        sealed[:place] + chance.choice([" ", "=", "\n", "\t", "\0", ".", "A", "é", "%20", '"', "v1."]) + sealed[place:]
    )


@pytest.mark.parametrize("mutate", [flipped, truncated, swapped, reordered, lengthened])
def test_r8_of_100_000_mutations_none_opens_and_none_raises_anything_else(mutate):
    chance = random.Random(mutate.__name__)  # noqa: S311 (the same mutations in every run)
    genuine = [envelope.seal("session", PLAIN) for _ in range(20)]
    tried = 0
    while tried < 20_000:
        sealed, other = chance.sample(genuine, 2)
        changed = mutate(chance, sealed, other)
        if changed in genuine:
            continue
        tried += 1
        try:
            envelope.open("session", changed)
        except SealBroken:
            continue
        pytest.fail(f"a mutation opened: {changed}")


def test_input_3_every_single_bit_matters():
    sealed = envelope.seal("session", b"x")
    for place, bit in itertools.product(range(len(sealed)), range(8)):
        reason_of(sealed[:place] + chr(ord(sealed[place]) ^ (1 << bit)) + sealed[place + 1 :])


@given(st.text(max_size=300))
def test_any_text_is_refused_and_raises_nothing_else(text: str):
    reason_of(text)
    reason_of(f"v1.{key_id(NEW)}.{text}")


ODD = {
    "empty": "",
    "one byte": "v",
    "100 kB": "A" * 100_000,
    "100 kB in our shape": f"v1.{key_id(NEW)}." + "A" * 100_000,
    "not ASCII": f"v1.{key_id(NEW)}." + "é" * 60,
    "digits that are not ASCII": f"v1.{key_id(NEW)}." + "٣" * 60,
    "NUL": f"v1.{key_id(NEW)}." + "\0" * 60,
    "a lone surrogate": "\udc80" * 60,
    "no body": f"v1.{key_id(NEW)}.",
    "shorter than nonce and tag": f"v1.{key_id(NEW)}." + "A" * 37,
    "another version": "v2" + envelope.seal("session", PLAIN)[2:],
    "a capital version": "V1" + envelope.seal("session", PLAIN)[2:],
    "a part too many": envelope.seal("session", PLAIN) + ".",
    "a trailing newline": envelope.seal("session", PLAIN) + "\n",
    "a key id in capitals": f"v1.ABCDEF01.{'A' * 60}",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_input_2_odd_texts_are_malformed(text: str):
    assert reason_of(text) == "malformed"


def test_the_longest_text_that_opens_is_the_longest_that_is_made():
    longest = b"x" * ((MAX_SEALED - 12) * 3 // 4 - 28)
    sealed = envelope.seal("capsule", longest)
    assert len(sealed) in (MAX_SEALED, MAX_SEALED - 1)
    assert envelope.open("capsule", sealed) == longest
    with pytest.raises(ValueError, match="too many to seal"):
        envelope.seal("capsule", longest + b"xx")


def test_input_4_another_spelling_of_the_same_base64_is_refused():
    """32 and 31 bytes leave 2 and 4 bits in the last character that mean nothing; only zeros are ours."""
    for plaintext, spare in ((b"1234", 2), (b"123", 4)):
        sealed = envelope.seal("session", plaintext)
        last = ALPHABET.index(sealed[-1])
        assert last % (1 << spare) == 0
        for other in range(1, 1 << spare):
            assert reason_of(sealed[:-1] + ALPHABET[last + other]) == "malformed"


@pytest.mark.parametrize("pad", ["=", "==", " ", "\n", "A", "%3D"])
def test_input_4_padding_and_trailing_text_are_refused(pad: str):
    for plaintext in (b"1", b"12", b"123"):
        reason_of(envelope.seal("session", plaintext) + pad)


def test_input_5_an_unknown_key_is_named_as_such():
    assert reason_of(Envelope(Keyring.parse(generate()), "sandbox").seal("session", PLAIN)) == "unknown_key"


def test_a_known_key_id_in_front_of_another_keys_ciphertext_is_forged():
    sealed = Envelope(Keyring.parse(OLD), "sandbox").seal("session", PLAIN)
    assert reason_of(sealed.replace(key_id(OLD), key_id(NEW))) == "forged"


def test_r8_each_purpose_user_and_environment_opens_its_own_and_no_other():
    keyring = Keyring.parse(NEW)
    purposes = ("session", "sessio", "cache", "capsule", "")
    users = ("", "a", "ab", "b", "session")
    environments = ("local", "sandbox", "production")
    places = list(itertools.product(purposes, users, environments))
    envelopes = {environment: Envelope(keyring, environment) for environment in environments}
    for purpose, user, environment in places:
        sealed = envelopes[environment].seal(purpose, PLAIN, user=user)
        for other in places:
            if other == (purpose, user, environment):
                assert envelopes[environment].open(purpose, sealed, user=user) == PLAIN
            else:
                assert reason_of(sealed, by=envelopes[other[2]], purpose=other[0], user=other[1]) == "forged"


def test_r8_parts_that_read_alike_when_joined_are_told_apart():
    sealed = envelope.seal("session", PLAIN, user="ab")
    assert reason_of(sealed, purpose="sessiona", user="b") == "forged"
    # The same key for both, so that only the lengths before the parts tell user and environment apart.
    swapped_bounds = Envelope(Keyring.parse(NEW), "bsandbox").seal("session", PLAIN, user="a")
    assert reason_of(swapped_bounds, user="ab") == "forged"


def test_r8_the_purpose_is_bound_even_where_the_subkey_is_the_same(monkeypatch):
    monkeypatch.setattr("keepless.adapters.sealing.keyring.Key.subkey", lambda _key, _purpose: b"k" * 32)
    both = Envelope(Keyring.parse(NEW), "sandbox")
    assert reason_of(both.seal("cache", PLAIN), by=both, purpose="session") == "forged"


def test_rotation_keeps_what_the_old_key_sealed_readable():
    before = Envelope(Keyring.parse(OLD), "sandbox")
    after = Envelope(Keyring.parse(f"{NEW},{OLD}"), "sandbox")
    sealed = before.seal("session", PLAIN)
    assert after.open("session", sealed) == PLAIN
    assert before.is_newest(sealed)
    assert not after.is_newest(sealed)
    anew = after.seal("session", PLAIN)
    assert after.is_newest(anew)
    assert Envelope(Keyring.parse(NEW), "sandbox").open("session", anew) == PLAIN


def test_a_nonce_is_never_used_twice():
    bodies = [envelope.seal("session", PLAIN).split(".")[2] for _ in range(50_000)]
    assert len({body[:16] for body in bodies}) == 50_000


def test_threads_share_one_envelope():
    shared = Envelope(Keyring.parse(NEW), "sandbox")

    def round_trip(number: int) -> bool:
        plaintext = str(number).encode()
        return shared.open("session", shared.seal("session", plaintext)) == plaintext

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(round_trip, range(4_000)))
