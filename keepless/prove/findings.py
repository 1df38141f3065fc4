"""What a run has found out."""

from datetime import datetime

import msgspec

from keepless.prove.control import Control
from keepless.prove.scanner import Count, Hit


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One search of everything: what was read by place, what of that is held by design, and what must not be there."""

    name: str
    seconds: float
    places: dict[str, Count]
    by_design: dict[str, int]
    hits: tuple[Hit, ...]

    @property
    def bytes(self) -> int:
        return sum(count.bytes for count in self.places.values())

    @property
    def files(self) -> int:
        return sum(count.files for count in self.places.values())

    @property
    def unpacked(self) -> int:
        return sum(count.unpacked for count in self.places.values())


class Driven(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the web server. A route counts as driven once it did what it is for."""

    requests: int
    routes: int
    driven: int
    only_refused: tuple[str, ...]
    never_asked: tuple[str, ...]
    raised: int  # answers that an error which nobody foresaw led to
    killed: int  # workers killed while they answered


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole outcome. `uncovered` says in a line each what was not looked at and how to have it looked at.

    `busy`: other programs made more files in the temp and home folders meanwhile than were searched there.
    """

    version: str
    began_at: datetime
    seconds: float
    control: Control
    canaries: dict[str, int]
    needles: int
    driven: Driven
    looks: tuple[Look, ...]
    browser: Look | None
    cores_off: bool | None
    watched: tuple[str, ...]
    stays: tuple[str, ...]
    uncovered: tuple[str, ...]
    busy: bool
    strict: bool

    @property
    def hits(self) -> tuple[Hit, ...]:
        return tuple(hit for look in self.looks for hit in look.hits)

    @property
    def passed(self) -> bool:
        return not self.faults

    @property
    def faults(self) -> tuple[str, ...]:
        """Why this is no proof, a line each; none where it is one."""
        found = []
        if self.hits:
            found.append(f"{len(self.hits)} canaries were found where nothing may be")
        if not self.control.passed:
            found.append(f"the control was not found: {', '.join(self.control.missed) or 'nothing was planted'}")
        if self.cores_off is False:
            found.append("a process of the web server may leave its memory in a file when it crashes")
        if self.strict and self.uncovered:
            found.append("--strict: not everything was covered")
        return tuple(found)
