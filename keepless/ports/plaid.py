"""Plaid, as far as Keepless uses it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol

import msgspec

from keepless.core.models import BankRef, BankSnapshot, Changes, Liabilities
from keepless.core.secret import Secret


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

    def public_token(self, access_token: Secret) -> Secret:
        """A public token of an item, good once, for 30 minutes; NO_LONGER_AVAILABLE where Plaid makes none.

        `exchange` gives for it the access token that the item has by then.
        """
        ...

    def rotate(self, access_token: Secret) -> Secret:
        """The item's new access token. The old one ends at once, even where the answer does not arrive."""
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


class Webhooks(Protocol):
    """Tells Plaid's webhooks from forged ones."""

    def verify(self, header: str, body: bytes) -> None:
        """Nothing where the `Plaid-Verification` header signs exactly these bytes, now.

        Raises `errors.WebhookRefused`, and `errors.PlaidFault` where the key to check it with could not be had.
        """
        ...
