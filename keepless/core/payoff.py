"""In which order paying off cards saves most. Rules C9 to C12 of docs/spending.md.

The minimum payment comes first, on every card: a missed one costs a fee and can cost the rate. The order is for what is
left after that. It is arithmetic and no advice: it knows balances and rates, and nothing of a person's plans.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from keepless.core.credit import INTEREST_DAYS, Card, charged, interest
from keepless.core.models import Apr
from keepless.core.money import exponent

PAID = 100  # major units that the saving is told of
_YEAR = 365

Reason = Literal["rate_unknown", "balance_unknown"]


class PayFirst(msgspec.Struct, frozen=True, kw_only=True):
    """One balance of a card, at its place. Amounts are minor units of `currency`, the rate is in basis points.

    `place` counts from 1 within the currency. `paid` is 100 of the major unit, or the balance where that is less;
    `saves_month` and `saves_year` are the interest that paying it now saves over 30 and 365 days. Where something is
    not told they and `place` are None, and `reason` says what is missing.
    """

    account_id: str
    bank: str
    name: str
    currency: str
    place: int | None
    rate_type: str  # purchase_apr, cash_apr and so on; "" where no rate is told
    balance: int | None
    basis_points: int | None
    paid: int | None
    saves_month: int | None
    saves_year: int | None
    reason: Reason | None


def paying_order(cards: Iterable[Card]) -> tuple[PayFirst, ...]:
    """Every balance on which something is owed, by currency: the highest rate first (C9), what is unknown last (C12).

    Of one rate the smaller balance stands first: it is gone sooner. After the minimum payments, the next money saves
    most where `place` is 1.
    """
    by_currency: defaultdict[str, list[PayFirst]] = defaultdict(list)
    for card in cards:
        by_currency[card.account.currency].extend(_balances(card))
    return tuple(
        each if each.reason else msgspec.structs.replace(each, place=number)
        for _, balances in sorted(by_currency.items())
        for number, each in enumerate(sorted(balances, key=_rank), 1)
    )


def _rank(each: PayFirst) -> tuple[bool, bool, int, int, str, str]:
    unknown, rate = each.balance is None, each.basis_points or 0
    return (each.reason is not None, unknown, -rate, each.balance or 0, each.account_id, each.rate_type)


def _balances(card: Card) -> Iterator[PayFirst]:
    """C10: the balances that the bank says rates apply to; where it tells none, all that is owed, at purchase rate."""
    balances = charged(card.owed, card.aprs)
    for balance, apr in balances:
        if balance > 0:
            yield _place(card, balance, apr)
    if not balances and card.owed is None:
        yield _place(card, None, None)
    elif not balances and card.owed:
        yield _place(card, card.owed, None)


def _place(card: Card, balance: int | None, apr: Apr | None) -> PayFirst:
    reason: Reason | None = "balance_unknown" if balance is None else "rate_unknown" if apr is None else None
    currency = card.account.currency
    paid = saves_month = saves_year = None
    if balance is not None and apr is not None:  # C11
        paid = min(PAID * 10 ** exponent(currency), balance)
        saves_month, saves_year = (interest([(paid, apr.basis_points)], days) for days in (INTEREST_DAYS, _YEAR))
    return PayFirst(
        account_id=card.account.id,
        bank=card.bank,
        name=card.account.name,
        currency=currency,
        place=None,
        rate_type=apr.type if apr else "",
        balance=balance,
        basis_points=apr.basis_points if apr else None,
        paid=paid,
        saves_month=saves_month,
        saves_year=saves_year,
        reason=reason,
    )
