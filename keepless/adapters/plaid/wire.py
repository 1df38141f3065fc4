"""What Plaid sends, as narrow as a dashboard needs it.

Every field may be missing or null: whether a row can do without one is decided in `mapping`, row by row. Unknown fields
are skipped, enums stay strings, amounts are Decimal from the digits of the JSON number (never through a float).
"""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import msgspec

from keepless.adapters.plaid.shapes import Rows, Shape


class Balances(msgspec.Struct, gc=False):
    current: Decimal | None = None
    available: Decimal | None = None
    limit: Decimal | None = None
    iso_currency_code: str | None = None
    unofficial_currency_code: str | None = None


class Account(msgspec.Struct, gc=False):
    account_id: str | None = None
    balances: Balances | None = None
    mask: str | None = None
    name: str | None = None
    official_name: str | None = None
    type: str | None = None
    subtype: str | None = None


class Category(msgspec.Struct, gc=False):
    primary: str | None = None
    detailed: str | None = None


class Transaction(msgspec.Struct, gc=False):
    transaction_id: str | None = None
    account_id: str | None = None
    amount: Decimal | None = None
    iso_currency_code: str | None = None
    unofficial_currency_code: str | None = None
    date: dt.date | None = None
    authorized_date: dt.date | None = None
    name: str | None = None
    merchant_name: str | None = None
    personal_finance_category: Category | None = None
    pending: bool | None = None
    pending_transaction_id: str | None = None


class Apr(msgspec.Struct, gc=False):
    apr_type: str | None = None
    apr_percentage: Decimal | None = None
    balance_subject_to_apr: Decimal | None = None
    interest_charge_amount: Decimal | None = None


class Credit(msgspec.Struct, gc=False):
    account_id: str | None = None
    aprs: list[Apr] | None = None
    is_overdue: bool | None = None
    last_payment_amount: Decimal | None = None
    last_payment_date: dt.date | None = None
    last_statement_balance: Decimal | None = None
    last_statement_issue_date: dt.date | None = None
    minimum_payment_amount: Decimal | None = None
    next_payment_due_date: dt.date | None = None


class Student(msgspec.Struct, gc=False):
    account_id: str | None = None
    loan_name: str | None = None
    interest_rate_percentage: Decimal | None = None
    minimum_payment_amount: Decimal | None = None
    next_payment_due_date: dt.date | None = None
    is_overdue: bool | None = None
    last_payment_amount: Decimal | None = None
    last_payment_date: dt.date | None = None


class InterestRate(msgspec.Struct, gc=False):
    percentage: Decimal | None = None


class Mortgage(msgspec.Struct, gc=False):
    account_id: str | None = None
    loan_type_description: str | None = None
    interest_rate: InterestRate | None = None
    next_monthly_payment: Decimal | None = None
    next_payment_due_date: dt.date | None = None
    past_due_amount: Decimal | None = None
    last_payment_amount: Decimal | None = None
    last_payment_date: dt.date | None = None


class Item(msgspec.Struct, gc=False):
    item_id: str | None = None
    institution_id: str | None = None
    institution_name: str | None = None
    consent_expiration_time: str | None = None


class TransactionsPage(msgspec.Struct):
    total_transactions: int
    transactions: list[Transaction] | None = None
    accounts: list[Account] | None = None
    item: Item | None = None


NOTHING = msgspec.Raw(b"null")


# The rows of these answers stay raw for a moment, so that one row of a wrong shape costs that row and no more.
class RawTransactionsPage(msgspec.Struct):
    total_transactions: int
    transactions: msgspec.Raw = NOTHING
    accounts: msgspec.Raw = NOTHING
    item: Item | None = None


class Removal(msgspec.Struct, gc=False):
    transaction_id: str | None = None


class SyncPage(msgspec.Struct):
    has_more: bool
    next_cursor: str | None
    transactions_update_status: str | None = None
    added: list[Transaction] | None = None
    modified: list[Transaction] | None = None
    removed: list[Removal] | None = None
    accounts: list[Account] | None = None


class RawSyncPage(msgspec.Struct):
    has_more: bool
    next_cursor: str | None
    transactions_update_status: str | None = None
    added: msgspec.Raw = NOTHING
    modified: msgspec.Raw = NOTHING
    removed: msgspec.Raw = NOTHING
    accounts: msgspec.Raw = NOTHING


class AccountsAnswer(msgspec.Struct):
    accounts: msgspec.Raw = NOTHING
    item: Item | None = None


class LiabilityLists(msgspec.Struct):
    credit: msgspec.Raw = NOTHING
    student: msgspec.Raw = NOTHING
    mortgage: msgspec.Raw = NOTHING


class Liabilities(msgspec.Struct):
    liabilities: LiabilityLists
    accounts: msgspec.Raw = NOTHING


class Stream(msgspec.Struct, gc=False):
    transaction_ids: list[str] | None = None
    frequency: str | None = None
    is_active: bool | None = None


class RecurringAnswer(msgspec.Struct):
    inflow_streams: msgspec.Raw
    outflow_streams: msgspec.Raw


class ItemAnswer(msgspec.Struct):
    item: Item


class Institution(msgspec.Struct):
    name: str | None = None


class InstitutionAnswer(msgspec.Struct):
    institution: Institution


class LinkTokenAnswer(msgspec.Struct):
    link_token: str
    expiration: Annotated[dt.datetime, msgspec.Meta(tz=True)]


class ExchangeAnswer(msgspec.Struct):
    access_token: str
    item_id: str | None = None


class PublicTokenAnswer(msgspec.Struct):
    public_token: str


class NewTokenAnswer(msgspec.Struct):
    new_access_token: str


class Removed(msgspec.Struct):
    request_id: str


class WebhookKey(msgspec.Struct, frozen=True):
    """A JWK of /webhook_verification_key/get. `expired_at` is Unix time; None while the key is in use."""

    kid: str
    kty: str
    crv: str
    alg: str
    x: str
    y: str
    expired_at: int | None = None


class WebhookKeyAnswer(msgspec.Struct):
    key: WebhookKey


accounts_answer = Shape(AccountsAnswer)
liabilities_answer = Shape(Liabilities)
recurring_answer = Shape(RecurringAnswer)
item_answer = Shape(ItemAnswer)
institution_answer = Shape(InstitutionAnswer)
link_token_answer = Shape(LinkTokenAnswer)
exchange_answer = Shape(ExchangeAnswer)
public_token_answer = Shape(PublicTokenAnswer)
new_token_answer = Shape(NewTokenAnswer)
removed_answer = Shape(Removed)
webhook_key_answer = Shape(WebhookKeyAnswer)

account_rows = Rows(Account)
transaction_rows = Rows(Transaction)
credit_rows = Rows(Credit)
student_rows = Rows(Student)
mortgage_rows = Rows(Mortgage)
stream_rows = Rows(Stream)
removal_rows = Rows(Removal)

_page = msgspec.json.Decoder(TransactionsPage)
_raw_page = Shape(RawTransactionsPage)
_sync_page = msgspec.json.Decoder(SyncPage)
_raw_sync_page = Shape(RawSyncPage)


def transactions_page(body: bytes) -> tuple[TransactionsPage, int, int]:
    """A page of /transactions/get, and how many rows and accounts of it had a wrong shape and were left out.

    Decoded in one pass; only where that fails, row by row (the raw pass costs half as much again). Raises PlaidFault
    BAD_ANSWER where the bytes are no such page.
    """
    try:
        return _page.decode(body), 0, 0
    except (ValueError, RecursionError):
        raw = _raw_page(body)
    transactions, lost_transactions = transaction_rows(raw.transactions)
    accounts, lost_accounts = account_rows(raw.accounts)
    page = TransactionsPage(raw.total_transactions, transactions, accounts, raw.item)
    return page, lost_transactions, lost_accounts


def sync_page(body: bytes) -> tuple[SyncPage, int]:
    """A page of /transactions/sync, and how many of its rows, removals and accounts had a wrong shape. As above."""
    try:
        return _sync_page.decode(body), 0
    except (ValueError, RecursionError):
        raw = _raw_sync_page(body)
    added, lost_added = transaction_rows(raw.added)
    modified, lost_modified = transaction_rows(raw.modified)
    removed, lost_removed = removal_rows(raw.removed)
    accounts, lost_accounts = account_rows(raw.accounts)
    page = SyncPage(raw.has_more, raw.next_cursor, raw.transactions_update_status, added, modified, removed, accounts)
    return page, lost_added + lost_modified + lost_removed + lost_accounts
