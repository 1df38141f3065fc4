"""How long the spending analysis takes with every rule on, and how that grows; beside it a bare loop over floats.

Rows are made as the adapter hands them over: newest first, one object for each equal text. Times are the best of
several, in one process, with the loop measured in between.
"""

import json
import math
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from benchmarks.figures import row
from keepless.core.models import Account, Transaction
from keepless.core.spending import analyse

SIZES = {1_000: 40, 10_000: 15, 100_000: 8, 1_000_000: 5}  # rows: how often measured
CATEGORIES = (
    ("FOOD_AND_DRINK", ("GROCERIES", "RESTAURANT", "COFFEE", "FAST_FOOD")),
    ("GENERAL_MERCHANDISE", ("ONLINE_MARKETPLACES", "CLOTHING_AND_ACCESSORIES", "ELECTRONICS", "SUPERSTORES")),
    ("TRANSPORTATION", ("GAS", "PUBLIC_TRANSIT", "PARKING", "TAXIS_AND_RIDE_SHARES")),
    ("ENTERTAINMENT", ("TV_AND_MOVIES", "MUSIC_AND_AUDIO", "VIDEO_GAMES")),
    ("TRAVEL", ("FLIGHTS", "LODGING")),
    ("RENT_AND_UTILITIES", ("RENT", "TELEPHONE", "GAS_AND_ELECTRICITY")),
    ("MEDICAL", ("PHARMACIES_AND_SUPPLEMENTS", "DENTAL_CARE")),
    ("BANK_FEES", ("INTEREST_CHARGE", "ATM_FEES")),
    ("INCOME", ("SALARY",)),
    ("TRANSFER_OUT", ("WITHDRAWAL", "ACCOUNT_TRANSFER")),
    ("TRANSFER_IN", ("ACCOUNT_TRANSFER",)),
    ("LOAN_PAYMENTS", ("CREDIT_CARD_PAYMENT", "STUDENT_LOAN_PAYMENT")),
    ("", ("",)),
)
ACCOUNT_TYPES = ("depository", "depository", "credit", "credit", "loan")


def accounts() -> list[Account]:
    return [
        Account(
            id=f"account-{number}-000000000000000000000000000",
            name=f"Account {number}",
            mask=None,
            type=account_type,
            subtype=None,
            currency="USD",
            current=None,
            available=None,
            limit=None,
        )
        for number, account_type in enumerate(ACCOUNT_TYPES)
    ]


def transactions(count: int, *, merchants: int, days: int = 730) -> list[Transaction]:
    """`count` rows of the last `days` days, newest first; a merchant keeps to one category. One in 100 is pending."""
    chance = random.Random(count)  # noqa: S311 rows to measure with, no secret
    today = date(2026, 11, 22)
    calendar = [today - timedelta(days=back) for back in range(days)]
    kinds = [
        (primary, f"{primary}_{detail}" if detail else "") for primary, details in CATEGORIES for detail in details
    ]
    names = [f"Merchant {number}" for number in range(merchants)]
    ids = [account.id for account in accounts()]
    rows = []
    for number in range(count):
        merchant = number if merchants == count else int(chance.random() ** 2 * merchants)
        primary, detailed = kinds[merchant % len(kinds)]
        day = calendar[number * days // count]
        rows.append(
            Transaction(
                f"transaction-{number:024d}",
                ids[min(merchant % 3 + int(chance.random() * 1.2), len(ids) - 1)],
                chance.randrange(-2_000, 30_000),
                "USD",
                day,
                day,
                names[merchant],
                names[merchant],
                primary,
                detailed,
                number < count // 100,
                None,
            )
        )
    return rows


def bare_float_loop(rows: Sequence[Transaction]) -> dict[str, dict[Any, float]]:
    """What a quick hand would write, without one rule: three sums of floats."""
    months: defaultdict[Any, float] = defaultdict(float)
    categories: defaultdict[Any, float] = defaultdict(float)
    merchants: defaultdict[Any, float] = defaultdict(float)
    for one in rows:
        amount = one.amount / 100
        months[one.date.year, one.date.month] += amount
        categories[one.primary] += amount
        merchants[one.merchant] += amount
    return {"months": months, "categories": categories, "merchants": merchants}


def best(times: int, *calls: Callable[[], object]) -> list[float]:
    """The shortest time of each call in milliseconds, measured in turns so that a busy moment falls on all."""
    found = [math.inf] * len(calls)
    for _ in range(times):
        for place, call in enumerate(calls):
            start = time.perf_counter()
            call()
            found[place] = min(found[place], (time.perf_counter() - start) * 1000)
    return found


def measure() -> list[dict[str, Any]]:
    """Rows of `name, value, unit, limit, ok, beside`; `beside` is what stands beside it in the same run, in words."""
    owned = accounts()
    found = []
    for name, merchants in (("200 merchants", 200), ("every merchant another", 3_000)):
        rows = transactions(3_000, merchants=merchants, days=90)
        value, loop = best(60, lambda rows=rows: analyse(rows, owned), lambda rows=rows: bare_float_loop(rows))
        found.append(row(f"analysis of 3,000 transactions, {name}", value, "ms", 1.0, f"bare float loop {loop:.3f} ms"))
    times = []
    for count, repeats in SIZES.items():
        rows = transactions(count, merchants=max(200, count // 100))
        value, loop = best(repeats, lambda rows=rows: analyse(rows, owned), lambda rows=rows: bare_float_loop(rows))
        times.append((value, loop))
        found.append(row(f"analysis of {count:,} transactions", value, "ms", None, f"bare float loop {loop:.3f} ms"))
    growth, beside = (_exponent([pair[place] for pair in times]) for place in (0, 1))
    name = "analysis, growth exponent from 1,000 to 1,000,000"
    found.append(row(name, growth, "exponent", 1.1, f"bare float loop {beside:.3f}"))
    return found


def _exponent(milliseconds: Sequence[float]) -> float:
    """Slope of log time over log size: 1 is linear."""
    return statistics.linear_regression([math.log(size) for size in SIZES], [math.log(ms) for ms in milliseconds]).slope


if __name__ == "__main__":
    for line in measure():
        print(json.dumps(line))
