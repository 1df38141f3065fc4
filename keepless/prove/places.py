"""Where is searched: every file of the server's, what came and went, files without a name, and new files elsewhere."""

import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

from keepless.prove.workspace import Workspace

WEB = "the web server's own folders"
LOGS = "logs"
AUDIT = "audit trail"
VALKEY = "Valkey: snapshot and journal"
DATABASE = "database: tables, indexes, journal"
PASSING = "files that came and went"
NAMELESS = "open files without a name"
ELSEWHERE = "new files in the temp and home folders"
ROWS = "database: rows of "
ENTRIES = "Valkey: entries as it hands them out"
BROWSER = "your own browser"

_TEMP = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108
_MOST_ELSEWHERE = 96 << 20
_DELETED = " (deleted)"
_WALK_SECONDS = 6.0


def server_files(place: Workspace) -> Iterator[tuple[str, Path]]:
    """The server's files by place."""
    for name, folders in (
        (WEB, place.watched),
        (LOGS, (place.logs,)),
        (AUDIT, (place.audit,)),
        (VALKEY, (place.valkey,)),
        (DATABASE, (place.database,)),
    ):
        for folder in folders:
            yield from ((name, path) for path in files_below(folder))


def files_below(folder: Path) -> Iterator[Path]:
    """Regular files, in order; not through links."""
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            with suppress(OSError):
                if stat.S_ISREG(path.lstat().st_mode):
                    yield path


def nameless(pids: Iterable[int]) -> Iterator[tuple[str, Path]]:
    """Files that processes hold open and that have no name any more, and how to read each (Linux)."""
    seen = set[tuple[int, int]]()
    for pid in pids:
        with suppress(OSError):
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with suppress(OSError):
                    facts, name = entry.stat(), str(entry.readlink())
                    known = (facts.st_dev, facts.st_ino)
                    if stat.S_ISREG(facts.st_mode) and name.endswith(_DELETED) and known not in seen:
                        seen.add(known)
                        yield f"{name} of process {pid}", entry


def new_elsewhere(since: float, *, but: Path) -> tuple[list[Path], bool]:
    """Files changed since then (seconds since 1970) in this machine's temp folders and this user's home.

    And whether that is all of them: a huge home, and other programs' many or large files, are left after a while.
    """
    folders = dict.fromkeys((*map(Path, (tempfile.gettempdir(), *_TEMP)), Path.home()))
    deadline = monotonic() + _WALK_SECONDS
    found: dict[Path, None] = {}
    room = _MOST_ELSEWHERE
    for folder in folders:
        for root, below, names in os.walk(folder):
            if monotonic() > deadline or room <= 0:
                return list(found), False
            below[:] = [name for name in below if Path(root, name) != but]
            for name in names:
                path = Path(root, name)
                with suppress(OSError):
                    facts = path.lstat()
                    if stat.S_ISREG(facts.st_mode) and facts.st_mtime >= since:
                        room -= facts.st_size if path not in found else 0
                        found[path] = None
    return list(found), True


def cores_are_off(pids: Sequence[int]) -> bool | None:
    """Whether none of the processes may leave its memory in a file when it crashes; None where that is not known."""
    limits = []
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
            limits += [line.split()[4] for line in lines if line.startswith("Max core file size")]
    return all(limit == "0" for limit in limits) if limits else None
