"""Authenticated encryption of cache entries: `version || key id || nonce || ciphertext`, see docs/decisions/0009."""

import hmac

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from keepless.adapters.sealing import base64url, gcm
from keepless.adapters.sealing.keyring import KEY_BYTES, Keyring
from keepless.errors import SealBroken
from keepless.ports import CopyOwner

VERSION = b"klc1"
STEP = 65_536
_PURPOSE = "cache"
_PREFIX = "keepless:"
_LENGTH_BYTES = 4
_STEPS_AN_OCTAVE = 16


class CopyEnvelope:
    """`keepless.ports.CopySealer` over the newest key of a keyring, for one Plaid environment.

    The newest key alone: a rotation leaves the entries of the older one unfound, to end by themselves. Nothing that
    depends on a visitor's secret is kept between two calls. Safe to share between threads.
    """

    def __init__(self, keyring: Keyring, environment: str) -> None:
        self._pepper = keyring.newest.subkey(_PURPOSE)
        self._head = VERSION + bytes.fromhex(keyring.newest.id)
        self._environment = environment.encode()

    def name(self, item_id: str) -> str:
        """`keepless:` and HMAC-SHA256 of the item's id under the pepper, in base64url."""
        digest = hmac.digest(self._pepper, b"keepless.item" + item_id.encode(), "sha256")
        return _PREFIX + base64url.encode(digest)

    def seal(self, owner: CopyOwner, part: str, plaintext: bytes) -> bytes:
        """The plaintext padded (`padded_length`) and sealed. Raises ValueError where its length takes over 32 bits."""
        length = _LENGTH_BYTES + len(plaintext)
        if length >> 32:
            raise ValueError(f"{len(plaintext)} bytes are too many to seal")
        padding = bytes(padded_length(length) - length)
        padded = b"".join((len(plaintext).to_bytes(_LENGTH_BYTES, "big"), plaintext, padding))
        name = self.name(owner.item_id)
        return self._head + gcm.encrypt(self._cipher(owner, name), padded, self._bound(part, name))

    def open(self, owner: CopyOwner, part: str, sealed: bytes) -> bytes:
        """The plaintext. Raises SealBroken (malformed, unknown_key, forged) for any other value, and nothing else."""
        start = len(self._head)
        if len(sealed) < start + gcm.NONCE_BYTES + gcm.TAG_BYTES or sealed[: len(VERSION)] != VERSION:
            raise SealBroken("malformed")
        if sealed[:start] != self._head:
            raise SealBroken("unknown_key")
        name = self.name(owner.item_id)
        body = memoryview(sealed)[start:]  # not copied: it is megabytes where there are many rows
        return _unpadded(gcm.decrypt(self._cipher(owner, name), body, self._bound(part, name)))

    def _cipher(self, owner: CopyOwner, name: str) -> AESGCM:
        """The key of one owner's entry. What the server has is the salt alone; both secrets are the visitor's."""
        info = gcm.joined((b"keepless.cache", self._environment, name.encode()))
        secrets = gcm.joined((owner.secret, owner.token.reveal().encode()))
        return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=self._pepper, info=info).derive(secrets))

    def _bound(self, part: str, name: str) -> bytes:
        """The associated data."""
        version, key_id = self._head[: len(VERSION)], self._head[len(VERSION) :]
        return gcm.joined((version, key_id, _PURPOSE.encode(), part.encode(), name.encode(), self._environment))


def padded_length(length: int) -> int:
    """What `length` bytes are padded to: multiples of 64 KiB, and beyond 1 MiB of 1/16 of the power of two below.

    So a length tells its size to 6 % at most. The idea is Padmé's (Nikitin et al., "Reducing Metadata Leakage from
    Encrypted Files and Communication with PURBs", PoPETs 2019), the steps are coarser.
    """
    step = max(STEP, (1 << (length.bit_length() - 1)) // _STEPS_AN_OCTAVE)
    return -(-length // step) * step


def _unpadded(padded: bytes) -> bytes:
    """What stands in front of the padding. It was sealed by us, so anything else is a fault of an older version."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + length
    if len(padded) < _LENGTH_BYTES or len(padded) != padded_length(end) or padded.count(0, end) != len(padded) - end:
        raise SealBroken("malformed")
    return padded[_LENGTH_BYTES:end]
