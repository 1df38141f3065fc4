"""Connecting banks and letting them go again: what happens between Plaid and the vault."""

from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

import msgspec

from keepless.core.models import BankProblem, BankRef
from keepless.core.secret import Secret
from keepless.errors import ConnectionLost, PlaidFault
from keepless.ports import LinkToken, Plaid
from keepless.services.snapshots import problem_of
from keepless.services.vault import BankKey, Vault

Sealed = TypeVar("Sealed")


class Removed(msgspec.Struct, frozen=True):
    """A bank that is gone at Plaid. `request_id` is Plaid's, None where it had been gone before."""

    bank: BankRef
    request_id: str | None


class Disconnection(msgspec.Struct, frozen=True, kw_only=True):
    """How a removal ended. `remaining` is the vault of the banks that could not be removed, None when all are gone."""

    removed: tuple[Removed, ...] = ()
    kept: tuple[BankProblem, ...] = ()
    remaining: Vault | None = None


class Linking:
    """Connect and disconnect. Holds no state of its own.

    `forget` lets go of what else is held of an item id. It comes before the removal at Plaid, so that whoever is
    reading the bank meanwhile leaves nothing behind; where Plaid then fails, only a copy is lost. `gone` is told of
    each item that Plaid has confirmed.
    """

    def __init__(
        self,
        plaid: Plaid,
        pool: Executor,
        *,
        forget: Callable[[str], object] = lambda _item_id: None,
        gone: Callable[[str], object] = lambda _item_id: None,
    ) -> None:
        self._plaid = plaid
        self._pool = pool
        self._forget = forget
        self._gone_is = gone

    def link_token(self, vault: Vault, *, update_item: str | None = None, redirect_uri: str | None = None) -> LinkToken:
        """A token for Plaid Link; for its update mode where `update_item` names a connected bank's item.

        `redirect_uri` as in `ports.Plaid.create_link_token`.
        Raises TooManyBanks where one more would not fit, UnknownBank, PlaidFault.
        """
        if update_item is None:
            vault.require_room()
        key = vault.bank_of(update_item) if update_item is not None else None
        return self._plaid.create_link_token(
            user_id=vault.session_id, update=key.token if key else None, redirect_uri=redirect_uri
        )

    def connect(self, vault: Vault, public_token: Secret, seal: Callable[[Vault], Sealed]) -> Sealed:
        """Trades the public token and hands the grown vault to `seal`, whose result is returned.

        A token that was made but could not be sealed would bill for ever and be known to nobody: the item is removed at
        once (R14). Raises TooManyBanks before anything is exchanged, PlaidFault, ConnectionLost.
        """
        vault.require_room()
        connected = self._plaid.exchange(public_token)
        try:
            return seal(vault.with_bank(BankKey(connected.bank, connected.access_token)))
        except Exception as cause:
            raise ConnectionLost(removed=self._remove_quietly(connected.access_token)) from cause

    def disconnect(self, vault: Vault) -> Disconnection:
        """Removes every bank of the vault at Plaid. What fails is kept, by name, to be tried again (R13)."""
        outcomes = list(self._pool.map(self._remove, vault.banks))
        removed = tuple(outcome for outcome in outcomes if isinstance(outcome, Removed))
        kept = tuple(outcome for outcome in outcomes if isinstance(outcome, BankProblem))
        remaining = vault.without_banks(outcome.bank.item_id for outcome in removed) if kept else None
        return Disconnection(removed=removed, kept=kept, remaining=remaining)

    def disconnect_bank(self, vault: Vault, item_id: str) -> Removed:
        """Removes one bank of the vault at Plaid. Raises UnknownBank, and PlaidFault where it is not gone (R13)."""
        return self._gone(vault.bank_of(item_id))

    def _remove(self, key: BankKey) -> Removed | BankProblem:
        try:
            return self._gone(key)
        except PlaidFault as fault:
            return problem_of(key, fault)

    def _gone(self, key: BankKey) -> Removed:
        self._forget(key.bank.item_id)
        removed = Removed(key.bank, self._plaid.remove(key.token))
        self._gone_is(key.bank.item_id)
        return removed

    def _remove_quietly(self, access_token: Secret) -> bool:
        try:
            self._plaid.remove(access_token)
        except PlaidFault:
            return False
        return True
