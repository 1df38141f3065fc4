"""What a bank tells us, in our words. Amounts are integers in minor units of the `currency` beside them.

Signs are Plaid's: a positive amount leaves the account, a negative one arrives. On a credit or loan account a positive
balance is owed.
"""

import datetime as dt
from enum import StrEnum

import msgspec


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One account. A balance that the bank does not tell is None and is never taken for zero."""

    id: str
    name: str
    mask: str | None
    type: str  # depository, credit, loan, investment, other; unknown values pass through
    subtype: str | None
    currency: str
    current: int | None
    available: int | None
    limit: int | None
    official_name: str | None = None


class Transaction(msgspec.Struct, frozen=True, gc=False):
    """One row of an account. `date` is when it happened (authorised where known), `posted` when the bank booked it."""

    id: str
    account_id: str
    amount: int
    currency: str
    date: dt.date
    posted: dt.date
    name: str  # as the bank writes it
    merchant: str  # as people call it; the name where no merchant is known
    primary: str  # personal finance category, "" where Plaid gave none
    detailed: str  # begins with the primary; "" where Plaid gave none
    pending: bool
    replaces: str | None  # id of the pending row that this posted one takes the place of


class Apr(msgspec.Struct, frozen=True, kw_only=True):
    """One annual percentage rate of a card: `percentage` in basis points (2499 is 24.99 %)."""

    type: str  # purchase_apr, cash_apr, balance_transfer_apr, special; unknown values pass through
    basis_points: int
    balance: int | None
    interest: int | None


class CardTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What `/liabilities/get` says of one credit account. Every figure may be unknown; None is never zero or False."""

    account_id: str
    aprs: tuple[Apr, ...] = ()
    is_overdue: bool | None = None
    last_payment_amount: int | None = None
    last_payment_date: dt.date | None = None
    last_statement_balance: int | None = None
    last_statement_date: dt.date | None = None
    minimum_payment: int | None = None
    next_due: dt.date | None = None


class PlaidStream(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that Plaid itself calls recurring (`/transactions/recurring/get`), where the plan has it."""

    transaction_ids: tuple[str, ...]
    frequency: str  # WEEKLY, BIWEEKLY, SEMI_MONTHLY, MONTHLY, ANNUALLY, UNKNOWN; unknown values pass through
    is_active: bool


class LoanTerms(msgspec.Struct, frozen=True, kw_only=True):
    """A student loan or mortgage, as far as a dashboard needs it. Rate in basis points."""

    account_id: str
    kind: str  # student, mortgage
    name: str | None = None
    basis_points: int | None = None
    minimum_payment: int | None = None
    next_due: dt.date | None = None
    is_overdue: bool | None = None
    last_payment_amount: int | None = None
    last_payment_date: dt.date | None = None


class BankRef(msgspec.Struct, frozen=True):
    """Names one connected bank (Plaid's Item) without its token."""

    item_id: str
    institution_id: str
    name: str


class BankSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All that one bank answered at one moment.

    `liabilities_problem` and `transactions_problem` are the code where only that part failed. `unreadable` counts the
    rows, accounts and terms that came but could not be understood: nothing goes missing in silence. `renew_by` is when
    the person's permission ends unless they log in again (UTC), None where the bank names no end. `streams` is None
    where Plaid was not asked for its own view of what recurs, or did not answer.
    """

    bank: BankRef
    accounts: tuple[Account, ...]
    transactions: list[Transaction]  # newest first; a list because 20,000 rows are not copied for form's sake
    cards: tuple[CardTerms, ...] = ()
    loans: tuple[LoanTerms, ...] = ()
    liabilities_problem: str | None = None
    transactions_problem: str | None = None
    unreadable: int = 0
    renew_by: dt.datetime | None = None
    streams: tuple[PlaidStream, ...] | None = None
    start: dt.date
    end: dt.date
    fetched_at: dt.datetime


class BankProblem(msgspec.Struct, frozen=True, kw_only=True):
    """One bank that could not be read, as a value to show beside the banks that could.

    `retry_at` is when asking again can help (UTC), where that is known.
    """

    bank: BankRef
    code: str  # Plaid's error_code, or ours for a transport fault (see errors.PlaidFault)
    retryable: bool
    action: str  # one of errors.Action
    request_id: str | None = None
    retry_at: dt.datetime | None = None


class CacheUse(StrEnum):
    """What the sealed cache did for one answer, the best first."""

    NONE = "none"  # there is no cache in this edition
    HIT = "hit"  # a fresh copy was shown, and nobody was asked
    STALE = "stale"  # a copy was shown, and the bank is asked behind it
    MISS = "miss"  # the bank was asked, and what it said is kept
    BYPASS = "bypass"  # the cache could not be used: the bank was asked


class Liabilities(msgspec.Struct, frozen=True, kw_only=True):
    """What a bank says of what is owed; `problem` is Plaid's code where it said nothing.

    `accounts` are all that came along. `unreadable` is as in BankSnapshot.
    """

    accounts: tuple[Account, ...] = ()
    cards: tuple[CardTerms, ...] = ()
    loans: tuple[LoanTerms, ...] = ()
    problem: str | None = None
    unreadable: int = 0


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a bank's transactions since a cursor: a whole loop of `/transactions/sync`.

    `upserted` are rows that are new or changed, each once as it is now; `removed` are ids, none of which is among them.
    `accounts` are those that came along, not always all. `cursor` is where the next loop begins.
    """

    upserted: tuple[Transaction, ...]
    removed: tuple[str, ...]
    accounts: tuple[Account, ...]
    cursor: str
    unreadable: int = 0
