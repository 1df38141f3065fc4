"""From Plaid's rows to our models: minor units, known dates, one merchant name.

A row that lacks what it cannot do without (an id, an account, an amount, a date), or whose figures are out of all
range, is left out and counted; one bad row neither hides in silence nor takes its bank down.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from keepless.adapters.plaid import wire
from keepless.core.models import Account, Apr, CardTerms, LoanTerms, PlaidStream, Transaction
from keepless.core.money import to_minor

_BASIS_POINT = Decimal(1)
NO_CURRENCY = "XXX"  # ISO 4217's code for "no currency": the row names none, and none is guessed

W = TypeVar("W")
M = TypeVar("M")


class Incomplete(ValueError):
    """A row that lacks what it cannot do without."""


def each(rows: Iterable[W], one: Callable[[W], M]) -> tuple[list[M], int]:
    """The rows that could be understood, in their order, and how many could not."""
    mapped: list[M] = []
    lost = 0
    for row in rows:
        try:
            mapped.append(one(row))
        except (ValueError, ArithmeticError):  # incomplete; not a number; more digits than any bank has
            lost += 1
    return mapped, lost


def transactions(rows: Iterable[wire.Transaction], shared: dict[Any, Any]) -> tuple[list[Transaction], int]:
    """Rows as models, newest first as they came, and how many could not be understood.

    `shared` keeps one object for each equal text or date over all the pages of a fetch: 20,000 rows then hold a few
    hundred, and grouping by them finds their hashes ready.
    """
    same = shared.setdefault

    def one(row: wire.Transaction) -> Transaction:
        posted = row.date or row.authorized_date
        if not row.transaction_id or not row.account_id or row.amount is None or posted is None:
            raise Incomplete
        posted = same(posted, posted)
        happened = row.authorized_date or posted
        currency = row.iso_currency_code or row.unofficial_currency_code or NO_CURRENCY
        account = row.account_id
        name = row.name or row.merchant_name or ""
        merchant = row.merchant_name or name
        category = row.personal_finance_category
        primary = (category and category.primary) or ""
        detailed = (category and category.detailed) or ""
        return Transaction(
            row.transaction_id,
            same(account, account),
            to_minor(row.amount, currency),
            same(currency, currency),
            same(happened, happened),
            posted,
            name,
            same(merchant, merchant),
            same(primary, primary),
            same(detailed, detailed),
            row.pending is True,
            row.pending_transaction_id or None,
        )

    return each(rows, one)


def removals(rows: Iterable[wire.Removal]) -> tuple[list[str], int]:
    """Ids of rows that are gone, and how many removals named none."""

    def one(row: wire.Removal) -> str:
        if not row.transaction_id:
            raise Incomplete
        return row.transaction_id

    return each(rows, one)


def accounts(rows: Iterable[wire.Account]) -> tuple[list[Account], int]:
    """Accounts as models, and how many could not be understood. A balance that is null stays None."""
    return each(rows, _account)


def cards(rows: Iterable[wire.Credit], currencies: Mapping[str, str]) -> tuple[list[CardTerms], int]:
    """Terms of credit accounts. `currencies` maps account ids to codes: terms themselves name no currency."""

    def one(row: wire.Credit) -> CardTerms:
        account_id, minor = _money_of(row.account_id, currencies)
        return CardTerms(
            account_id=account_id,
            aprs=tuple(
                Apr(
                    type=apr.apr_type or "",
                    basis_points=to_basis_points(apr.apr_percentage),
                    balance=minor(apr.balance_subject_to_apr),
                    interest=minor(apr.interest_charge_amount),
                )
                for apr in row.aprs or ()
                if apr.apr_percentage is not None
            ),
            is_overdue=row.is_overdue,
            last_payment_amount=minor(row.last_payment_amount),
            last_payment_date=row.last_payment_date,
            last_statement_balance=minor(row.last_statement_balance),
            last_statement_date=row.last_statement_issue_date,
            minimum_payment=minor(row.minimum_payment_amount),
            next_due=row.next_payment_due_date,
        )

    return each(rows, one)


def students(rows: Iterable[wire.Student], currencies: Mapping[str, str]) -> tuple[list[LoanTerms], int]:
    """Terms of student loans; `currencies` as for cards."""

    def one(row: wire.Student) -> LoanTerms:
        account_id, minor = _money_of(row.account_id, currencies)
        rate = row.interest_rate_percentage
        return LoanTerms(
            account_id=account_id,
            kind="student",
            name=row.loan_name,
            basis_points=None if rate is None else to_basis_points(rate),
            minimum_payment=minor(row.minimum_payment_amount),
            next_due=row.next_payment_due_date,
            is_overdue=row.is_overdue,
            last_payment_amount=minor(row.last_payment_amount),
            last_payment_date=row.last_payment_date,
        )

    return each(rows, one)


def mortgages(rows: Iterable[wire.Mortgage], currencies: Mapping[str, str]) -> tuple[list[LoanTerms], int]:
    """Terms of mortgages; `currencies` as for cards. One is overdue where an amount past due is named."""

    def one(row: wire.Mortgage) -> LoanTerms:
        account_id, minor = _money_of(row.account_id, currencies)
        rate = row.interest_rate.percentage if row.interest_rate else None
        return LoanTerms(
            account_id=account_id,
            kind="mortgage",
            name=row.loan_type_description,
            basis_points=None if rate is None else to_basis_points(rate),
            minimum_payment=minor(row.next_monthly_payment),
            next_due=row.next_payment_due_date,
            is_overdue=None if row.past_due_amount is None else row.past_due_amount > 0,
            last_payment_amount=minor(row.last_payment_amount),
            last_payment_date=row.last_payment_date,
        )

    return each(rows, one)


def streams(rows: Iterable[wire.Stream]) -> tuple[list[PlaidStream], int]:
    """Streams that name rows, and how many could not be understood. One that is not called inactive is active."""

    def one(row: wire.Stream) -> PlaidStream:
        if not row.transaction_ids:
            raise Incomplete
        return PlaidStream(
            transaction_ids=tuple(row.transaction_ids),
            frequency=row.frequency or "UNKNOWN",
            is_active=row.is_active is not False,
        )

    return each(rows, one)


def to_basis_points(percentage: Decimal) -> int:
    """24.99 (per cent) as 2499; digits below a basis point are rounded half to even.

    Raises ArithmeticError or ValueError for what is no number and for more than 28 digits.
    """
    return int(percentage.scaleb(2).quantize(_BASIS_POINT))


def _account(row: wire.Account) -> Account:
    if not row.account_id:
        raise Incomplete
    balances = row.balances or wire.Balances()
    currency = balances.iso_currency_code or balances.unofficial_currency_code or NO_CURRENCY
    return Account(
        id=row.account_id,
        name=row.name or row.official_name or "",
        mask=row.mask or None,
        type=row.type or "other",
        subtype=row.subtype or None,
        currency=currency,
        current=_minor(balances.current, currency),
        available=_minor(balances.available, currency),
        limit=_minor(balances.limit, currency),
        official_name=row.official_name or None,
    )


def _minor(amount: Decimal | None, currency: str) -> int | None:
    return None if amount is None else to_minor(amount, currency)


def _money_of(
    account_id: str | None, currencies: Mapping[str, str]
) -> tuple[str, Callable[[Decimal | None], int | None]]:
    """The id of the account that terms belong to, and how its amounts become minor units."""
    if not account_id:
        raise Incomplete
    currency = currencies.get(account_id, NO_CURRENCY)
    return account_id, lambda amount: _minor(amount, currency)
