"""Signatures on receipts, by keys that follow from those that seal."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.adapters.sealing.receipts import ReceiptKeys, is_signed, key_id_of

MESSAGE = b'{"kind":"keepless.deletion"}'
NEW, OLD = generate(), generate()


@pytest.fixture
def keys():
    return ReceiptKeys(Keyring.parse(f"{NEW},{OLD}"))


def test_the_newest_key_signs_and_all_are_published_newest_first(keys):
    newest, older = keys.public_keys()
    signature = keys.sign(MESSAGE)
    assert signature.key_id == newest.key_id
    assert is_signed(MESSAGE, signature, newest)
    assert not is_signed(MESSAGE, signature, older)


def test_a_receipt_of_before_a_rotation_is_checked_with_the_older_key(keys):
    before = ReceiptKeys(Keyring.parse(OLD)).sign(MESSAGE)
    assert [is_signed(MESSAGE, before, key) for key in keys.public_keys()] == [False, True]


def test_every_process_of_an_installation_has_the_same_keys(keys):
    assert ReceiptKeys(Keyring.parse(f"{NEW},{OLD}")).public_keys() == keys.public_keys()
    assert ReceiptKeys(Keyring.parse(generate())).public_keys() != keys.public_keys()


def test_anybody_checks_a_signature_without_anything_of_ours(keys):
    raw = base64url.decode(keys.public_keys()[0].public_key)
    assert len(raw) == 32
    Ed25519PublicKey.from_public_bytes(raw).verify(base64url.decode(keys.sign(MESSAGE).value), MESSAGE)


def test_the_id_of_a_key_is_not_that_of_a_key_that_seals_and_follows_from_the_key(keys):
    sealing = {key.id for key in Keyring.parse(f"{NEW},{OLD}")}
    for key in keys.public_keys():
        assert key.key_id.startswith("receipt-")
        assert not any(key_id in key.key_id for key_id in sealing)
        assert key.key_id == key_id_of(base64url.decode(key.public_key))


def test_no_byte_of_the_message_and_no_bit_of_the_signature_can_change(keys):
    key, signature = keys.public_keys()[0], keys.sign(MESSAGE)
    assert not is_signed(MESSAGE + b" ", signature, key)
    raw = base64url.decode(signature.value)
    for place in range(len(raw) * 8):
        turned = bytearray(raw)
        turned[place // 8] ^= 1 << place % 8
        changed = msgspec.structs.replace(signature, value=base64url.encode(bytes(turned)))
        assert not is_signed(MESSAGE, changed, key), place


@pytest.mark.parametrize("value", ["", "A", "not base64!", "AA" * 32, "A" * 86 + "=="])
def test_a_malformed_signature_is_none(keys, value):
    changed = msgspec.structs.replace(keys.sign(MESSAGE), value=value)
    assert not is_signed(MESSAGE, changed, keys.public_keys()[0])


@pytest.mark.parametrize("public_key", ["", "A", "AAAA", base64url.encode(bytes(31)), base64url.encode(bytes(33))])
def test_a_malformed_key_has_signed_nothing(keys, public_key):
    changed = msgspec.structs.replace(keys.public_keys()[0], public_key=public_key)
    assert not is_signed(MESSAGE, keys.sign(MESSAGE), changed)


def test_a_key_under_the_id_of_another_has_signed_nothing(keys):
    """Somebody who publishes their own key under a known id."""
    others = ReceiptKeys(Keyring.parse(generate()))
    ours = keys.public_keys()[0].key_id
    signature = msgspec.structs.replace(others.sign(MESSAGE), key_id=ours)
    renamed = msgspec.structs.replace(others.public_keys()[0], key_id=ours)
    assert not is_signed(MESSAGE, signature, renamed)


def test_another_algorithm_is_refused(keys):
    renamed = msgspec.structs.replace(keys.public_keys()[0], alg="none")
    assert not is_signed(MESSAGE, keys.sign(MESSAGE), renamed)


def test_no_key_prints(keys):
    assert NEW not in repr(keys)
    assert NEW not in repr(keys.public_keys())
