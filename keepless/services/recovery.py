"""The recovery file: the banks of a session and their keys, for whoever loses the cookie (docs/recovery.md)."""

from concurrent.futures import Executor
from datetime import datetime

import msgspec

from keepless.core.models import BankProblem, BankRef
from keepless.core.secret import Secret
from keepless.errors import NotInTier, PlaidFault, SealBroken
from keepless.ports import Clock, PassphraseSealer, Plaid, Sealer
from keepless.services.snapshots import problem_of
from keepless.services.trend_keeping import normal
from keepless.services.vault import BankKey, Vault, decode, encode

PURPOSE = "recovery"


class ForeignFile(SealBroken):
    """The passphrase opened the file; what is in it was sealed by other keys than ours, or for another environment."""


class Recovered(msgspec.Struct, frozen=True):
    """What a file holds: the banks with their keys, and when it was made (UTC)."""

    keys: tuple[BankKey, ...]
    made_at: datetime


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """How a restoration ended: the session with the banks in it, which they are, and what is wrong with the others."""

    vault: Vault
    banks: tuple[BankRef, ...] = ()
    problems: tuple[BankProblem, ...] = ()


class Recovery:
    """Makes and opens recovery files. Keeps nothing of them.

    A file is sealed twice: by the server's own keys and, around that, by the person's passphrase. So neither the file
    with its passphrase nor the server with the file gives a token.
    """

    def __init__(self, sealer: Sealer, files: PassphraseSealer, clock: Clock) -> None:
        self._sealer = sealer
        self._files = files
        self._clock = clock

    def to_file(self, passphrase: Secret, vault: Vault) -> str:
        """A file's text, of the vault's banks alone. It is bound to no account, and outlives the session.

        Raises InvalidField for a passphrase that is too short or too long, Overloaded.
        """
        now = self._clock()
        content = Vault(session_id="", secret=b"", issued_at=now, expires_at=now, banks=vault.banks)
        return self._files.seal(normal(passphrase), self._sealer.seal(PURPOSE, encode(content)).encode())

    def from_file(self, passphrase: Secret, text: str) -> Recovered:
        """What `to_file` was given. Raises SealBroken for a wrong passphrase as for what is no such file.

        Raises ForeignFile where the passphrase was right, InvalidField for one that no file can have, and Overloaded.
        """
        sealed = self._files.open(normal(passphrase), text)
        try:
            content = decode(self._sealer.open(PURPOSE, sealed.decode("utf-8", "replace")))
        except SealBroken as fault:
            raise ForeignFile(fault.reason) from None
        return Recovered(keys=content.banks, made_at=content.issued_at)


class Restoring:
    """Puts the banks of a file into a session, each once Plaid has said that its key still works."""

    def __init__(self, plaid: Plaid, pool: Executor) -> None:
        self._plaid = plaid
        self._pool = pool

    def restore(self, vault: Vault, recovered: Recovered, *, most: int) -> Restored:
        """The vault with the file's banks behind its own; nothing that was in it is lost.

        A bank that is in both gets the file's key where that works. One whose key does not work, or cannot be asked for
        now, is a problem beside the others. Raises before anything is asked, where not all have room: TooManyBanks, or
        NotInTier for more than `most` banks.
        """
        grown = _with_banks(vault, recovered.keys)
        if len(grown.banks) > max(most, len(vault.banks)):
            raise NotInTier("banks", most)
        outcomes = list(self._pool.map(self._proven, recovered.keys))
        proven = tuple(outcome for outcome in outcomes if isinstance(outcome, BankKey))
        return Restored(
            vault=_with_banks(vault, proven),
            banks=tuple(key.bank for key in proven),
            problems=tuple(outcome for outcome in outcomes if isinstance(outcome, BankProblem)),
        )

    def _proven(self, key: BankKey) -> BankKey | BankProblem:
        try:
            return BankKey(self._plaid.identify(key.token), key.token)
        except PlaidFault as fault:
            return problem_of(key, fault)


def _with_banks(vault: Vault, keys: tuple[BankKey, ...]) -> Vault:
    for key in keys:
        vault = vault.with_bank(key)
    return vault
