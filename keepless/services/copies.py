"""A bank's answer as the sealed cache keeps it: in columns, with the cursor it is as of and the time it is good for."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from operator import attrgetter

import msgspec

from keepless.core.models import Account, BankSnapshot, Changes, Liabilities, Transaction
from keepless.errors import SealBroken

VERSION = 1
# The bank has no such product, or no account it would be about: that is an answer, and nothing to try again.
NOT_OFFERED = frozenset({"PRODUCTS_NOT_SUPPORTED", "NO_LIABILITY_ACCOUNTS", "PRODUCT_NOT_ENABLED"})

_happened = attrgetter("date")


class BankCopy(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot, the sync cursor that stands for its moment or one before, and when its terms were read (UTC).

    It may be shown before `until` (UTC) and not after, wherever it was kept.
    """

    snapshot: BankSnapshot
    cursor: str
    terms_at: datetime
    until: datetime

    def covers(self, start: date) -> bool:
        """Whether it reaches back to that day."""
        return self.snapshot.start <= start

    def cut(self, start: date, end: date) -> BankSnapshot:
        """What the bank would have said of this inclusive range, for a `start` that is covered.

        A copy ends on the day it was read: what is behind that is nobody's to know yet. It may have rows of the day
        after the visitor's, which is the bank's own.
        """
        rows = [row for row in self.snapshot.transactions if start <= row.posted <= end]
        return msgspec.structs.replace(self.snapshot, transactions=rows, start=start, end=end)

    def says_as(self, other: "BankCopy") -> bool:
        """Whether it tells the same as another, but for when it was read."""
        mine = msgspec.structs.replace(self.snapshot, fetched_at=other.snapshot.fetched_at, end=other.snapshot.end)
        return mine == other.snapshot

    def refreshed(
        self, changes: Changes, liabilities: Liabilities | None, *, end: date, now: datetime, until: datetime
    ) -> "BankCopy":
        """The copy with what a sync told, as of `now`; with newer terms as well where they were asked for.

        Terms that could not be read leave the known ones in place, and are asked for again with the next refresh; those
        of a bank that has none any more go. Rows from before the copy's first day are none of it.
        """
        gone = {*changes.removed, *(row.id for row in changes.upserted)}
        rows = [row for row in self.snapshot.transactions if row.id not in gone]
        rows += (row for row in changes.upserted if row.posted >= self.snapshot.start)
        rows.sort(key=_happened, reverse=True)
        fresh = liabilities is not None and tells_terms(liabilities.problem)
        snapshot = msgspec.structs.replace(
            self.snapshot,
            transactions=rows,
            accounts=_merged(
                self.snapshot.accounts, (*(liabilities.accounts if liabilities else ()), *changes.accounts)
            ),
            unreadable=self.snapshot.unreadable + changes.unreadable + (liabilities.unreadable if liabilities else 0),
            end=max(self.snapshot.end, end),
            fetched_at=now,
        )
        if liabilities is not None and fresh:
            snapshot = msgspec.structs.replace(
                snapshot,
                cards=liabilities.cards,
                loans=liabilities.loans,
                liabilities_problem=liabilities.problem,
            )
        return BankCopy(snapshot=snapshot, cursor=changes.cursor, terms_at=now if fresh else self.terms_at, until=until)


def tells_terms(problem: str | None) -> bool:
    """Whether an answer about terms with this problem is one: the terms, or that the bank has none."""
    return problem is None or problem in NOT_OFFERED


class _Packed(msgspec.Struct, array_like=True):
    """`texts` has each text of the rows once; the columns beside the ids and amounts are places in it."""

    version: int
    cursor: str
    terms_at: datetime
    until: datetime
    head: BankSnapshot  # without its rows
    texts: list[str]
    ids: list[str]
    accounts: list[int]
    amounts: list[int]
    currencies: list[int]
    dates: list[int]
    posted: list[int]
    names: list[int]
    merchants: list[int]
    primaries: list[int]
    details: list[int]
    pending: list[bool]
    replaced: list[str | None]


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Packed)


def encode(copy: BankCopy) -> bytes:
    """The bytes of a copy. Raises OverflowError for an amount beyond 64 bits, which is then not to be kept."""
    rows = copy.snapshot.transactions
    places: dict[str, int] = {}

    def column(texts: Iterable[str]) -> list[int]:
        return [places.setdefault(text, len(places)) for text in texts]

    packed = _Packed(
        VERSION,
        copy.cursor,
        copy.terms_at,
        copy.until,
        msgspec.structs.replace(copy.snapshot, transactions=[]),
        [],
        [row.id for row in rows],
        column(row.account_id for row in rows),
        [row.amount for row in rows],
        column(row.currency for row in rows),
        [row.date.toordinal() for row in rows],
        [row.posted.toordinal() for row in rows],
        column(row.name for row in rows),
        column(row.merchant for row in rows),
        column(row.primary for row in rows),
        column(row.detailed for row in rows),
        [row.pending for row in rows],
        [row.replaces for row in rows],
    )
    packed.texts = list(places)
    return _encoder.encode(packed)


def decode(raw: bytes) -> BankCopy:
    """The copy that `encode` made. Raises SealBroken("malformed") for other bytes, those of another version too."""
    try:
        packed = _decoder.decode(raw)
        if packed.version != VERSION:
            raise SealBroken("malformed")
        text, day = packed.texts.__getitem__, date.fromordinal
        rows = list(
            map(
                Transaction,
                packed.ids,
                map(text, packed.accounts),
                packed.amounts,
                map(text, packed.currencies),
                map(day, packed.dates),
                map(day, packed.posted),
                map(text, packed.names),
                map(text, packed.merchants),
                map(text, packed.primaries),
                map(text, packed.details),
                packed.pending,
                packed.replaced,
            )
        )
    except (msgspec.MsgspecError, ValueError, IndexError, OverflowError, RecursionError):
        raise SealBroken("malformed") from None
    return BankCopy(
        snapshot=msgspec.structs.replace(packed.head, transactions=rows),
        cursor=packed.cursor,
        terms_at=packed.terms_at.astimezone(UTC),
        until=packed.until.astimezone(UTC),
    )


def _merged(known: Iterable[Account], told: Iterable[Account]) -> tuple[Account, ...]:
    """Accounts in the order they were known, as they were told last; new ones behind them."""
    accounts = {account.id: account for account in known}
    accounts.update((account.id, account) for account in told)
    return tuple(accounts.values())
