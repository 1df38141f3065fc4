"""`user_custom`: a household from Plaid's custom-user JSON (docs/plaid.md 9.3).

Missing figures get the plainest value that Plaid's schema allows, never a made-up one: no balance is 0.00, an available
balance follows from the current one. What is not played is named in the household's `notes`.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from keepless.sandbox import custom_inflow, custom_json, custom_liability
from keepless.sandbox.custom_json import Account, BadCustomUser, Transaction, amount, text
from keepless.sandbox.descriptors import understood
from keepless.sandbox.household import Holding, Household, Row, newest_first
from keepless.sandbox.subtypes import SUBTYPES, USUAL

MAX_ROWS = 50_000
MAX_ACCOUNTS = 100
CURRENCY = re.compile(r"[A-Z]{3,4}")  # coins that Plaid knows have up to four: USDT, DASH
MASK = re.compile(r"[A-Za-z0-9]{2,4}")
ERROR_CODE = re.compile(r"[A-Z][A-Z_]{2,59}")


def household(username: str, raw: bytes | str, today: date) -> Household:
    """The household that a custom-user JSON describes, as of `today`.

    Raises BadCustomUser, whose text names the field, for JSON that is broken, too large or contradicts itself. An empty
    list of accounts is a login that answers NO_ACCOUNTS.
    """
    user = custom_json.read(raw)
    given = user.override_accounts or []
    if len(given) > MAX_ACCOUNTS:
        raise BadCustomUser(f"override_accounts: {len(given)} accounts; at most {MAX_ACCOUNTS} are played.")
    if sum(len(account.transactions or ()) for account in given) > MAX_ROWS:
        raise BadCustomUser(f"override_accounts: more than {MAX_ROWS:,} transactions.")
    if user.force_error and not ERROR_CODE.fullmatch(user.force_error):
        raise BadCustomUser("force_error: not an error code of Plaid's, such as ITEM_LOCKED.")
    notes = [f"{name} is not played" for name in custom_json.not_played(user)]
    try:
        roll = _roll_forward(given, today) if user.roll_dates_forward else timedelta(0)
        accounts, rows = [], []
        for index, account in enumerate(given):
            where = f"override_accounts[{index}]"
            notes.extend(f"{where}.{name} is not played" for name in custom_json.not_played(account))
            holding = _holding(account, index, where, today)
            own = list(_rows(account, holding, where, roll))
            left_out = len(account.transactions or ()) - len(own)
            if left_out:
                notes.append(f"{where}.transactions: {left_out} without an amount or a date left out")
            accounts.append(holding)
            rows.extend(own)
            rows.extend(custom_inflow.rows(account, holding, own, where, today))
    except (OverflowError, ValueError) as problem:
        raise BadCustomUser(f"override_accounts: a date leaves the calendar ({problem}).") from None
    error = user.force_error or (None if accounts else "NO_ACCOUNTS")
    return Household(username, tuple(accounts), newest_first(rows, today), force_error=error, notes=tuple(notes))


def _roll_forward(accounts: list[Account], today: date) -> timedelta:
    """How far all dates move so that the newest is today."""
    rows = [row for account in accounts for row in account.transactions or ()]
    dates = [day for row in rows for day in (row.date_posted, row.date_transacted) if day]
    return today - max(dates) if dates else timedelta(0)


def _holding(account: Account, index: int, where: str, today: date) -> Holding:
    kind = account.type or "depository"
    if kind not in SUBTYPES:
        raise BadCustomUser(f"{where}.type: {text(kind)} is not one of {', '.join(SUBTYPES)}.")
    subtype = account.subtype or USUAL[kind]
    if subtype not in SUBTYPES[kind]:
        raise BadCustomUser(f"{where}.subtype: {text(subtype)} is not a subtype of {kind}.")
    if account.has_null_available_balance and account.force_available_balance is not None:
        raise BadCustomUser(f"{where}.force_available_balance: contradicts has_null_available_balance.")
    meta = account.meta or custom_json.Meta()
    if meta.mask and not MASK.fullmatch(meta.mask):
        raise BadCustomUser(f"{where}.meta.mask: {text(meta.mask)} is not 2 to 4 letters or digits.")
    current = amount(account.starting_balance, f"{where}.starting_balance")
    if current is None:
        principal = account.liability.principal if account.liability else None
        current = amount(principal, f"{where}.liability.principal") or Decimal("0.00")
    limit = amount(meta.limit, f"{where}.meta.limit")
    return Holding(
        key=f"account-{index:02d}",
        # Plaid's accounts know no type payroll; the subtype keeps it.
        type="other" if kind == "payroll" else kind,
        subtype=subtype,
        name=meta.name or f"Plaid {subtype.title()}",
        official_name=meta.official_name,
        mask=(meta.mask or None) if meta.mask is not None else f"{index * 1111 % 10000:04d}",
        current=current,
        available=_available(account, kind, current, limit, where),
        limit=limit,
        currency=_currency(account.currency, "USD", f"{where}.currency"),
        liability=custom_liability.terms_of(account, kind, subtype, current, where=where, today=today),
    )


def _available(account: Account, kind: str, current: Decimal, limit: Decimal | None, where: str) -> Decimal | None:
    if account.force_available_balance is not None:
        return amount(account.force_available_balance, f"{where}.force_available_balance")
    if account.has_null_available_balance:
        return None
    if kind == "depository":
        return current
    return limit - current if kind == "credit" and limit is not None else None


def _currency(given: str | None, usual: str, where: str) -> str:
    if given is None:
        return usual
    if not CURRENCY.fullmatch(given):
        raise BadCustomUser(f"{where}: {text(given)} is not a currency code of three or four capital letters.")
    return given


def _rows(account: Account, holding: Holding, where: str, roll: timedelta) -> Iterator[Row]:
    """The rows that have an amount and a date."""
    for number, given in enumerate(account.transactions or ()):
        place = f"{where}.transactions[{number}]"
        value = amount(given.amount, f"{place}.amount")
        days = _days(given, place)
        if value is None or days is None:
            continue
        description = given.description or ""
        merchant, meaning = understood(description, arrives=value < 0)
        yield Row(
            key=f"{holding.key}-{number:05d}",
            account=holding.key,
            amount=value,
            currency=_currency(given.currency, holding.currency, f"{place}.currency"),
            transacted=days[0] + roll,
            posted=days[1] + roll,
            description=description,
            merchant=merchant,
            category=meaning,
            channel="other" if merchant is None else "in store",
        )


def _days(given: Transaction, where: str) -> tuple[date, date] | None:
    """When it happened and when it was booked; each stands in for the other."""
    transacted, posted = given.date_transacted or given.date_posted, given.date_posted or given.date_transacted
    if transacted is None or posted is None:
        return None
    if transacted > posted:
        raise BadCustomUser(f"{where}.date_posted: lies before date_transacted.")
    return transacted, posted
