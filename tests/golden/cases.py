"""Golden cases: what the core says of some banks, for the browser's program to say the same (frontend/test/golden)."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import msgspec
from golden import rows

from keepless.core.cashflow import compare, monthly, usual_month
from keepless.core.credit import cards, due_next, loans, total_utilisation
from keepless.core.filters import TransactionFilter
from keepless.core.kinds import Kind, kind_of
from keepless.core.models import Account, BankSnapshot, CacheUse, Transaction
from keepless.core.money import EXPONENTS, rounded_share
from keepless.core.payoff import paying_order
from keepless.core.periods import Period
from keepless.core.spending import CurrencyAnalysis, analyse, distinct
from keepless.web.lines import KINDS, LiveBank, bank_body

TODAY = rows.TODAY
# Drawn conditions: chosen so that most find something, some nothing, and several are asked at once.
DRAWN: dict[str, tuple[str, ...]] = {
    "from": ("2026-06-25", "2026-09-30", "2026-10-31", "2026-11-01", "2026-11-22"),
    "to": ("2026-11-23", "2026-11-22", "2026-10-31", "2026-08-31"),
    "category": ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE", "TRAVEL_FLIGHTS", "OTHER", "UNCATEGORIZED", "TRAVEL"),
    "account": ("checking-1", "card-2", "unlisted-1"),
    "merchant": rows.MERCHANTS,
    "kind": tuple(Kind),
    "currency": ("USD", "JPY", "KWD", "BTC"),
    "pending": ("yes", "no"),
    "q": ("strasse", "ISTANBUL", "cafe", "ö", "über", " 7", "berlin"),
    "min": ("0", "0.01", "12.3456", "250"),
    "max": ("0.0002", "99.999", "250", "999999999"),
}
BY_HAND: tuple[dict[str, str], ...] = (
    {},
    {"from": "2026-11-23", "to": "2026-11-22"},
    {"from": "2026-10-31", "to": "2026-11-01"},
    *({name: text} for name in ("min", "max") for text in ("0.29", "1.005", "0.2900", "0.2901", "1", "0.0001", "20")),
    {"min": "0.29", "max": "0.29"},
    {"min": "1.005", "max": "1.005"},
    *({"q": text} for text in (
        "straße", "STRASSE", "  Berlin ", "i\u0307stanbul", "istanbul", "İSTANBUL", "diyarbak\u0131r", "diyarbakir",
        "DIYARBAKIR", "οδοσ", "ΟΔΟΣ", "οδός", "große", "GROSSE", "café", "cafe\u0301", "cafe", "noël", "berlin",
        "\uff22erlin", "fin", "🍕", "👩‍🍳", "👩", ".*", "(b)", "%", "\\", "_", "nothing is called so",
    )),
    *({"category": text} for text in (
        "UNCATEGORIZED", "OTHER", "TRAVEL", "TRAVEL_FLIGHTS", "TRANSPORTATION", "PET_CARE_TREATS", "FOOD", "INCOME",
    )),
    *({"kind": kind} for kind in Kind),
    *({"pending": text} for text in ("yes", "no")),
    *({"currency": text} for text in ("BTC", "KWD", "JPY", "jpy")),
    {"account": "nobody-knows"},
    {"account": "card", "kind": "card_payment"},
    {"merchant": "Straße & Söhne"},
    {"merchant": "strasse & söhne"},
)  # fmt: skip


def golden_files() -> dict[str, bytes]:
    """Every file by its name."""
    files = {
        "odd": ledger([rows.odd_bank()], BY_HAND),
        "drawn": ledger([rows.drawn_bank(1, 90), rows.drawn_bank(2, 70)], drawn_conditions(seed=3, count=40)),
        "nothing": ledger([], [{}, {"q": "a", "min": "1"}]),
        "credit": [credit(rows.credit_banks()), *(credit([rows.drawn_cards(seed)]) for seed in range(4)), credit([])],
        "money": money(),
    }
    return {f"{name}.json": _written(content) for name, content in files.items()}


def ledger(banks: Sequence[BankSnapshot], conditions: Iterable[dict[str, str]]) -> dict[str, Any]:
    """The banks as they are sent, and what the core finds and sums under each set of conditions."""
    # The series have rules and tests of their own; here they would only make the file long.
    bodies = [bank_body(bank.bank.item_id, bank, TODAY) for bank in banks]
    lines = [LiveBank(**msgspec.structs.asdict(body) | {"recurring": (), "cache": CacheUse.NONE}) for body in bodies]
    every_row = [row for bank in banks for row in distinct(bank.transactions).rows]
    every_row.sort(key=lambda row: row.date, reverse=True)
    accounts = [account for bank in banks for account in bank.accounts]
    return {
        "today": TODAY,
        "kinds": KINDS,
        "banks": lines,
        "cases": [_case(every_row, accounts, asked) for asked in conditions],
    }


def drawn_conditions(seed: int, count: int) -> list[dict[str, str]]:
    chance = Random(seed)  # noqa: S311 - conditions to test with, no secret
    return [
        {name: chance.choice(DRAWN[name]) for name in sorted(chance.sample(sorted(DRAWN), chance.choice((1, 1, 2, 3))))}
        for _ in range(count)
    ]


def _case(every_row: list[Transaction], accounts: list[Account], asked: dict[str, str]) -> dict[str, Any]:
    found = _matching(every_row, accounts, asked)
    undated = _matching(every_row, accounts, {k: v for k, v in asked.items() if k not in ("from", "to")})
    return {
        "filter": asked,
        "ids": [row.id for row in found],
        "analysis": [_sums(sums) for sums in analyse(found, accounts).currencies.values()],
        "comparisons": _comparisons(undated, accounts),
        "usual": _usual(undated, accounts, first=min(row.date for row in every_row) if every_row else TODAY),
    }


def _matching(every_row: list[Transaction], accounts: list[Account], asked: dict[str, str]) -> list[Transaction]:
    start, end = (dt.date.fromisoformat(asked[name]) if name in asked else None for name in ("from", "to"))
    if start and end and end < start:
        return []  # refused by the core; a page has nothing to show for it
    texts = {name: asked.get(name, "") for name in ("category", "account", "merchant", "kind", "currency", "q")}
    return TransactionFilter(
        **texts,
        start=start,
        end=end,
        pending={"yes": True, "no": False}.get(asked.get("pending", "")),
        minimum=Decimal(asked["min"]) if "min" in asked else None,
        maximum=Decimal(asked["max"]) if "max" in asked else None,
    ).apply(every_row, accounts)


def _sums(sums: CurrencyAnalysis) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(sums)
    del fields["unexplained_income"], fields["skipped_twins"]  # not shown; the server sends each row once
    return {**fields, "net": sums.net, "flows": [{**msgspec.to_builtins(one), "net": one.net} for one in monthly(sums)]}


def _comparisons(undated: list[Transaction], accounts: list[Account]) -> list[dict[str, Any]]:
    days, days_before = Period.month_so_far(TODAY), Period.same_days_last_month(TODAY)
    month, before = (
        analyse([row for row in undated if row.date in span], accounts).currencies for span in (days, days_before)
    )
    made = [
        compare(
            currency,
            month[currency].spent if currency in month else 0,
            before[currency].spent if currency in before else 0,
            days,
            days_before,
        )
        for currency in dict.fromkeys((*month, *before))
    ]
    return [{"currency": one.currency, "now": one.now, "before": one.before, "change": one.change} for one in made]


def _usual(undated: list[Transaction], accounts: list[Account], *, first: dt.date) -> list[dict[str, Any]]:
    """The usual month of each currency, as far back as rows are known of, whatever is asked of them."""
    types = {account.id: account.type for account in accounts}
    spent: defaultdict[str, Counter[dt.date]] = defaultdict(Counter)
    for row in undated:
        if kind_of(row, types.get(row.account_id, "")) == Kind.SPENDING:
            spent[row.currency][row.date] += row.amount
    usual = (usual_month(currency, by_day, first, TODAY) for currency, by_day in spent.items())
    return [msgspec.to_builtins(one) for one in usual if one is not None]


def credit(banks: Sequence[BankSnapshot]) -> dict[str, Any]:
    """Cards and loans as they are sent, and what the core says of them together."""
    every_card, every_loan = cards(banks, TODAY), loans(banks, TODAY)
    return {
        "today": TODAY,
        "cards": every_card,
        "loans": every_loan,
        "utilisation": total_utilisation(every_card),
        "due": due_next(every_card, every_loan, TODAY),
        "paying_order": paying_order(every_card),
    }


def money() -> dict[str, Any]:
    """Decimals of each currency, and shares at the places where rounding turns."""
    parts = (0, 1, -1, 5, 15, 25, -25, 299, 300, 301, 2005, 10**15 + 5, -(10**15) - 5)
    wholes = (1, 7, 200, 1000, 2000, 10**15)
    return {
        "exponents": {**EXPONENTS, "USD": 2, "EUR": 2, "XXX": 2, "": 2},
        "shares": [[part, whole, 1000, rounded_share(part, whole, 1000)] for part in parts for whole in wholes],
    }


def _written(content: Any) -> bytes:
    """JSON with a line for each entry of the outer lists, so that a change is seen where it is."""
    text = msgspec.json.encode(content).decode()
    return text.replace('},{"', '},\n{"').replace("],[", "],\n[").encode() + b"\n"
