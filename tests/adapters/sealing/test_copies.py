import itertools
import re
import time
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing.copies import STEP, CopyEnvelope, padded_length
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate, key_id
from keepless.core.secret import Secret
from keepless.errors import SealBroken
from keepless.ports import CopyOwner

KEY = generate()
ANN = CopyOwner(b"a secret of a cookie, 32 bytes!!", Secret("access-local-ann"), "item-ann")
PLAIN = b"what the bank of one person said"
envelope = CopyEnvelope(Keyring.parse(KEY), "sandbox")


def reason_of(sealed: bytes, *, owner: CopyOwner = ANN, part: str = "rows", by: CopyEnvelope = envelope) -> str:
    with pytest.raises(SealBroken) as broken:
        by.open(owner, part, sealed)
    return broken.value.reason


def joined(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def anns_key() -> bytes:
    """The key of Ann's entry, as docs/decisions/0009 says it is made."""
    pepper = HKDF(SHA256(), 32, b"keepless.sealing", b"purpose/cache").derive(urlsafe_b64decode(KEY))
    info = joined(b"keepless.cache", b"sandbox", envelope.name(ANN.item_id).encode())
    return HKDF(SHA256(), 32, pepper, info).derive(joined(ANN.secret, b"access-local-ann"))


def bound_to_anns_rows() -> bytes:
    name = envelope.name(ANN.item_id).encode()
    return joined(b"klc1", bytes.fromhex(key_id(KEY)), b"cache", b"rows", name, b"sandbox")


@given(st.binary(max_size=3_000), st.binary(max_size=40), st.text(max_size=40), st.text(max_size=40), st.text())
def test_what_was_sealed_opens_for_its_owner(plaintext, secret, token, item, part):
    owner = CopyOwner(
        secret, Secret(token.encode("utf-8", "replace").decode()), item.encode("utf-8", "replace").decode()
    )
    part = part.encode("utf-8", "replace").decode()
    assert envelope.open(owner, part, envelope.seal(owner, part, plaintext)) == plaintext


def test_the_name_is_a_keyed_hash_of_the_item():
    name = envelope.name("item-ann")
    assert re.fullmatch("keepless:[A-Za-z0-9_-]{43}", name)
    assert name == envelope.name("item-ann")
    pepper = Keyring.parse(KEY).newest.subkey("cache")
    mac = HMAC(pepper, SHA256())
    mac.update(b"keepless.itemitem-ann")
    assert urlsafe_b64decode(name.removeprefix("keepless:") + "=") == mac.finalize()


def test_names_differ_by_item_and_by_key():
    other = CopyEnvelope(Keyring.parse(generate()), "sandbox")
    assert len({by.name(item) for by in (envelope, other) for item in ("item-ann", "item-bob", "")}) == 6


def test_the_format_is_the_one_that_the_documents_describe():
    """Opened here by hand, from the key's text and what the visitor's cookie has: what another program would need."""
    sealed = envelope.seal(ANN, "rows", PLAIN)
    version, by, nonce, ciphertext = sealed[:4], sealed[4:8], sealed[8:20], sealed[20:]
    assert (version, by.hex()) == (b"klc1", key_id(KEY))
    padded = AESGCM(anns_key()).decrypt(nonce, ciphertext, bound_to_anns_rows())
    assert padded == joined(PLAIN) + bytes(STEP - 4 - len(PLAIN))


def test_nothing_of_the_plaintext_its_owner_or_its_item_shows():
    sealed = envelope.seal(ANN, "rows", PLAIN)
    for part in (PLAIN, ANN.secret, b"access-local-ann", b"item-ann", b"rows"):
        assert part not in sealed
    assert "ann" not in envelope.name(ANN.item_id)


def test_the_same_is_sealed_differently_each_time():
    assert len({envelope.seal(ANN, "rows", PLAIN)[8:20] for _ in range(2_000)}) == 2_000


# --- R8 and R10 ------------------------------------------------------------------------------------------------------

OTHERS = {
    "secret": CopyOwner(b"another", ANN.token, ANN.item_id),
    "no secret": CopyOwner(b"", ANN.token, ANN.item_id),
    "token": CopyOwner(ANN.secret, Secret("access-local-bob"), ANN.item_id),
    "no token": CopyOwner(ANN.secret, Secret(""), ANN.item_id),
    "item": CopyOwner(ANN.secret, ANN.token, "item-bob"),
    "secret and token, split elsewhere": CopyOwner(ANN.secret + b"a", Secret("ccess-local-ann"), ANN.item_id),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_r8_a_copy_opens_for_no_other_owner(other):
    assert reason_of(envelope.seal(ANN, "rows", PLAIN), owner=other) == "forged"
    assert reason_of(envelope.seal(other, "rows", PLAIN)) == "forged"


def test_r8_each_owner_part_and_environment_opens_its_own_and_no_other():
    keyring = Keyring.parse(KEY)
    by = {environment: CopyEnvelope(keyring, environment) for environment in ("local", "sandbox", "production")}
    places = list(itertools.product((ANN, *OTHERS.values()), ("rows", "live", "row", ""), by))
    for owner, part, environment in places[:12] + places[40:52]:
        sealed = by[environment].seal(owner, part, PLAIN)
        for other in places:
            if other == (owner, part, environment):
                assert by[environment].open(owner, part, sealed) == PLAIN
            else:
                assert reason_of(sealed, owner=other[0], part=other[1], by=by[other[2]]) == "forged"


def test_r8_what_was_sealed_for_another_purpose_is_no_copy_and_a_copy_is_nothing_else():
    keyring = Keyring.parse(KEY)
    session = Envelope(keyring, "sandbox")
    for purpose in ("session", "cache"):
        assert reason_of(session.seal(purpose, PLAIN).encode()) == "malformed"
        with pytest.raises(SealBroken):
            session.open(purpose, envelope.seal(ANN, "rows", PLAIN).decode("latin-1"))


def test_a_copy_of_another_key_is_named_as_such_also_where_both_are_listed():
    older = CopyEnvelope(Keyring.parse(generate()), "sandbox").seal(ANN, "rows", PLAIN)
    assert reason_of(older) == "unknown_key"
    new = generate()
    rotated = CopyEnvelope(Keyring.parse(f"{new},{KEY}"), "sandbox")
    assert reason_of(envelope.seal(ANN, "rows", PLAIN), by=rotated) == "unknown_key"
    assert rotated.name(ANN.item_id) != envelope.name(ANN.item_id)


def test_every_bit_of_the_head_and_of_the_nonce_matters():
    sealed = envelope.seal(ANN, "rows", PLAIN)
    for place, bit in itertools.product(range(24), range(8)):
        reason_of(sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :])


@given(st.data())
def test_r10_any_change_is_refused(data):
    sealed = envelope.seal(ANN, "rows", PLAIN)
    place = data.draw(st.integers(0, len(sealed) - 1))
    flipped = sealed[:place] + bytes([sealed[place] ^ data.draw(st.integers(1, 255))]) + sealed[place + 1 :]
    cut = sealed[: data.draw(st.integers(0, len(sealed) - 1))]
    longer = sealed + data.draw(st.binary(min_size=1, max_size=20))
    swapped = sealed[:20] + envelope.seal(ANN, "rows", b"x")[20:]
    for changed in (flipped, cut, longer, swapped):
        reason_of(changed)


@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(envelope.seal(ANN, "rows", b"")[:8].__add__)))
def test_r10_any_bytes_are_refused_and_raise_nothing_else(garbage):
    assert reason_of(garbage) in {"malformed", "unknown_key", "forged"}


ODD = {
    "nothing": b"",
    "a byte": b"k",
    "the head alone": envelope.seal(ANN, "rows", PLAIN)[:8],
    "head and nonce": envelope.seal(ANN, "rows", PLAIN)[:20],
    "no whole tag": envelope.seal(ANN, "rows", PLAIN)[:35],
    "an older version": b"klc0" + envelope.seal(ANN, "rows", PLAIN)[4:],
    "a pickle": b"\x80\x04\x95" + bytes(100),
    "JSON": b'{"rows": []}' * 10,
    "a text": "klc1 a text that is no bytes" * 3,
}


@pytest.mark.parametrize("garbage", ODD.values(), ids=ODD.keys())
def test_r10_what_is_no_copy_at_all_is_malformed(garbage):
    assert reason_of(garbage) == "malformed"


LIES = {
    "nothing in it": b"",
    "less than a length": b"\0\0\0",
    "no padding": joined(PLAIN),
    "padding of another length": joined(PLAIN) + bytes(2 * STEP - 4 - len(PLAIN)),
    "padding that is not empty": joined(PLAIN) + bytes(STEP - 5 - len(PLAIN)) + b"x",
    "a length beyond the end": b"\xff\xff\xff\xff" + bytes(STEP - 4),
    "a length just beyond the end": (STEP - 3).to_bytes(4, "big") + bytes(STEP - 4),
    "a length that leaves words in the padding": (3).to_bytes(4, "big") + PLAIN + bytes(STEP - 4 - len(PLAIN)),
}


@pytest.mark.parametrize("padded", LIES.values(), ids=LIES.keys())
def test_padding_that_lies_is_malformed_even_where_the_seal_is_right(padded):
    genuine = envelope.seal(ANN, "rows", PLAIN)
    nonce = bytes(12)
    lying = genuine[:8] + nonce + AESGCM(anns_key()).encrypt(nonce, padded, bound_to_anns_rows())
    assert reason_of(lying) == "malformed"


# --- what a length tells ---------------------------------------------------------------------------------------------


@given(st.integers(0, 300_000), st.integers(0, 300_000))
def test_lengths_of_the_same_bucket_are_the_same(first, second):
    lengths = [len(envelope.seal(ANN, "rows", bytes(size))) for size in (first, second)]
    assert (lengths[0] == lengths[1]) == ((first + 3) // STEP == (second + 3) // STEP)


@given(st.integers(1, 2**32 - 1))
def test_a_bucket_is_64_kib_and_beyond_a_mebibyte_a_sixteenth_at_most(length):
    padded = padded_length(length)
    assert length <= padded
    assert padded % STEP == 0 or length > 2**20
    assert padded - length < max(STEP, length / 16 + 1)
    assert padded_length(padded) == padded


@given(st.integers(1, 2**32 - 2))
def test_what_is_longer_is_never_padded_to_less(length):
    assert padded_length(length) <= padded_length(length + 1)


def test_there_are_few_lengths():
    assert len({padded_length(length) for length in range(1, 2**20, 1_000)}) == 16
    assert len({padded_length(length) for length in range(2**20 + 1, 2**21, 1_000)}) == 16
    assert len({padded_length(length) for length in range(2**21 + 1, 2**22, 1_000)}) == 16


# --- what is kept of a visitor ---------------------------------------------------------------------------------------


def test_nothing_of_a_visitor_stays_in_the_envelope():
    fresh = CopyEnvelope(Keyring.parse(KEY), "sandbox")
    before = dict(vars(fresh))
    fresh.open(ANN, "rows", fresh.seal(ANN, "rows", PLAIN))
    assert vars(fresh) == before


def test_opening_costs_little_beside_reading(record_property):
    sealed = envelope.seal(ANN, "rows", bytes(400_000))
    best = 9.0
    for _ in range(20):
        start = time.perf_counter()
        envelope.open(ANN, "rows", sealed)
        best = min(best, time.perf_counter() - start)
    record_property("said", f"a copy of 400 kB opens in {best * 1_000:.2f} ms")
