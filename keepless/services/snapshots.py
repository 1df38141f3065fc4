"""Where a dashboard's data comes from: live from every connected bank, at the moment it is looked at."""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import date, datetime
from operator import attrgetter
from typing import Protocol

import msgspec

from keepless.core.models import BankProblem, BankSnapshot, CacheUse, Transaction
from keepless.core.secret import Secret
from keepless.errors import PlaidFault
from keepless.ports import Plaid
from keepless.services.vault import BankKey, Vault
from keepless.services.views import Told, View

# A visitor who has left is noticed only by telling them something. Until then they hold one of the server's threads.
SILENCE = 2.0  # seconds


class Snapshots(msgspec.Struct, frozen=True, kw_only=True):
    """What the banks of one session answered, in the order they were connected.

    A bank is in one of the two tuples; in both where an earlier copy of it is shown and it could not be read anew.
    `cache` says by item id what the sealed cache did for it.
    """

    banks: tuple[BankSnapshot, ...] = ()
    problems: tuple[BankProblem, ...] = ()
    cache: Mapping[str, CacheUse] = {}

    @property
    def use(self) -> CacheUse:
        """What the cache did for all of them together: the worst that it did for one."""
        return max(self.cache.values(), key=list(CacheUse).index, default=CacheUse.NONE)

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

    def read_each(self, start: date, end: date, view: View) -> Generator[Told | None]: ...

    def ready(self, start: date, end: date, view: View) -> Told | None: ...


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
        answers = list(self._pool.map(lambda key: self._live(key, start, end), self._vault.banks))
        return Snapshots(
            banks=tuple(answer for answer in answers if isinstance(answer, BankSnapshot)),
            problems=tuple(answer for answer in answers if isinstance(answer, BankProblem)),
            cache=dict.fromkeys((key.bank.item_id for key in self._vault.banks), CacheUse.NONE),
        )

    def get_transactions(self, start: date, end: date) -> list[Transaction]:
        """The rows of the banks that answered, newest first. Use get_dashboard_data to learn which did not."""
        return self.get_dashboard_data(start, end).transactions()

    def read_each(self, start: date, end: date, view: View) -> Generator[Told | None]:
        """Each bank's `view` as soon as it answers, beside the name under which it was asked.

        None where no bank answered for a while, so that the caller can see whether anybody still listens. One that
        stops listening closes it, which gives up what has not begun.
        """

        def read(key: BankKey) -> list[Told]:
            answer = self._live(key, start, end)
            told = view.prepare(answer) if isinstance(answer, BankSnapshot) else answer
            return [Told(key.bank, told, CacheUse.NONE)]

        return self._as_they_come([self._pool.submit(read, key) for key in self._vault.banks])

    def ready(self, _start: date, _end: date, _view: View) -> Told | None:
        """A view that is there without asking the one bank of the session: none is, where nothing is kept."""
        return None

    def _as_they_come(self, asked: Sequence[Future[list[Told]]]) -> Generator[Told | None]:
        waiting = set(asked)
        try:
            while waiting:
                answered, waiting = wait(waiting, SILENCE, FIRST_COMPLETED)
                if not answered:
                    yield None
                for each in answered:
                    yield from each.result()
        finally:
            for each in asked:
                each.cancel()

    def _live(self, key: BankKey, start: date, end: date) -> BankSnapshot | BankProblem:
        """What the bank itself says now."""
        expected = self._expected.get(key.bank.item_id)
        try:
            answered = self._plaid.fetch(key.token, key.bank, start=start, end=end, expected=expected)
        except PlaidFault as fault:
            return problem_of(key, fault)
        return self._with_warning(answered)

    def _with_warning(self, snapshot: BankSnapshot) -> BankSnapshot:
        """The snapshot with the end of its permission that Plaid has warned of, where that comes first."""
        warned = self._warned_of(snapshot.bank.item_id)
        if warned is None or (snapshot.renew_by is not None and snapshot.renew_by <= warned):
            return snapshot
        return msgspec.structs.replace(snapshot, renew_by=warned)


def problem_of(key: BankKey, fault: PlaidFault) -> BankProblem:
    """The fault of one bank as a value to show."""
    return BankProblem(
        bank=key.bank,
        code=fault.code,
        retryable=fault.retryable,
        action=fault.action,
        request_id=fault.request_id,
        retry_at=fault.retry_at,
    )
