"""What seals and opens."""

from typing import Protocol

import msgspec

from keepless.core.secret import Secret


class Sealer(Protocol):
    """Authenticated encryption bound to a purpose."""

    def seal(self, purpose: str, plaintext: bytes, *, user: str = "") -> str:
        """A printable sealed text (SECURITY.md, Sealing)."""
        ...

    def open(self, purpose: str, sealed: str, *, user: str = "") -> bytes:
        """The plaintext. Raises `errors.SealBroken` for all but what `seal` made for this purpose and user."""
        ...

    def is_newest(self, sealed: str) -> bool:
        """Whether `sealed` names the key that seals now; False for one of an older key, to be sealed anew."""
        ...


class CopyOwner(msgspec.Struct, frozen=True):
    """Who alone can open an entry: the random secret of a session's cookie and the item's token, both needed."""

    secret: bytes
    token: Secret
    item_id: str


class CopySealer(Protocol):
    """Authenticated encryption of cache entries, which the server alone cannot open (SECURITY.md, threat model)."""

    def name(self, item_id: str) -> str:
        """The name of an item's entry: a keyed hash, from which nobody finds the item."""
        ...

    def seal(self, owner: CopyOwner, part: str, plaintext: bytes) -> bytes:
        """The plaintext padded, so that its length tells little, and sealed for this owner and part."""
        ...

    def open(self, owner: CopyOwner, part: str, sealed: bytes) -> bytes:
        """The plaintext. Raises `errors.SealBroken` for all but what `seal` made for the same owner and part (R10)."""
        ...


class CapsuleSealer(Protocol):
    """Authenticated encryption of trend capsules, which the server alone cannot open (docs/trends.md, T15)."""

    def seal(self, secret: bytes, plaintext: bytes) -> str:
        """A printable sealed text. `secret` is what the visitor's trend cookie holds, and is kept nowhere else."""
        ...

    def open(self, secret: bytes, sealed: str) -> bytes:
        """The plaintext. Raises `errors.SealBroken` for all but what `seal` made with the same secret."""
        ...


class PassphraseSealer(Protocol):
    """Authenticated encryption by words that a person chose: whoever has the words needs nothing of ours to open it.

    Making the key is costly on purpose. Both raise `errors.Overloaded` where too many keys are being made already.
    """

    def seal(self, passphrase: Secret, plaintext: bytes) -> str:
        """A file's text, with all that is needed beside the passphrase to open it."""
        ...

    def open(self, passphrase: Secret, sealed: str) -> bytes:
        """The plaintext. Raises `errors.SealBroken`: a wrong passphrase cannot be told from a changed text."""
        ...
