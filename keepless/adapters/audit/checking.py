"""Checking a trail where it lies: a folder with its head, one file, or a stream of several processes' trails."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from keepless.adapters.audit.head import HEAD, head_in
from keepless.adapters.audit.reading import DAY_FILE, Snapshot, lines_in, snapshot
from keepless.core.audit import Verify, read_line
from keepless.core.audit_check import Finding, Kind, Place, Summary, TrailCheck

# A line that was noted down earlier: its number and its hash.
Noted = tuple[int, str]
# Trails of one stream. Each process that writes to standard output has its own.
MOST_TRAILS = 1000


class Report(msgspec.Struct, kw_only=True):
    """What was checked, and what is wrong with it. `foreign` lines of a stream are no trail's."""

    trails: list[Summary]
    findings: list[Finding]
    more_faults: int = 0
    foreign: int = 0

    @property
    def is_sound(self) -> bool:
        return not self.more_faults and all(finding.kind is None for finding in self.findings)


def check_folder(folder: Path, verify: Verify, noted: Noted | None = None) -> Report:
    """All files of a folder, as they are at one moment, and its head. Raises OSError."""
    taken = snapshot(folder)
    head, good = head_in(taken.head, verify)
    check = TrailCheck(head.chain if head is not None else _chain_of(folder, taken), verify, noted=noted)
    for name, number, raw in _numbered(taken):
        check.take(name, number, raw)
    findings = check.finish(head, is_whole=True)
    place = Place(HEAD, 1, head.n if head is not None else None)
    if head is None:
        kind = Kind.BAD_SIGNATURE if taken.head else Kind.TRUNCATED
        what = "nobody with the key signed the head" if taken.head else "the head is missing"
        findings.insert(0, Finding(kind, place, f"{what}: nobody can vouch for the end of the trail"))
    elif good is None:
        findings.insert(0, Finding(Kind.UNKNOWN_KEY, place, f"its key {head.key!r} is not among the public keys"))
    if not taken.files and head is None:
        return Report(trails=[], findings=[Finding(Kind.TRUNCATED, place, "there is no trail here")])
    return Report(trails=[check.summary], findings=findings, more_faults=check.more_faults)


def check_file(path: Path, verify: Verify, noted: Noted | None = None) -> Report:
    """One file, without what stood before and after it. Raises OSError."""
    lines = lines_in(path, path.stat().st_size)
    if not DAY_FILE.fullmatch(path.name):
        return check_stream(lines, path.name, verify, noted)
    chain = _chain_of(path.parent, Snapshot(b"", ((path, path.stat().st_size),)))
    check = TrailCheck(chain, verify, noted=noted)
    for number, raw in enumerate(lines, start=1):
        check.take(path.name, number, raw)
    return Report(trails=[check.summary], findings=check.finish(), more_faults=check.more_faults)


def check_stream(lines: Iterable[bytes], name: str, verify: Verify, noted: Noted | None = None) -> Report:
    """Lines of any number of trails, with other lines between them, as collectors keep standard output."""
    checks: dict[str, TrailCheck] = {}
    foreign = 0
    for number, raw in enumerate(lines, start=1):
        entry = read_line(raw) if raw.startswith(b'{"chain":') else None
        if entry is None or (entry.chain not in checks and len(checks) >= MOST_TRAILS):
            foreign += 1
            continue
        check = checks.setdefault(entry.chain, TrailCheck(entry.chain, verify, noted=noted))
        check.take(name, number, raw)
    findings = [finding for check in checks.values() for finding in check.finish()]
    if not checks:
        findings.append(Finding(Kind.TRUNCATED, Place(name, 1), "there is no trail here"))
    return Report(
        trails=[check.summary for check in checks.values()],
        findings=sorted(findings, key=lambda finding: finding.kind is None),
        more_faults=sum(check.more_faults for check in checks.values()),
        foreign=foreign,
    )


def _numbered(taken: Snapshot) -> Iterator[tuple[str, int, bytes]]:
    for path, size in taken.files:
        for number, raw in enumerate(lines_in(path, size), start=1):
            yield path.name, number, raw


def _chain_of(folder: Path, taken: Snapshot) -> str:
    """The trail that the first line which can be read is of."""
    for _name, _number, raw in _numbered(taken):
        entry = read_line(raw)
        if entry is not None:
            return entry.chain
    return folder.name
