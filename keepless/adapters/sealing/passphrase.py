"""A file that a passphrase opens: a JSON object, AES-256-GCM under a key by Argon2id (docs/trends.md, T16).

There are files of two kinds, of trends and for recovery (docs/recovery.md); neither opens as the other.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from keepless.adapters.sealing import base64url, gcm
from keepless.core.secret import Secret
from keepless.errors import Overloaded, SealBroken

AT_ONCE = 2
PATIENCE = 2.0
# Longer than any file of ours; checked before any work is done on what a stranger sends.
MAX_FILE = 256 * 1024

Kind = Literal["trends", "recovery"]

_KEY_BYTES = 32
_SALT_BYTES = 16


class Cost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What making the key costs. Less than ours is no file of ours, and more is not done for a stranger.

    Ours is OWASP's: 19 MiB of memory, two iterations, one lane (Password Storage Cheat Sheet, Argon2id).
    """

    memory_kib: Annotated[int, msgspec.Meta(ge=19_456, le=65_536)] = 19_456
    iterations: Annotated[int, msgspec.Meta(ge=2, le=4)] = 2
    lanes: Annotated[int, msgspec.Meta(ge=1, le=4)] = 1


class _Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in clear, all of it bound to the ciphertext as associated data."""

    keepless: Kind
    version: Literal[1] = 1
    kdf: Literal["argon2id"] = "argon2id"
    params: Cost = Cost()
    salt: str


class _File(_Head, frozen=True, kw_only=True, forbid_unknown_fields=True):
    nonce: str
    ciphertext: str


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(_File)


class PassphraseEnvelope:
    """`keepless.ports.PassphraseSealer` for files of one kind. At most `at_once` keys are made at the same moment.

    Others wait for `patience` seconds. One per process; those of other kinds are made by `of_kind`, and share its
    turns. Safe to share between threads.
    """

    def __init__(self, *, kind: Kind = "trends", at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._kind: Kind = kind
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience

    def of_kind(self, kind: Kind) -> "PassphraseEnvelope":
        """The same for files of another kind: together they make no more keys at once."""
        other = PassphraseEnvelope(kind=kind, patience=self._patience)
        other._turns = self._turns
        return other

    def seal(self, passphrase: Secret, plaintext: bytes) -> str:
        """A file's text. Raises Overloaded; ValueError where it would be longer than `open` reads."""
        salt = os.urandom(_SALT_BYTES)
        head = _Head(keepless=self._kind, salt=base64url.encode(salt))
        body = gcm.encrypt(self._cipher(passphrase, head.params, salt), plaintext, _encode(head))
        text = _encode(
            _File(
                keepless=self._kind,
                params=head.params,
                salt=head.salt,
                nonce=base64url.encode(body[: gcm.NONCE_BYTES]),
                ciphertext=base64url.encode(body[gcm.NONCE_BYTES :]),
            )
        ).decode()
        if len(text) > MAX_FILE:
            raise ValueError(f"{len(plaintext)} bytes are too many for a file")
        return text

    def open(self, passphrase: Secret, sealed: str) -> bytes:
        """The plaintext. Raises Overloaded, and SealBroken (malformed, forged) for any other text or passphrase."""
        if len(sealed) > MAX_FILE:
            raise SealBroken("malformed")
        try:
            file = _decoder.decode(sealed)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            raise SealBroken("malformed") from None
        if file.keepless != self._kind:
            raise SealBroken("malformed")
        salt, nonce, ciphertext = map(base64url.decode, (file.salt, file.nonce, file.ciphertext))
        if len(salt) != _SALT_BYTES or len(nonce) != gcm.NONCE_BYTES:
            raise SealBroken("malformed")
        head = _Head(keepless=file.keepless, params=file.params, salt=file.salt)
        return gcm.decrypt(self._cipher(passphrase, file.params, salt), nonce + ciphertext, _encode(head))

    def _cipher(self, passphrase: Secret, cost: Cost, salt: bytes) -> AESGCM:
        kdf = Argon2id(
            salt=salt,
            length=_KEY_BYTES,
            iterations=cost.iterations,
            lanes=cost.lanes,
            memory_cost=cost.memory_kib,
        )
        with self._turn():
            return AESGCM(kdf.derive(passphrase.reveal().encode()))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._turns.acquire(timeout=self._patience):
            raise Overloaded("too many keys are being made from passphrases")
        try:
            yield
        finally:
            self._turns.release()
