"""How a bank's copy comes about: all of it read once, and from then on what has changed since."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta

from keepless.errors import PlaidFault
from keepless.ports import Clock, Plaid
from keepless.services.copies import BankCopy, tells_terms
from keepless.services.vault import BankKey

TERMS_FOR = timedelta(hours=24)  # Plaid reads liabilities about once a day (docs/plaid.md 5.13)
_NEVER = datetime.fromtimestamp(0, UTC)  # when terms were read that did not come: they are asked for with the next sync
BAD_CURSOR = "BAD_CURSOR"  # of ports.Plaid.sync


class Copyist:
    """Makes the copies of one session's banks, from Plaid alone.

    `until` tells how long what is read at a moment may be kept (both UTC); `expected` as in StatelessPlaidClient.
    """

    def __init__(
        self, plaid: Plaid, clock: Clock, until: Callable[[datetime], datetime], expected: Mapping[str, int]
    ) -> None:
        self._plaid = plaid
        self._clock = clock
        self._until = until
        self._expected = expected

    def copy(self, key: BankKey, earlier: BankCopy | None, start: date, end: date) -> BankCopy:
        """The bank as it is now: the earlier copy with what has changed since, or all of the inclusive range.

        All is read where there is no earlier copy, its cursor leads nowhere, or a sync does not tell all that is to be
        known anew: what could not be understood, before or now, and once a day what Plaid calls recurring. Raises
        PlaidFault.
        """
        if earlier is not None and self._is_renewable(earlier):
            try:
                renewed = self._renewed(key, earlier, end)
            except PlaidFault as fault:
                if fault.code != BAD_CURSOR:
                    raise
            else:
                if not renewed.snapshot.unreadable:
                    return renewed
        return self._first(key, start, end)

    def _is_renewable(self, copy: BankCopy) -> bool:
        known = copy.snapshot
        return bool(copy.cursor) and not known.unreadable and not (known.streams is not None and self._is_due(copy))

    def _is_due(self, copy: BankCopy) -> bool:
        return self._clock() - copy.terms_at >= TERMS_FOR

    def _renewed(self, key: BankKey, earlier: BankCopy, end: date) -> BankCopy:
        changes = self._plaid.sync(key.token, key.bank, cursor=earlier.cursor)
        liabilities = self._plaid.liabilities(key.token, key.bank) if self._is_due(earlier) else None
        now = self._clock()
        return earlier.refreshed(changes, liabilities, end=end, now=now, until=self._until(now))

    def _first(self, key: BankKey, start: date, end: date) -> BankCopy:
        """Everything of the range, and a cursor from before it was read: what changes meanwhile is told again later.

        Without a cursor, where Plaid gives none, the copy is made anew each time.
        """
        try:
            cursor = self._plaid.cursor_now(key.token, key.bank)
        except PlaidFault as fault:
            if not fault.error_type:  # no answer of Plaid's: the next call would wait as long for none
                raise
            cursor = ""
        expected = self._expected.get(key.bank.item_id)
        ahead = end + timedelta(days=1)  # the bank's day may be; the sync would not tell of its rows again
        snapshot = self._plaid.fetch(key.token, key.bank, start=start, end=ahead, expected=expected)
        now = self._clock()
        terms_at = now if tells_terms(snapshot.liabilities_problem) else _NEVER
        return BankCopy(snapshot=snapshot, cursor=cursor, terms_at=terms_at, until=self._until(now))
