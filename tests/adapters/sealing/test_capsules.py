import re
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing.capsules import MAX_SEALED, CapsuleEnvelope
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.errors import SealBroken

SECRET, OTHER = b"a" * 32, b"b" * 32
PLAIN = b"months and cards"
envelope = CapsuleEnvelope("sandbox")


def reason_of(sealed, *, by=envelope, secret=SECRET):
    with pytest.raises(SealBroken) as broken:
        by.open(secret, sealed)
    return broken.value.reason


@given(st.binary(max_size=3_000), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens(plaintext, secret):
    assert envelope.open(secret, envelope.seal(secret, plaintext)) == plaintext


def test_t15_the_format_is_the_one_that_the_page_describes():
    sealed = envelope.seal(SECRET, PLAIN)
    raw = urlsafe_b64decode(sealed.removeprefix("kt1.") + "==")
    kdf = HKDF(algorithm=SHA256(), length=32, salt=b"keepless.capsule", info=b"environment/sandbox")
    assert AESGCM(kdf.derive(SECRET)).decrypt(raw[:12], raw[12:], b"kt1") == PLAIN


def test_t15_neither_another_secret_nor_another_environment_opens_it():
    sealed = envelope.seal(SECRET, PLAIN)
    assert reason_of(sealed, secret=OTHER) == "forged"
    assert reason_of(sealed, by=CapsuleEnvelope("production")) == "forged"


def test_t15_every_key_of_the_server_opens_nothing_without_the_secret():
    keyring = Keyring.parse(f"{generate()},{generate()}")
    sealed = envelope.seal(SECRET, PLAIN)
    keys = [key.subkey(purpose) for key in keyring for purpose in ("trends", "capsule", "session", "cache", "link")]
    assert {reason_of(sealed, secret=key) for key in keys} == {"forged"}
    with pytest.raises(SealBroken):
        Envelope(keyring, "sandbox").open("trends", sealed)


@given(st.data())
def test_a_text_that_is_another_in_one_character_is_refused(data):
    sealed = envelope.seal(SECRET, PLAIN)
    place = data.draw(st.integers(0, len(sealed) - 1))
    other = data.draw(st.characters().filter(lambda character: character != sealed[place]))
    assert reason_of(sealed[:place] + other + sealed[place + 1 :]) in {"malformed", "forged"}


@pytest.mark.parametrize(
    "text",
    ["", "kt1.", "kt1." + "A" * 37, "kt2." + "A" * 60, "kt1." + "A" * 60 + "\n", "kt1." + "A" * MAX_SEALED, "\udc80"],
)
def test_what_is_no_capsule_is_malformed(text):
    assert reason_of(text) == "malformed"


def test_two_sealings_share_nothing_and_show_nothing():
    one, two = envelope.seal(SECRET, PLAIN), envelope.seal(SECRET, PLAIN)
    assert one[4:20] != two[4:20]
    assert re.fullmatch(r"kt1\.[A-Za-z0-9_-]+", one)


def test_what_would_be_too_long_to_open_is_not_sealed():
    with pytest.raises(ValueError, match="too many"):
        envelope.seal(SECRET, b"x" * MAX_SEALED)
