"""Checking an audit trail line by line: what is wrong with it, and where."""

from enum import StrEnum

import msgspec

from keepless.core import audit
from keepless.core.audit import MOST_UNSIGNED, Entry, Head, Verify, read_line

# Of one trail. A trail that was overwritten with noise has a fault in each line, and nobody reads a million.
MOST_FAULTS = 200
# What repairs say that lost something which nobody can vouch for.
HEAD_LOST = "head_lost"


class Kind(StrEnum):
    """What is wrong."""

    ALTERED = "altered"
    DROPPED = "dropped"
    REORDERED = "reordered"
    INSERTED = "inserted"
    TRUNCATED = "truncated"  # the end is missing
    BAD_SIGNATURE = "bad signature"
    UNKNOWN_KEY = "unknown key"
    UNSIGNED = "unsigned"


class Place(msgspec.Struct, frozen=True):
    """A line of a file, counted from 1, and the number that it has in the trail, where it has one."""

    file: str
    line: int
    n: int | None = None


class Finding(msgspec.Struct, frozen=True):
    """A fault and where it is; without a `kind` it is none, and worth knowing."""

    kind: Kind | None
    place: Place
    detail: str


class Summary(msgspec.Struct, kw_only=True):
    """What was checked of one trail. `first_n` and `last_n` are inclusive; times as the lines say them."""

    chain: str
    lines: int = 0
    acts: int = 0
    checkpoints: int = 0
    unattested: int = 0  # lines after the last checkpoint, and no head either
    first_n: int = 0
    last_n: int = -1
    first_at: str = ""
    last_at: str = ""
    last_hash: str = ""
    has_head: bool = False
    keys: set[str] = msgspec.field(default_factory=set)


class _Candidate(msgspec.Struct):
    """A line that says that it has the highest number so far; `fault` is what is known to be wrong with it."""

    hash: str
    place: Place
    fault: int | None = None


class _Gap(msgspec.Struct):
    """Numbers that did not come, up to the line at `place`."""

    first: int
    last: int
    place: Place


class TrailCheck:
    """Takes the lines of one trail in the order in which they stand. Memory does not grow with the trail.

    `noted` is the number and the hash of a line that it must have: what an earlier check has said of its end.
    """

    def __init__(self, chain: str, verify: Verify, *, noted: tuple[int, str] | None = None) -> None:
        self.summary = Summary(chain=chain)
        self._noted = noted
        self.more_faults = 0
        self._verify = verify
        self._findings: list[Finding] = []
        self._candidates: list[_Candidate] = []
        self._gaps: list[_Gap] = []
        self._since_signed = 0
        self._retired_before = 0
        self._begin: Place | None = None
        self._end = Place("", 0)
        self._is_placed = False  # whether a line has said where in the trail this is

    def take(self, file: str, number: int, raw: bytes) -> None:
        """One line without its end of line; `number` is its place in the file."""
        entry = read_line(raw)
        summary = self.summary
        summary.lines += 1
        self._end = Place(file, number)
        self._begin = self._begin or self._end
        if entry is None:
            place = Place(file, number, None)
            self._put_next(_Candidate("", place, self._fault(Kind.ALTERED, place, "it is no line of a trail")))
            return
        place = Place(file, number, entry.n)
        if entry.chain != summary.chain:
            self._fault(Kind.INSERTED, place, "it is of another trail")
            return
        if not entry.is_intact:
            fault = self._fault(Kind.ALTERED, place, "its hash does not fit what it says")
            self._put_next(_Candidate(entry.hash, place, fault))
            return
        if (entry.n, entry.hash) == self._noted:
            self._noted = None
        self._chain(entry, place)
        summary.first_at = summary.first_at or entry.at
        summary.last_at = entry.at
        self._look_into(entry, place)

    def finish(self, head: Head | None = None, *, is_whole: bool = False) -> list[Finding]:
        """All findings, faults first. `is_whole`: the trail has a head, and nothing was before it unless retired.

        To be called once, after the last line.
        """
        summary = self.summary
        for gap in self._gaps:
            lost = f"n {gap.first}" if gap.first == gap.last else f"n {gap.first} to {gap.last}"
            self._fault(Kind.DROPPED, gap.place, f"{lost} should stand before it")
        if is_whole and self._begin is not None and summary.first_n > self._retired_before:
            what = f"the trail begins here, and n {self._retired_before} to {summary.first_n - 1} were not retired"
            self._fault(Kind.DROPPED, msgspec.structs.replace(self._begin, n=summary.first_n), what)
        if head is not None:
            summary.has_head = True
            summary.unattested = 0
            self._compare(head)
        elif self._candidates:
            self._settle(self._candidates[-1].hash)
        if self._candidates:
            summary.last_hash = self._candidates[-1].hash
        if self._noted is not None:
            what = f"n {self._noted[0]} with the hash that was noted is not in the trail: it was written anew"
            self._fault(Kind.ALTERED, self._end, what)
        return sorted(self._findings, key=lambda finding: finding.kind is None)

    def _chain(self, entry: Entry, place: Place) -> None:
        summary = self.summary
        if not self._is_placed:
            self._is_placed = True
            summary.first_n, summary.last_n = entry.n - len(self._candidates), entry.n - 1
            self._put_next(_Candidate(entry.hash, place))
        elif entry.n == summary.last_n + 1:
            self._settle(entry.prev)
            self._put_next(_Candidate(entry.hash, place))
        elif entry.n > summary.last_n + 1:
            if len(self._gaps) < MOST_FAULTS:
                self._gaps.append(_Gap(summary.last_n + 1, entry.n - 1, place))
            else:
                self.more_faults += 1
            summary.last_n = entry.n - 1
            self._settle(None)
            self._put_next(_Candidate(entry.hash, place))
        elif entry.n == summary.last_n and all(entry.hash != each.hash for each in self._candidates):
            # Two lines of one number: the next line, or the head, says which of them it was written after.
            self._candidates.append(_Candidate(entry.hash, place))
        else:
            self._came_late(entry.n, place)

    def _put_next(self, candidate: _Candidate) -> None:
        """A line in its turn. One that is not intact stands where it stands, whatever number it says that it has."""
        self.summary.last_n += 1
        self._candidates = [candidate]
        self._since_signed += 1

    def _settle(self, prev: str | None) -> None:
        """The line that comes next says which hash it was written after; None where that line is missing."""
        right = [each for each in self._candidates if each.hash == prev]
        if right:
            for each in self._candidates:
                if each is not right[0]:
                    self._call(each, Kind.INSERTED, "the line after it was not written after it")
        elif prev is not None:
            last = self._candidates[-1]
            if last.fault is None:
                self._call(last, Kind.ALTERED, "its hash was made anew: the line after it was written after another")

    def _came_late(self, n: int, place: Place) -> None:
        if n < self.summary.first_n:
            self.summary.first_n = n
            self._fault(Kind.REORDERED, place, "it stands after a later line")
            return
        for gap in self._gaps:
            if gap.first <= n <= gap.last:
                self._gaps.remove(gap)
                rest = (_Gap(gap.first, n - 1, gap.place), _Gap(n + 1, gap.last, gap.place))
                self._gaps += [each for each in rest if each.first <= each.last]
                self._fault(Kind.REORDERED, place, "it stands after a later line")
                return
        self._fault(Kind.INSERTED, place, "a line of its number was there before")

    def _look_into(self, entry: Entry, place: Place) -> None:
        match entry.did:
            case audit.CHECKPOINT:
                self._look_at_signature(entry, place)
            case audit.REPAIRED if entry.what == HEAD_LOST:
                detail = "the head was gone when it was written: lines before it may be missing, and it cannot be told"
                self._fault(Kind.TRUNCATED, place, detail)
            case audit.REPAIRED:
                self._note(place, f"repaired after a crash: {entry.what.replace('_', ' ')}")
            case audit.MISSED:
                self._note(place, f"{entry.count} act(s) before it could not be written when they happened")
            case audit.RETIRED:
                self._retired_before = max(self._retired_before, entry.before)
            case _:
                self.summary.acts += 1
        if entry.did != audit.CHECKPOINT:
            self.summary.unattested += 1
            if self._since_signed > MOST_UNSIGNED:
                self._fault(Kind.UNSIGNED, place, f"more than {MOST_UNSIGNED} lines without a checkpoint")
                self._since_signed = 0

    def _look_at_signature(self, entry: Entry, place: Place) -> None:
        good = self._verify(entry.key, entry.signed, entry.sig) if entry.sig else False
        if good:
            self.summary.checkpoints += 1
            self.summary.unattested = 0
            self.summary.keys.add(entry.key)
        elif good is None and entry.key not in self.summary.keys:
            self.summary.keys.add(entry.key)
            self._fault(Kind.UNKNOWN_KEY, place, f"its key {entry.key[:40]!r} is not among the public keys")
        elif good is False:
            what = "nobody with the key signed this: lines since the last checkpoint were changed and hashed anew"
            self._fault(Kind.BAD_SIGNATURE, place, what)
        self._since_signed = 0

    def _compare(self, head: Head) -> None:
        last = self.summary.last_n
        end = Place(self._end.file, self._end.line + 1, last + 1)
        if head.chain != self.summary.chain:
            self._fault(Kind.INSERTED, Place("head", 1, head.n), "the head is of another trail")
        elif head.n > last:
            lost = "n" if head.n == last + 1 else f"n {last + 1} to"
            what = f"{lost} {head.n} should stand at the end; the head has the last line"
            self._fault(
                Kind.TRUNCATED, end, f"{what} (a process killed while writing leaves the same, until the next act)"
            )
        elif head.n < last:
            after = Place(self._end.file, self._end.line, last)
            self._fault(Kind.INSERTED, after, f"nobody vouches for the lines after n {head.n}, where the head stands")
        else:
            self._settle(head.hash)

    def _call(self, candidate: _Candidate, kind: Kind, detail: str) -> None:
        """Says what is wrong with a line, in place of what was thought of it before."""
        finding = Finding(kind, candidate.place, detail)
        if candidate.fault is None:
            candidate.fault = self._fault(kind, candidate.place, detail)
        else:
            self._findings[candidate.fault] = finding

    def _fault(self, kind: Kind, place: Place, detail: str) -> int | None:
        if len(self._findings) >= MOST_FAULTS:
            self.more_faults += 1
            return None
        self._findings.append(Finding(kind, place, detail))
        return len(self._findings) - 1

    def _note(self, place: Place, detail: str) -> None:
        if len(self._findings) < MOST_FAULTS:
            self._findings.append(Finding(None, place, detail))
