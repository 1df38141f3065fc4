"""Where the money of `demo` is: cards that are paid, savings that grow, and balances that agree with the rows."""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from keepless.sandbox import demo_places as places
from keepless.sandbox import months, terms
from keepless.sandbox.demo_diary import Diary
from keepless.sandbox.demo_places import Place
from keepless.sandbox.household import Holding

CENT = Decimal("0.01")
MINIMUM_SHARE = Decimal("0.02")  # of the statement, and never under 35.00
GRACE_DAYS = 25  # from a statement to its due date
BEFORE_ALL = date.min
CHECKING_AT_START = Decimal("4180.00")
CHECKING_TO_KEEP = Decimal(4000)
SWEEP_DAY = 27
SAVINGS_AT_START = Decimal("6240.00")
SAVINGS_RATE = Decimal("0.041")  # a year
STUDENT_RATE = Decimal("4.99")
STUDENT_PAYMENT = Decimal("318.40")


class Card(NamedTuple):
    """A card of the household. `carried` is an old balance that is never paid off, and earns the bank its interest."""

    key: str
    name: str
    official_name: str
    mask: str
    limit: Decimal
    carried: Decimal
    cash_carried: Decimal
    rate: Decimal  # percent a year, purchases
    cash_rate: Decimal
    due_in: int  # days from today to the next due date; negative: it has passed unpaid


REWARDS = Card(
    "rewards_card",
    "Harbor Rewards Card",
    "Harbor Rewards Signature Credit Card",
    "4427",
    Decimal(8000),
    Decimal("1640.00"),
    Decimal(0),
    Decimal("21.99"),
    Decimal("28.99"),
    9,
)
EVERYDAY = Card(
    "everyday_card",
    "Meadow Everyday Card",
    "Meadow Everyday Credit Card",
    "4433",
    Decimal(5000),
    Decimal("410.00"),
    Decimal("140.00"),
    Decimal("24.99"),
    Decimal("29.99"),
    -6,
)


def card_account(diary: Diary, card: Card) -> Holding:
    """Writes a card's interest and its payments, both legs of each, and gives the account as it stands today.

    Every statement is paid two days before it is due, except the one whose due date has passed (`due_in` negative).
    """
    due = diary.today + timedelta(days=card.due_in)
    count = (diary.today.year - diary.start.year) * 12 + 14
    dues = [months.shifted(due, -back) for back in range(count)]
    statements = [day - timedelta(days=GRACE_DAYS) for day in dues]
    interest = ((card.carried * card.rate + card.cash_carried * card.cash_rate) / 1200).quantize(CENT)
    for day in statements:
        diary.write(card.key, interest, day, places.CARD_INTEREST)
    # Before any payment is written, what is booked is what was charged.
    charged = [diary.booked(card.key, statements[n + 1], statements[n]) for n in range(count - 1)]
    last_payment: tuple[Decimal | None, date | None] = (None, None)
    for back in reversed(range(1, count - 1)):
        paid_on = dues[back] - timedelta(days=2)
        if paid_on >= diary.start and charged[back] > 0:
            _pay_card(diary, card, charged[back], paid_on)
            last_payment = (charged[back], paid_on)
    overdue = card.due_in < 0
    if overdue:
        diary.write(card.key, Decimal("29.00"), due + timedelta(days=1), places.LATE_FEE)
    current = card.carried + card.cash_carried + diary.booked(card.key, BEFORE_ALL, diary.today)
    stated = current - diary.booked(card.key, statements[0], diary.today)
    aprs = [
        terms.Apr(
            "purchase_apr", card.rate, current - card.cash_carried, (card.carried * card.rate / 1200).quantize(CENT)
        )
    ]
    if card.cash_carried:
        cash_interest = (card.cash_carried * card.cash_rate / 1200).quantize(CENT)
        aprs.append(terms.Apr("cash_apr", card.cash_rate, card.cash_carried, cash_interest))
    liability = terms.credit(
        aprs,
        is_overdue=overdue,
        last_payment=last_payment,
        last_statement=(stated, statements[0]),
        minimum=max(Decimal("35.00"), (stated * MINIMUM_SHARE).quantize(CENT)),
        next_due=due,
    )
    return Holding(
        card.key,
        "credit",
        "credit card",
        card.name,
        card.official_name,
        card.mask,
        current,
        card.limit - current - diary.pending(card.key),
        card.limit,
        liability=liability,
    )


def _pay_card(diary: Diary, card: Card, amount: Decimal, day: date) -> None:
    name, detailed = card.name.rsplit(" ", 1)[0], "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"
    leaves = Place(card.name, f"{name.upper()} AUTOPAY", detailed, "other", None, None, None)
    arrives = Place(None, "AUTOPAY PAYMENT THANK YOU", detailed, "other", None, None, None)
    diary.write("checking", amount, day, leaves)
    diary.write(card.key, -amount, day, arrives)


def checking_and_savings(diary: Diary) -> tuple[Holding, Holding]:
    """Writes what is put aside each month and the interest on it; both accounts as they stand today."""
    month = diary.start.replace(day=1)
    while month <= diary.today:
        sweep = months.on_day(month.year, month.month, SWEEP_DAY)
        if diary.start <= sweep <= diary.today:
            _sweep(diary, sweep)
        last = months.shifted(month, 1) - timedelta(days=1)
        saved = SAVINGS_AT_START - diary.booked("savings", BEFORE_ALL, last)
        diary.write("savings", -(saved * SAVINGS_RATE / 12).quantize(CENT), last, places.SAVINGS_INTEREST)
        month = months.shifted(month, 1)
    checking = CHECKING_AT_START - diary.booked("checking", BEFORE_ALL, diary.today)
    savings = SAVINGS_AT_START - diary.booked("savings", BEFORE_ALL, diary.today)
    available = checking - diary.pending("checking")
    return (
        Holding("checking", "depository", "checking", "Everyday Checking", None, "4401", checking, available, None),
        Holding("savings", "depository", "savings", "Rainy Day Savings", None, "4419", savings, savings, None),
    )


def _sweep(diary: Diary, day: date) -> None:
    balance = CHECKING_AT_START - diary.booked("checking", BEFORE_ALL, day)
    amount = (balance - CHECKING_TO_KEEP) // 50 * 50
    if amount > 0:
        diary.write("checking", amount, day, places.TO_SAVINGS)
        diary.write("savings", -amount, day, places.FROM_CHECKING)


def student_loan(today: date, payment_day: int) -> Holding:
    """A federal loan four years old, paid on the same day of each month."""
    paid = months.last_before_or_on(today, payment_day)
    due = months.first_after(today, payment_day)
    current = Decimal("18240.55")
    liability = terms.student(
        STUDENT_RATE,
        expected_payoff_date=months.shifted(due, 66),
        guarantor="DEPT OF ED",
        is_overdue=False,
        last_payment_amount=STUDENT_PAYMENT,
        last_payment_date=paid,
        last_statement_balance=current,
        last_statement_issue_date=paid,
        loan_name="Direct Loan",
        loan_status={"end_date": months.shifted(due, 66), "type": "repayment"},
        minimum_payment_amount=STUDENT_PAYMENT,
        next_payment_due_date=due,
        origination_date=months.shifted(due, -54),
        origination_principal_amount=Decimal("30000.00"),
        outstanding_interest_amount=Decimal("74.20"),
        repayment_plan={"description": "Standard Repayment", "type": "standard"},
        sequence_number="1",
    )
    return Holding(
        "student_loan", "loan", "student", "Summit Student Loan", None, "4450", current, None, None, liability=liability
    )
