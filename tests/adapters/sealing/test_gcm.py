import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing import gcm
from keepless.errors import SealBroken

CIPHER = AESGCM(bytes(range(32)))
parts = st.lists(st.binary(max_size=20), max_size=4)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_what_was_encrypted_is_decrypted_with_the_same_associated_data(plaintext, bound):
    assert gcm.decrypt(CIPHER, gcm.encrypt(CIPHER, plaintext, bound), bound) == plaintext


def test_no_nonce_is_used_twice():
    assert len({gcm.encrypt(CIPHER, b"", b"")[: gcm.NONCE_BYTES] for _ in range(1_000)}) == 1_000


@pytest.mark.parametrize("length", range(gcm.NONCE_BYTES, gcm.NONCE_BYTES + gcm.TAG_BYTES + 1))
def test_a_nonce_with_less_than_a_ciphertext_is_forged(length):
    with pytest.raises(SealBroken, match="forged"):
        gcm.decrypt(CIPHER, bytes(length), b"")


@given(parts, parts)
def test_r8_no_two_lists_of_parts_are_joined_alike(one, other):
    assert (gcm.joined(one) == gcm.joined(other)) == (one == other)
