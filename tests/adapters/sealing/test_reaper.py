"""Envelopes for the reaper: whoever has the private key opens them, and nobody else does, least of all the web tier."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_token_key
from keepless.adapters.sealing.reaper import STEP, Installation, ReaperKeys, ReaperSeal, generate
from keepless.core.secret import Secret
from keepless.errors import ConfigError, SealBroken

HOME = Installation("sandbox", "client-of-a-test")
PAIR, OTHER = generate(), generate()
TOKEN = Secret("access-sandbox-00000000-1111-2222-3333-444444444444")
seal = ReaperSeal.parse(PAIR.public, HOME)
keys = ReaperKeys.parse(PAIR.private, HOME)


def reason_of(sealed, *, by=keys, envelope_id="one"):
    with pytest.raises(SealBroken) as broken:
        by.open(envelope_id, sealed)
    return broken.value.reason


@given(st.text(max_size=1_200).filter(lambda text: "\0" not in text), st.text(max_size=80))
def test_what_was_sealed_opens(token, envelope_id):
    assert keys.open(envelope_id, seal.seal(envelope_id, Secret(token))) == Secret(token)


def test_a_token_that_ends_in_zeros_keeps_them():
    assert keys.open("one", seal.seal("one", Secret("token\0\0"))) == Secret("token\0\0")


def test_the_format_is_the_one_that_the_decision_describes():
    sealed = seal.seal("one", TOKEN)
    raw = base64url.decode(PAIR.private.reveal().rpartition(".")[2])
    head = b"klr1" + bytes.fromhex(PAIR.key_id)
    parts = (head, b"keepless.reaper", b"sandbox", b"client-of-a-test", b"one")
    info = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    padded = suite.decrypt(sealed.removeprefix(head), X25519PrivateKey.from_private_bytes(raw), info=info)
    plain = TOKEN.reveal().encode()
    assert padded == len(plain).to_bytes(2, "big") + plain + bytes(STEP - 2 - len(plain))


def test_the_length_tells_nothing_of_the_token():
    assert len({len(seal.seal("one", Secret("t" * length))) for length in range(STEP - 1)}) == 1


def test_two_envelopes_of_one_token_share_nothing_but_the_head():
    one, two = seal.seal("one", TOKEN), seal.seal("one", TOKEN)
    assert one[:8] == two[:8]
    assert not any(one[at : at + 8] in two for at in range(8, len(one) - 8))


def test_another_private_key_does_not_open_it():
    assert reason_of(seal.seal("one", TOKEN), by=ReaperKeys.parse(OTHER.private, HOME)) == "unknown_key"


def test_a_changed_key_id_does_not_help_another_key():
    sealed = seal.seal("one", TOKEN)
    renamed = sealed[:4] + bytes.fromhex(OTHER.key_id) + sealed[8:]
    assert reason_of(renamed, by=ReaperKeys.parse(OTHER.private, HOME)) == "forged"


@pytest.mark.parametrize(
    "elsewhere", [Installation("production", "client-of-a-test"), Installation("sandbox", "another-client")], ids=str
)
def test_r8_neither_another_environment_nor_another_client_of_plaid_opens_it(elsewhere):
    assert reason_of(seal.seal("one", TOKEN), by=ReaperKeys.parse(PAIR.private, elsewhere)) == "forged"


def test_r8_it_does_not_open_under_the_id_of_another():
    assert reason_of(seal.seal("one", TOKEN), envelope_id="two") == "forged"


@given(st.data())
def test_any_bit_that_is_flipped_is_noticed(data):
    sealed = bytearray(seal.seal("one", TOKEN))
    bit = data.draw(st.integers(0, 8 * len(sealed) - 1))
    sealed[bit // 8] ^= 1 << bit % 8
    assert reason_of(bytes(sealed)) in {"malformed", "unknown_key", "forged"}


@pytest.mark.parametrize("cut", [0, 1, 4, 8, 40, 200, 311])
def test_what_is_too_short_is_malformed(cut):
    assert reason_of(seal.seal("one", TOKEN)[:cut]) == "malformed"


def test_a_point_that_makes_no_secret_is_forged():
    sealed = seal.seal("one", TOKEN)
    assert reason_of(sealed[:8] + bytes(32) + sealed[40:]) == "forged"


def test_after_a_change_of_the_pair_both_private_keys_open_their_own():
    both = ReaperKeys.parse(Secret(f" {OTHER.private.reveal()} , {PAIR.private.reveal()}\n"), HOME)
    newer = ReaperSeal.parse(OTHER.public, HOME)
    assert both.open("one", seal.seal("one", TOKEN)) == both.open("two", newer.seal("two", TOKEN)) == TOKEN
    assert both.key_ids == (OTHER.key_id, PAIR.key_id)


def test_what_the_web_tier_has_opens_nothing():
    """Everything that an installation is configured with, tried as a private key in each way that it could be one."""
    sealed = seal.seal("one", TOKEN)
    keyring = Keyring.parse(f"{new_token_key()},{new_token_key()}")
    subkeys = [
        key.subkey(purpose) for key in keyring for purpose in ("session", "cache", "capsule", "reaper", "receipt")
    ]
    public = base64url.decode(PAIR.public.rpartition(".")[2])
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    info = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (sealed[:8], b"keepless.reaper", b"sandbox", b"client-of-a-test", b"one")
    )
    for raw in (*subkeys, public, b"FLASK_SECRET_KEY of thirty-two by"[:32]):
        with pytest.raises(InvalidTag):
            suite.decrypt(sealed[8:], X25519PrivateKey.from_private_bytes(raw), info=info)
    with pytest.raises(ConfigError):
        ReaperKeys.parse(Secret(PAIR.public), HOME)
    assert not hasattr(seal, "open")


def test_a_token_that_is_too_long_is_not_cut():
    with pytest.raises(ValueError, match="too many"):
        seal.seal("one", Secret("t" * 65_536))


def as_public(raw: bytes, key_id: str = "00000000") -> str:
    return f"reaper-public.{key_id}.{base64url.encode(raw)}"


# Points of low order, and other encodings of the same: everybody knows a secret made with one (RFC 7748, 6.1).
LOW_ORDER = [
    "00" * 32,
    "01" + "00" * 31,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 30 + "7f",
    "ee" + "ff" * 30 + "7f",
]


@pytest.mark.parametrize("point", LOW_ORDER)
def test_a_public_key_of_low_order_is_refused(point):
    with pytest.raises(ConfigError, match="REAPER_PUBLIC_KEY is no public key"):
        ReaperSeal.parse(as_public(bytes.fromhex(point)), HOME)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a key"),
        ("reaper-public.", "is not a key"),
        (PAIR.public[:-1], "is not a key"),
        (PAIR.public + "A", "is not a key"),
        (PAIR.public[:-1] + "=", "is not a key"),
        (PAIR.private.reveal(), "holds a private key"),
        (f"{PAIR.public[:23]}{OTHER.public[23:]}", "was changed"),
    ],
    ids=["empty", "no body", "short", "long", "padded", "the private one", "a body of another"],
)
def test_a_public_key_that_is_none_is_one_line_without_the_key(text, says):
    with pytest.raises(ConfigError, match=says) as refused:
        ReaperSeal.parse(text, HOME)
    assert "\n" not in str(refused.value)
    assert PAIR.public[24:] not in str(refused.value)
    assert PAIR.private.reveal()[25:] not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is not a key"),
        (PAIR.public, "holds a public key"),
        (f"{PAIR.private.reveal()},", "is not a key"),
        (PAIR.private.reveal()[:24] + OTHER.private.reveal()[24:], "was changed"),
    ],
    ids=["empty", "the public one", "an empty second one", "a body of another"],
)
def test_a_private_key_that_is_none_is_one_line_without_the_key(text, says):
    with pytest.raises(ConfigError, match=says) as refused:
        ReaperKeys.parse(Secret(text), HOME)
    assert PAIR.private.reveal()[30:] not in str(refused.value)


def test_neither_the_pair_nor_the_keys_print_the_private_one():
    secret = PAIR.private.reveal().rpartition(".")[2]
    assert secret not in repr(PAIR) + str(PAIR) + repr(keys) + str(vars(keys))
