"""Trend capsules as the visitor's own browser keeps them, and as files that only a passphrase opens."""

import unicodedata

import msgspec

from keepless.core.capsule import Capsule
from keepless.core.capsule_format import decode, fit
from keepless.core.secret import Secret
from keepless.errors import InvalidField
from keepless.ports import CapsuleSealer, PassphraseSealer

FEWEST_CHARACTERS = 12
MOST_CHARACTERS = 1_000


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A capsule sealed for the browser: `capsule` is what is in it, `dropped` how many oldest months had no room."""

    sealed: str
    capsule: Capsule
    dropped: int


class TrendKeeping:
    """Seals capsules for the browser that keeps them and, by a passphrase of the visitor's own, for files."""

    def __init__(self, capsules: CapsuleSealer, files: PassphraseSealer) -> None:
        self._capsules = capsules
        self._files = files

    def seal(self, secret: bytes, capsule: Capsule) -> Kept:
        """The capsule for the browser whose trend cookie holds `secret`."""
        fitting = fit(capsule)
        sealed = self._capsules.seal(secret, fitting.packed)
        return Kept(sealed=sealed, capsule=fitting.capsule, dropped=fitting.dropped)

    def open(self, secret: bytes, sealed: str) -> Capsule:
        """What `seal` was given. Raises SealBroken."""
        return decode(self._capsules.open(secret, sealed))

    def to_file(self, passphrase: Secret, capsule: Capsule) -> str:
        """A file's text. Raises InvalidField for a passphrase that is too short or too long, Overloaded."""
        return self._files.seal(normal(passphrase), fit(capsule).packed)

    def from_file(self, passphrase: Secret, text: str) -> Capsule:
        """What `to_file` was given. Raises SealBroken for a wrong passphrase as for what is no such file.

        Raises InvalidField for a passphrase that no file can have, and Overloaded.
        """
        return decode(self._files.open(normal(passphrase), text))


def normal(passphrase: Secret) -> Secret:
    """The passphrase as every keyboard writes it: two ways to type an accented letter are one (NFKC, Unicode TR 15)."""
    text = unicodedata.normalize("NFKC", passphrase.reveal())
    if not FEWEST_CHARACTERS <= len(text) <= MOST_CHARACTERS:
        raise InvalidField("passphrase", f"it must have {FEWEST_CHARACTERS} to {MOST_CHARACTERS:,} characters")
    return Secret(text)
