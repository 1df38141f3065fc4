"""Searching many bytes for many needles at once, fast in plain Python.

Data are read as words of four bytes, and all its words are looked up in one set of words that needles are made of: a
needle of seven bytes or more covers a whole word wherever it stands. Only where a word is known are its needles looked
for byte by byte. So the time does not depend on how many needles there are.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping

from keepless.prove.forms import Needle

WORD = 4
_PIECE = 1 << 16


class Sieve:
    """The needles of one search. Never prints them."""

    def __init__(self, needles: Mapping[bytes, Needle]) -> None:
        self._by_word: dict[int, list[Needle]] = {}
        for needle in needles.values():
            for word in _words_of(needle.pattern):
                self._by_word.setdefault(word, []).append(needle)
        self._words = frozenset(self._by_word)
        self.longest = max(map(len, needles), default=WORD)
        self.count = len(needles)

    def find(self, data: bytes) -> Iterator[tuple[int, Needle]]:
        """Where needles stand in `data`, each at every place of its own; in no particular order."""
        suspects = dict.fromkeys(needle for word in self._known(data) for needle in self._by_word[word])
        for needle in suspects:
            yield from ((at, needle) for at in _places(data, needle.pattern))

    def _known(self, data: bytes) -> Iterable[int]:
        found: set[int] = set()
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            # A piece ends in the middle of a needle at times, but never in the middle of a word.
            if piece.count(0) == len(piece):
                continue
            words = array("I", piece if len(piece) % WORD == 0 else piece + bytes(-len(piece) % WORD))
            if not self._words.isdisjoint(words):
                found |= self._words.intersection(words)
        return found


def _words_of(pattern: bytes) -> Iterator[int]:
    """One word for each of the four ways in which the pattern can lie across words: the one that is rarest in data."""
    for shift in range(WORD):
        choices = [pattern[at : at + WORD] for at in range(shift, len(pattern) - WORD + 1, WORD)]
        yield array("I", min(choices, key=_commonness))[0]


def _commonness(word: bytes) -> int:
    """A rough order: words of zeros and repeated bytes stand everywhere."""
    return word.count(0) * 4 + WORD - len(set(word))


def _places(data: bytes, pattern: bytes) -> Iterator[int]:
    at = data.find(pattern)
    while at >= 0:
        yield at
        at = data.find(pattern, at + 1)
