"""Where a dashboard's data comes from: live from every connected bank, at the moment it is looked at."""

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, wait
from datetime import date, datetime
from operator import attrgetter
from typing import Protocol

import msgspec

from keepless.core.models import BankProblem, BankRef, BankSnapshot, Transaction
from keepless.core.secret import Secret
from keepless.errors import PlaidFault
from keepless.ports import Plaid
from keepless.services.vault import BankKey, Vault

# A visitor who has left is noticed only by telling them something. Until then they hold one of the server's threads.
SILENCE = 2.0  # seconds


class Snapshots(msgspec.Struct, frozen=True, kw_only=True):
    """What the banks of one session answered, in the order they were connected. A bank is in one of the two tuples."""

    banks: tuple[BankSnapshot, ...] = ()
    problems: tuple[BankProblem, ...] = ()

    def transactions(self) -> list[Transaction]:
        """The rows of all banks, newest first by `date`; a bank's own order is by `posted`."""
        rows = [row for bank in self.banks for row in bank.transactions]
        rows.sort(key=attrgetter("date"), reverse=True)
        return rows

    def hints(self) -> dict[str, int]:
        """How many transactions each bank had, by item id: what the next visit may count on."""
        return {bank.bank.item_id: len(bank.transactions) for bank in self.banks}


class SnapshotSource(Protocol):
    """The port that every edition fills: stateless here, sealed cache and SQL elsewhere."""

    def get_dashboard_data(self, start: date, end: date) -> Snapshots: ...

    def get_transactions(self, start: date, end: date) -> list[Transaction]: ...

    def read_each(self, start: date, end: date) -> Generator[tuple[BankRef, BankSnapshot | BankProblem] | None]: ...


class StatelessPlaidClient:
    """Reads each bank of a session live and keeps nothing. Made anew for each request.

    `expected` maps item ids to the number of transactions that the last visit saw; without it a first visit takes two
    round trips instead of one. It only ever changes how pages are asked for, never what is shown. `warned_of` tells
    of an item id when its permission ends (UTC), where Plaid has warned of that; the earlier end counts.
    """

    def __init__(
        self,
        plaid: Plaid,
        pool: Executor,
        vault: Vault,
        expected: Mapping[str, int] | None = None,
        *,
        warned_of: Callable[[str], datetime | None] = lambda _item_id: None,
    ) -> None:
        self._plaid = plaid
        self._pool = pool
        self._vault = vault
        self._expected = expected or {}
        self._warned_of = warned_of

    def store_token_in_session(self, access_token: Secret) -> Vault:
        """The vault with one more bank, after Plaid has said whose token it is.

        The caller seals the vault into the visitor's cookie; nothing is written here. Raises PlaidFault, TooManyBanks.
        """
        self._vault.require_room()
        bank = self._plaid.identify(access_token)
        self._vault = self._vault.with_bank(BankKey(bank, access_token))
        return self._vault

    def get_dashboard_data(self, start: date, end: date) -> Snapshots:
        """Accounts, transactions of the inclusive range and liabilities of every bank, all asked at once.

        A bank that fails is a BankProblem beside the others; no PlaidFault is raised.
        """
        answers = list(self._pool.map(lambda key: self._read(key, start, end), self._vault.banks))
        return Snapshots(
            banks=tuple(answer for answer in answers if isinstance(answer, BankSnapshot)),
            problems=tuple(answer for answer in answers if isinstance(answer, BankProblem)),
        )

    def get_transactions(self, start: date, end: date) -> list[Transaction]:
        """The rows of the banks that answered, newest first. Use get_dashboard_data to learn which did not."""
        return self.get_dashboard_data(start, end).transactions()

    def read_each(self, start: date, end: date) -> Generator[tuple[BankRef, BankSnapshot | BankProblem] | None]:
        """The same, each bank as soon as it answers, beside the name under which it was asked.

        None where no bank answered for a while, so that the caller can see whether anybody still listens. One that
        stops listening closes it, which gives up what has not begun.
        """
        asked = {self._pool.submit(self._read, key, start, end): key.bank for key in self._vault.banks}
        waiting = set(asked)
        try:
            while waiting:
                answered, waiting = wait(waiting, SILENCE, FIRST_COMPLETED)
                if not answered:
                    yield None
                for each in answered:
                    yield asked[each], each.result()
        finally:
            for each in asked:
                each.cancel()

    def _read(self, key: BankKey, start: date, end: date) -> BankSnapshot | BankProblem:
        expected = self._expected.get(key.bank.item_id)
        try:
            answered = self._plaid.fetch(key.token, key.bank, start=start, end=end, expected=expected)
        except PlaidFault as fault:
            return problem_of(key, fault)
        warned = self._warned_of(key.bank.item_id)
        if warned is None or (answered.renew_by is not None and answered.renew_by <= warned):
            return answered
        return msgspec.structs.replace(answered, renew_by=warned)


def problem_of(key: BankKey, fault: PlaidFault) -> BankProblem:
    """The fault of one bank as a value to show."""
    return BankProblem(
        bank=key.bank,
        code=fault.code,
        retryable=fault.retryable,
        action=fault.action,
        request_id=fault.request_id,
    )
