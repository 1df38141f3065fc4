"""What happens in the life of `demo`: pay, rent, bills, everyday purchases, a journey, things sent back."""

from datetime import date, timedelta
from decimal import Decimal

from keepless.sandbox import demo_places as places
from keepless.sandbox import months
from keepless.sandbox.demo_diary import Diary

PAYDAY = date(2024, 1, 5)  # a Friday; every second one since, and before
PAY = Decimal("2450.00")
PAY_SINCE_RAISE = Decimal("2523.50")
DAYS_A_MONTH = 30.4
TRIPS = (47, 411)  # days ago that a journey begins
TRIP_DAYS = 8
TRIP_FUND = Decimal("900.00")


def pay(diary: Diary) -> None:
    """Every second Friday, with a raise a year ago."""
    raised = months.shifted(diary.today, -12)
    for day in diary.days():
        if (day - PAYDAY).days % 14 == 0:
            amount = PAY if day < raised else PAY_SINCE_RAISE
            diary.write("checking", -amount, day, places.EMPLOYER)


def bills(diary: Diary) -> None:
    """Rent, utilities, insurance, the student loan and subscriptions; one of them grew dearer five months ago."""
    dearer = months.shifted(diary.today, -5)
    for day in diary.days():
        for bill in places.BILLS:
            if day.day == bill.day:
                diary.write(bill.account, diary.price(bill.price), day, bill.place)
        if day.day == places.STREAMING_DAY:
            cents = places.STREAMING_BEFORE if day < dearer else places.STREAMING_AFTER
            diary.write("everyday_card", Decimal(cents).scaleb(-2), day, places.STREAMING)


def everyday(diary: Diary) -> None:
    """Habits, each day by chance; at home only, and booked up to two days later."""
    away = {day for trip in TRIPS for day in _trip_days(diary.today, trip)}
    for day in diary.days():
        for habit in places.HABITS:
            bought = diary.rng.random() < habit.monthly / DAYS_A_MONTH
            if bought and day not in away:
                place = diary.rng.choice(habit.places)
                amount = diary.price(habit.price, habit.step)
                diary.write(habit.account, amount, day, place, lag=diary.rng.choice((0, 1, 1, 2)))


def journeys(diary: Diary) -> None:
    """A week in Lisbon, twice: tickets in dollars two months ahead, the rest in euros, and the bank's fee for them.

    Savings pay for it: they come back to the checking account a few days before.
    """
    for trip in TRIPS:
        days = _trip_days(diary.today, trip)
        diary.write("savings", TRIP_FUND, days[0] - timedelta(days=5), places.TO_CHECKING)
        diary.write("checking", -TRIP_FUND, days[0] - timedelta(days=5), places.FROM_SAVINGS)
        diary.write("rewards_card", diary.price((38000, 52000)), days[0] - timedelta(days=60), places.AIRLINE, lag=1)
        for day in days[1:-1]:
            for place, price in diary.rng.sample(places.ABROAD, k=3):
                diary.write("rewards_card", diary.price(price), day, place, lag=1, currency="EUR")
        diary.write("rewards_card", diary.price((42000, 51000)), days[-1], places.LODGING, lag=1, currency="EUR")
        diary.write("rewards_card", diary.price((900, 1600)), days[-1], places.FOREIGN_FEE, lag=1)


def things_sent_back(diary: Diary) -> None:
    """Headphones returned in full a fortnight ago, and clothes returned in part, every few months."""
    today = diary.today
    headphones = Decimal("249.99")
    diary.write("rewards_card", headphones, today - timedelta(days=27), places.ELECTRONICS, lag=1)
    diary.write("rewards_card", -headphones, today - timedelta(days=14), places.ELECTRONICS, lag=1)
    for days_ago in range(70, (today - diary.start).days, 120):
        bought = today - timedelta(days=days_ago)
        price = diary.price((6000, 9800))
        diary.write("rewards_card", price, bought, places.CLOTHES, lag=1)
        diary.write("rewards_card", -(price / 2).quantize(Decimal("0.01")), bought + timedelta(days=9), places.CLOTHES)


def tonight(diary: Diary) -> None:
    """The story ends today: a coffee, and a dinner and a full tank that the bank has not booked yet."""
    yesterday = diary.today - timedelta(days=1)
    diary.write("rewards_card", diary.price((480, 620)), diary.today, places.COFFEE)
    diary.write("rewards_card", diary.price((3400, 5600)), diary.today, places.RESTAURANT, lag=2)
    diary.write("rewards_card", diary.price((3600, 5200)), yesterday, places.FUEL, lag=2)


def busy_days(diary: Diary, days: int, count: int) -> None:
    """`count` more booked rows over the last `days`: small purchases, and a payout for every twelve of them."""
    each = [(place, diary.price(price)) for place, price in diary.rng.choices(places.BUSY, k=count)]
    owed = Decimal(0)
    for number, (place, amount) in enumerate(each):
        day = diary.today - timedelta(days=number % days)
        if number % 12 == 11:  # noqa: PLR2004 - the twelfth
            diary.write("checking", -owed, day, places.PAYOUT)
            owed = Decimal(0)
        else:
            diary.write("checking", amount, day, place)
            owed += amount


def _trip_days(today: date, days_ago: int) -> list[date]:
    return [today - timedelta(days=days_ago - n) for n in range(TRIP_DAYS)]
