"""Visitors who keep looking, each at their own bank through whichever replica comes next, while servers fail."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle

from hybrid.people import Figures, Person
from support.local_plaid import LocalPlaid

USES = {"hit", "stale", "miss", "bypass"}


@dataclass
class Observed:
    """One answer: when it came (monotonic seconds), from which way of asking, the cache's part, and what was wrong."""

    at: float
    path: str
    cache: str
    fault: str = ""


@dataclass
class Traffic:
    """What was observed so far; a visitor's figures never change while they look."""

    seen: list[Observed] = field(default_factory=list)

    def faults(self) -> list[Observed]:
        return [each for each in self.seen if each.fault]

    def uses(self, since: float = 0.0) -> Counter:
        return Counter(each.cache for each in self.seen if each.at >= since)

    def all_hit(self, people: int, since: float) -> bool:
        """Whether everything since then was a hit, and enough of it that everybody has looked."""
        uses = self.uses(since)
        return set(uses) == {"hit"} and uses.total() >= people * 2


@dataclass
class Visitor:
    """Somebody who looks, and what they must see."""

    person: Person
    figures: Figures
    spent: int

    @classmethod
    def arrived(cls, plaid: LocalPlaid, site: str) -> "Visitor":
        """With a bank connected and looked at; what they must see is by the bank's own word."""
        person = Person.with_bank(plaid, site)
        first = person.live(site)
        assert first.start is not None
        assert first.figures == person.truth(plaid, first.start)
        assert first.figures.marks == (person.mark,)
        return cls(person, first.figures, person.board(site)[2])

    def looks(self, site: str, path: str) -> Observed:
        """One request. Whatever is not the right figure of this very person, or no answer at all, is a fault."""
        try:
            cache, fault = self._asked(site, path)
        except Exception as error:  # noqa: BLE001 - a connection that broke off, a line that is no JSON
            cache, fault = "none", repr(error)[:300]
        if not fault and cache not in USES:
            fault = f"cache: {cache}"
        return Observed(time.monotonic(), path, cache, fault)

    def _asked(self, site: str, path: str) -> tuple[str, str]:
        if path == "board":
            status, cache, spent = self.person.board(site)
            right = (status, spent) == (200, self.spent)
            return cache, "" if right else f"{status}, spent {spent} and not {self.spent}"
        looked = self.person.live(site)
        right = (looked.status, looked.figures, looked.problems) == (200, self.figures, ())
        worst = max(looked.cache, key=("hit", "stale", "miss", "bypass").index, default="none")
        return worst, "" if right else f"{looked} and not {self.figures}"


@contextmanager
def traffic(visitors: Sequence[Visitor], sites: Sequence[str], *, pause: float = 0.02) -> Iterator[Traffic]:
    """Everybody looks, without end, until the block does."""
    observed, over = Traffic(), threading.Event()

    def look_again_and_again(visitor: Visitor, turn: int) -> None:
        ways = cycle([(site, path) for path in ("live", "board", "live") for site in sites])
        for _ in range(turn):
            next(ways)
        for site, path in ways:
            if over.is_set():
                return
            observed.seen.append(visitor.looks(site, path))
            time.sleep(pause)

    threads = [threading.Thread(target=look_again_and_again, args=(each, n)) for n, each in enumerate(visitors)]
    for thread in threads:
        thread.start()
    try:
        yield observed
    finally:
        over.set()
        for thread in threads:
            thread.join(60)
        for visitor in visitors:
            with suppress(OSError):
                visitor.person.close()
