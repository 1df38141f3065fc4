"""`user_transactions_dynamic`: a small household that each refresh moves on; the item plays the refresh.

Source: docs/plaid.md 9.2: about 50 pending and posted rows, six months of recurring ones.
"""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from keepless.sandbox import demo_places as places
from keepless.sandbox import months, terms
from keepless.sandbox.demo_places import Bill, Place
from keepless.sandbox.household import Holding, Household, Row, newest_first
from keepless.sandbox.taxonomy import category

RECURRING_MONTHS = 6
RECENT_ROWS = 12
PENDING_ROWS = 4
SHOPS = (places.COFFEE, places.FUEL, places.RESTAURANT, places.CLOTHES, places.MARKETPLACE)
PAY = Bill("checking", 15, (-260_000, -260_000), places.EMPLOYER)
RECURRING = (PAY, *(bill for bill in places.BILLS if bill.account == "checking" and bill.price[0] == bill.price[1]))


def household(username: str, today: date) -> Household:
    """The household as a new item finds it."""
    rows = []
    for bill in RECURRING:
        latest = months.last_before_or_on(today, bill.day)
        for back in range(RECURRING_MONTHS):
            day = months.shifted(latest, -back)
            amount = Decimal(bill.price[0]).scaleb(-2)
            rows.append(_row(f"recurring-{bill.day:02d}-{back}", "checking", bill.place, amount, (day, day)))
    for number in range(RECENT_ROWS):
        day = today - timedelta(days=3 + 2 * number)
        rows.append(_purchase(f"recent-{number:02d}", (day, day + timedelta(days=1))))
    for number in range(PENDING_ROWS):
        day = today - timedelta(days=number % 2)
        rows.append(_purchase(f"pending-{number}", (day, today + timedelta(days=1 + number % 2))))
    return Household(username, _accounts(today), newest_first(rows, today), dynamic=True)


def _purchase(key: str, days: tuple[date, date]) -> Row:
    rng = Random(key)  # noqa: S311 - a price, not a secret
    return _row(key, "card", rng.choice(SHOPS), Decimal(rng.randint(350, 7900)).scaleb(-2), days)


def _row(key: str, account: str, place: Place, amount: Decimal, days: tuple[date, date]) -> Row:
    """A row of a place; `days` are when it happened and when the bank books it."""
    return Row(
        key,
        account,
        amount,
        "USD",
        *days,
        place.descriptor,
        place.name,
        category(place.detailed),
        place.channel,
        place.website,
        place.city,
        place.country,
    )


def _accounts(today: date) -> tuple[Holding, ...]:
    card = terms.credit(
        [terms.Apr("purchase_apr", Decimal("21.49"))],
        is_overdue=False,
        last_payment=(Decimal("310.00"), months.last_before_or_on(today, 10)),
        last_statement=(Decimal("702.18"), months.last_before_or_on(today, 18)),
        minimum=Decimal("35.00"),
        next_due=months.first_after(today, 12),
    )
    checking, savings, owed, limit = Decimal("2310.55"), Decimal("5400.00"), Decimal("842.37"), Decimal(4000)
    return (
        Holding("checking", "depository", "checking", "Plaid Checking", None, "0000", checking, checking, None),
        Holding("savings", "depository", "savings", "Plaid Saving", None, "1111", savings, savings, None),
        Holding(
            "card",
            "credit",
            "credit card",
            "Plaid Credit Card",
            None,
            "3333",
            owed,
            limit - owed,
            limit,
            liability=card,
        ),
    )
