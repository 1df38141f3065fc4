"""`demo`: a household of our own making over 24 months, always ending today, and the larger ones made from it.

Deterministic: the same `today` gives the same rows, from a fixed seed. Amounts are USD, on the journeys EUR.
"""

from datetime import date, timedelta

from keepless.sandbox import demo_life as life
from keepless.sandbox import demo_money as money
from keepless.sandbox import months
from keepless.sandbox.demo_diary import Diary
from keepless.sandbox.household import Household, Row

SEED = "keepless-demo-1"
WINDOW_DAYS = 90
# Rows in the last 90 days, both ends inclusive; None: as life has it.
SIZES: dict[str, int | None] = {"demo": None, "demo-3000": 3000, "demo-20000": 20_000}
STUDENT_LOAN_DAY = 3


def household(username: str, today: date) -> Household:
    """The demo household of that name on `today`. Raises KeyError for a name not in SIZES."""
    size = SIZES[username]
    diary = Diary(months.shifted(today, -24), today, SEED)
    life.pay(diary)
    life.bills(diary)
    life.everyday(diary)
    life.journeys(diary)
    life.things_sent_back(diary)
    life.tonight(diary)
    cards = (money.card_account(diary, money.REWARDS), money.card_account(diary, money.EVERYDAY))
    checking, savings = money.checking_and_savings(diary)
    if size is not None:
        # Last, and paid for by payouts of their own: they change no balance above.
        life.busy_days(diary, WINDOW_DAYS, size - len(in_window(diary.rows(), today)))
    accounts = (checking, savings, *cards, money.student_loan(today, STUDENT_LOAN_DAY))
    return Household(username, accounts, diary.rows())


def in_window(rows: tuple[Row, ...], today: date) -> tuple[Row, ...]:
    """The rows that a bank shows for the 90 days that end `today`."""
    start = today - timedelta(days=WINDOW_DAYS - 1)
    return tuple(row for row in rows if start <= row.shown_date(today) <= today)
