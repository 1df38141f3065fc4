"""The diary of a household: rows are written into it day by day, and it can say what an account came to."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from keepless.sandbox.demo_places import Place
from keepless.sandbox.household import Row, newest_first
from keepless.sandbox.taxonomy import category

EUR_IN_USD = Decimal("1.08")  # one rate for the whole story: what the card's balance grows by for a euro spent


class Entry(NamedTuple):
    """A row before it has a key."""

    account: str
    amount: Decimal
    currency: str
    transacted: date
    posted: date
    place: Place


class Diary:
    """Rows between `start` and `today`, both inclusive; what would happen after `today` is not written down.

    Everything random comes from `rng`, so the same seed tells the same story.
    """

    def __init__(self, start: date, today: date, seed: str) -> None:
        self.start = start
        self.today = today
        self.rng = Random(seed)  # noqa: S311 - a story to tell, not a secret to keep
        self.entries: list[Entry] = []
        self._booked: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)

    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.today - self.start).days + 1)]

    def price(self, cents: tuple[int, int], step: int = 1) -> Decimal:
        """A price between low and high, both inclusive and in minor units, in major units."""
        low, high = cents
        return Decimal(self.rng.randrange(low, high + 1, step)).scaleb(-2)

    def write(
        self, account: str, amount: Decimal, day: date, place: Place, *, lag: int = 0, currency: str = "USD"
    ) -> None:
        """Notes a row of `day` that the bank books `lag` days later."""
        if not self.start <= day <= self.today:
            return
        posted = day + timedelta(days=lag)
        self.entries.append(Entry(account, amount, currency, day, posted, place))
        if posted <= self.today:
            in_dollars = amount if currency == "USD" else (amount * EUR_IN_USD).quantize(Decimal("0.01"))
            self._booked[account].append((posted, in_dollars))

    def booked(self, account: str, after: date, until: date) -> Decimal:
        """USD booked on the account after one day and until another (inclusive), with Plaid's sign."""
        return sum((amount for day, amount in self._booked[account] if after < day <= until), Decimal(0))

    def pending(self, account: str) -> Decimal:
        """USD of the account's rows that are not booked yet."""
        return sum((e.amount for e in self.entries if e.account == account and e.posted > self.today), Decimal(0))

    def rows(self) -> tuple[Row, ...]:
        """All rows, newest first. Keys follow the order of events."""
        ordered = sorted(self.entries, key=lambda entry: (entry.transacted, entry.posted))
        rows = [_row(f"demo-{number:06d}", entry) for number, entry in enumerate(ordered)]
        return newest_first(rows, self.today)


def _row(key: str, entry: Entry) -> Row:
    place = entry.place
    return Row(
        key,
        entry.account,
        entry.amount,
        entry.currency,
        entry.transacted,
        entry.posted,
        place.descriptor,
        place.name,
        category(place.detailed),
        place.channel,
        place.website,
        place.city,
        place.country,
    )
