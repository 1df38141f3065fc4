"""What an export holds, whatever its format, and how text becomes chunks. docs/export.md is the contract."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec

from keepless.core.models import Account, BankRef, BankSnapshot, Transaction
from keepless.core.money import to_decimal
from keepless.core.periods import Period

CHUNK = 64 * 1024  # bytes, about: what is in memory of an export's text at a time


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """What is not in an export: all rows of a bank, for Plaid's or our `code`, or its `unreadable` entries."""

    bank: BankRef
    code: str | None
    unreadable: int


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The chosen `rows`, newest first, and the banks that were asked for them. `made_at` is UTC."""

    made_at: datetime
    period: Period
    rows: Sequence[Transaction]
    banks: tuple[BankSnapshot, ...]
    missing: tuple[Missing, ...] = ()

    def accounts(self) -> dict[str, Account]:
        """The banks' accounts by id. A row may name one that is not among them (S16)."""
        return {account.id: account for bank in self.banks for account in bank.accounts}

    def banks_by_account(self) -> dict[str, BankSnapshot]:
        """Whose an account is, by its id; also for accounts that only rows name."""
        named = {row.account_id: bank for bank in self.banks for row in bank.transactions}
        return named | {account.id: bank for bank in self.banks for account in bank.accounts}


def decimal_text(minor: int, currency: str) -> str:
    """`minor` units as a plain decimal with all decimals of the currency: "-12.50", "1200", "0.00500000"."""
    return f"{to_decimal(minor, currency):f}"


def in_chunks(texts: Iterable[str]) -> Iterator[bytes]:
    """The texts one after another in UTF-8, in chunks of about CHUNK."""
    gathered: list[str] = []
    size = 0
    for text in texts:
        gathered.append(text)
        size += len(text)
        if size >= CHUNK:
            yield "".join(gathered).encode()
            gathered.clear()
            size = 0
    yield "".join(gathered).encode()
