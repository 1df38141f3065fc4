"""Ed25519 signatures (RFC 8032) on receipts, by keys that are derived from those of `TOKEN_ENCRYPTION_KEY`."""

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Key, Keyring
from keepless.core.receipt import ALGORITHM, Signature
from keepless.errors import SealBroken
from keepless.services.receipts import PublicKey

PURPOSE = "receipt"
PUBLIC_BYTES = 32
_ID_BYTES = 8


class ReceiptKeys:
    """`keepless.services.receipts.ReceiptSigner` over a keyring. Safe to share between threads."""

    def __init__(self, keyring: Keyring) -> None:
        self._newest = _private(keyring.newest)
        self._public = tuple(_public(_private(key)) for key in keyring)

    def sign(self, message: bytes) -> Signature:
        """A signature by the newest key."""
        key_id = self._public[0].key_id
        return Signature(alg=ALGORITHM, key_id=key_id, value=base64url.encode(self._newest.sign(message)))

    def public_keys(self) -> tuple[PublicKey, ...]:
        return self._public


def key_id_of(public_key: bytes) -> str:
    """The id of a public key, which follows from the key itself: nobody can give theirs the id of another.

    It begins with a word, so that none takes it for the id of a key that seals.
    """
    return f"receipt-{sha256(b'keepless.receipt' + public_key).digest()[:_ID_BYTES].hex()}"


def is_signed(message: bytes, signature: Signature, key: PublicKey) -> bool:
    """Whether `key` has made this signature over `message`. Never raises: what is malformed was not signed."""
    try:
        public, value = base64url.decode(key.public_key), base64url.decode(signature.value)
        if (signature.alg, key.alg, signature.key_id) != (ALGORITHM, ALGORITHM, key_id_of(public)):
            return False
        Ed25519PublicKey.from_public_bytes(public).verify(value, message)
    except (SealBroken, InvalidSignature, ValueError):
        return False
    return True


def _private(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(key.subkey(PURPOSE))


def _public(private: Ed25519PrivateKey) -> PublicKey:
    raw = private.public_key().public_bytes_raw()
    return PublicKey(key_id=key_id_of(raw), alg=ALGORITHM, public_key=base64url.encode(raw))
