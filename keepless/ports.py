"""What the services need from the outside, as small Protocols."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

import msgspec

from keepless.core.models import BankRef, BankSnapshot, Changes, Liabilities
from keepless.core.secret import Secret


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, with UTC as its zone."""
        ...


class LinkToken(msgspec.Struct, frozen=True):
    token: str
    expires_at: datetime


class Connected(msgspec.Struct, frozen=True):
    """A bank just connected: its token and who it is."""

    access_token: Secret
    bank: BankRef


class Plaid(Protocol):
    """Plaid, as far as Keepless uses it. Every method raises `errors.PlaidFault` and nothing else for a failed call."""

    def create_link_token(
        self, *, user_id: str, update: Secret | None = None, redirect_uri: str | None = None
    ) -> LinkToken:
        """A token for Link; with `update` for Link's update mode of that item.

        `redirect_uri` is where a bank with a login page of its own sends the person back to; None for a window.
        """
        ...

    def exchange(self, public_token: Secret) -> Connected:
        """Trades a public token for the lasting one, and asks who the bank is.

        Raises PlaidFault; where the exchange succeeded and only the look-up of the bank's name failed, the answer is
        still given, with an empty name: a token once made is never lost.
        """
        ...

    def identify(self, access_token: Secret) -> BankRef:
        """Who the bank behind a token is; proves that the token works."""
        ...

    def remove(self, access_token: Secret) -> str | None:
        """Removes the item; Plaid's request id, or None where it was gone already (R13)."""
        ...

    def fetch(
        self, access_token: Secret, bank: BankRef, *, start: date, end: date, expected: int | None
    ) -> BankSnapshot:
        """Accounts, transactions of the inclusive range and liabilities, in one round trip where `expected` is right.

        `expected` is the number of transactions to count on (a hint; None on a first visit). A set that changes between
        pages is fetched again. Liabilities that fail do not fail the rest.
        """
        ...

    def cursor_now(self, access_token: Secret, bank: BankRef) -> str:
        """A sync cursor that stands for this moment, without pulling the history; "" where the item is not ready yet.

        Asked for before a set is fetched, it misses no change of it: what happened in between is told twice.
        """
        ...

    def sync(self, access_token: Secret, bank: BankRef, *, cursor: str) -> Changes:
        """What has changed since `cursor`. A change between two pages begins the loop again from `cursor`."""
        ...

    def liabilities(self, access_token: Secret, bank: BankRef) -> Liabilities:
        """The terms of cards and loans by themselves. A refusal of Plaid's is a `problem` in it."""
        ...

    def status(self) -> Mapping[str, object]:
        """What is known of Plaid from the calls made so far: last success and last failure (UTC), and its code."""
        ...


class Copy(msgspec.Struct, frozen=True):
    """What a cache holds of one part of one entry.

    `revision` is the claim under which the entry was kept; None where there is no entry. `sealed` is None where the
    entry has no such part. `is_stale`, `is_outdated` (in more than a sync tells) and `problem` are what it was marked
    with since.
    """

    revision: int | None = None
    sealed: bytes | None = None
    is_stale: bool = False
    is_outdated: bool = False
    problem: str | None = None


class Cache(Protocol):
    """Sealed entries by name, in a store that may be away, slow, full or mistaken at any moment.

    An entry is a few parts, sealed each by itself, that are kept and forgotten together. Whoever wants to keep one
    claims it first: one claim at a time for each name, however many processes ask, and a claim that is over, or whose
    entry was forgotten since, keeps nothing (its number is a fencing token). Every method raises `errors.CacheFault`
    and nothing else, within a time that a visitor does not notice.
    """

    def read(self, wanted: Sequence[tuple[str, str]]) -> list[Copy]:
        """What there is for each (name, part), in the same order, in one round trip."""
        ...

    def claim(self, name: str, *, seconds: int) -> int | None:
        """The right to keep this entry for so long at most; None where another has it.

        Raises CacheFault("forgotten") within two minutes of `forget`: until then the entry is not to come back.
        """
        ...

    def keep(self, name: str, claim: int, parts: Mapping[str, bytes], *, until: datetime) -> bool:
        """Replaces the entry by these parts until that moment (UTC) and gives the claim back; False where it was lost.

        Marks that came after the claim stay.
        """
        ...

    def add(self, name: str, revision: int, part: str, sealed: bytes) -> bool:
        """One part more for the entry of this revision; False where that is not the entry any more."""
        ...

    def release(self, name: str, claim: int) -> None:
        """Gives a claim back without keeping anything; one that is not held any more is ignored."""
        ...

    def mark_stale(self, name: str, *, outdated: bool = False) -> None:
        """Marks the entry, where there is one, as older than what the bank has.

        `outdated`: in more than a sync tells, so that all of it is to be read anew.
        """
        ...

    def note_problem(self, name: str, problem: str | None) -> None:
        """Notes beside the entry, where there is one, why its bank tells no more; None: nothing is wrong with it.

        In clear, so a code and never a text of the bank's.
        """
        ...

    def forget(self, name: str) -> None:
        """Removes the entry. Who is about to keep it does not, and nobody claims it for two minutes (see `claim`)."""
        ...

    def status(self) -> Mapping[str, object]:
        """`reachable` (None before the first use), `since` (UTC) when that began, and `last_fault`, a word."""
        ...


class CopySealer(Protocol):
    """Authenticated encryption of cache entries, which the server alone cannot open (SECURITY.md, threat model)."""

    def name(self, item_id: str) -> str:
        """The name of an item's entry: a keyed hash, from which nobody finds the item."""
        ...

    def seal(self, owner: "CopyOwner", part: str, plaintext: bytes) -> bytes:
        """The plaintext padded, so that its length tells little, and sealed for this owner and part."""
        ...

    def open(self, owner: "CopyOwner", part: str, sealed: bytes) -> bytes:
        """The plaintext. Raises `errors.SealBroken` for all but what `seal` made for the same owner and part (R10)."""
        ...


class CopyOwner(msgspec.Struct, frozen=True):
    """Who alone can open an entry: the random secret of a session's cookie and the item's token, both needed."""

    secret: bytes
    token: Secret
    item_id: str


class Webhooks(Protocol):
    """Tells Plaid's webhooks from forged ones."""

    def verify(self, header: str, body: bytes) -> None:
        """Nothing where the `Plaid-Verification` header signs exactly these bytes, now.

        Raises `errors.WebhookRefused`, and `errors.PlaidFault` where the key to check it with could not be had.
        """
        ...


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


class CapsuleStore(Protocol):
    """One sealed trend capsule for each user who asked for that, beside the one that their browser keeps.

    What is stored is the text of `CapsuleSealer`: neither the store nor the server opens it without the trend cookie.
    """

    def get(self, user_id: str) -> str | None:
        """The user's sealed capsule; None where none is stored."""
        ...

    def put(self, user_id: str, sealed: str) -> None:
        """Stores it, in place of an earlier one."""
        ...

    def drop(self, user_id: str) -> None:
        """Removes it; one that is not there is ignored."""
        ...
