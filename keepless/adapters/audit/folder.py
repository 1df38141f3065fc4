"""The trail in a folder: a file for each UTC day, one chain through all of them and through all processes."""

import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from keepless.adapters.audit import repairs
from keepless.adapters.audit.head import HEAD, head_in, read_head_file, write_head_file
from keepless.adapters.audit.keys import AuditSigner
from keepless.adapters.audit.reading import day_files, lines_of, locked
from keepless.core.audit import (
    CHECKPOINT,
    LONGEST_LINE,
    MOST_MINUTES,
    MOST_UNSIGNED,
    NOTHING_BEFORE,
    REPAIRED,
    RETIRED,
    Head,
    line_of,
    read_line,
)
from keepless.core.audit_check import HEAD_LOST
from keepless.core.moments import moment_text

FOLDER_MODE = 0o700
# Seconds that a visitor waits at most for another process that holds the trail, and then that nobody waits at all.
PATIENCE = 1.0
PAUSE = 5.0


class FolderSink:
    """`keepless.services.audit.AuditSink`. Safe for many threads and processes on one machine; `days` are kept.

    Each line is first put into the head, which is always whole, and then into its file: a process that is killed in
    between leaves a line that the next act finishes, and says so in the trail. Nothing is synced to disk line by line:
    a line survives the process, and what survives a power cut is the file system's matter.
    """

    def __init__(self, folder: Path, signer: AuditSigner, *, days: int, patience: float = PATIENCE) -> None:
        self._folder = folder
        self._signer = signer
        self._days = days
        self._patience = patience
        self._mutex = threading.Lock()
        self._paused_until = 0.0
        self._head: Head | None = None
        self._places = b""  # the head's file as this process left it
        self._tidied: date | None = None

    def append(self, at: datetime, fields: Mapping[str, str | int]) -> None:
        """One act. Raises OSError where it could not be written down."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        with self._turn() as folder:
            head = self._resume(folder, at)
            since = head.n - head.checkpoint
            if since >= MOST_UNSIGNED - 1:
                self._checkpoint(folder, at, "count")
            elif since and at - head.checkpoint_at >= timedelta(minutes=MOST_MINUTES):
                self._checkpoint(folder, at, "time")
            self._put(folder, at, fields)

    def tidy(self, at: datetime) -> None:
        """Lets go of days that are over, where there is a trail. Raises OSError. Each day's first act does it too."""
        if (self._folder / HEAD).exists():
            with self._turn() as folder:
                self._resume(folder, at)

    def lines_of(self, who: str, *, first: date = date.min) -> Iterator[bytes]:
        """The lines of one `who` from a day on that are kept, with their ends. Raises OSError."""
        return lines_of(self._folder, who, first=first) if self._folder.is_dir() else iter(())

    @contextmanager
    def _turn(self) -> Iterator[int]:
        """The folder's descriptor, for as long as nobody else writes."""
        if time.monotonic() < self._paused_until:
            raise TimeoutError("the trail was locked just now")
        if not self._mutex.acquire(timeout=self._patience):
            raise TimeoutError("the trail is locked")
        try:
            with locked(self._folder, exclusive=True, patience=self._patience) as folder:
                yield folder
        except TimeoutError:
            self._paused_until = time.monotonic() + PAUSE
            raise
        except BaseException:
            self._head = None  # what was half done is found out from the disk
            raise
        finally:
            self._mutex.release()

    def _resume(self, folder: int, at: datetime) -> Head:
        """Finds where the trail stands, repairs what a crash has left, and opens the day."""
        places, repair, today = read_head_file(folder), "", _name_of(at)
        if self._head is None or places != self._places:
            head, good = head_in(places, self._signer.verify)
            if head is None:
                head = repairs.from_the_last_line(folder)
                repair = HEAD_LOST if head or places.strip(b"\0") else ""
            elif good is None:
                repair = repairs.HEAD_OF_UNKNOWN_KEY
            self._head, self._places = head, places
        if self._head is None:
            self._checkpoint(folder, at, "begin", file=today)
        else:
            self._head, mended = repairs.mended(folder, self._head)
            repair = repair or mended
        if repair:
            self._put(folder, at, {"did": REPAIRED, "what": repair})
        if self._head is not None and today > self._head.file:
            self._checkpoint(folder, at, "end")
            self._checkpoint(folder, at, "start", file=today)
        if self._tidied != at.date():
            self._retire(folder, at)
            self._tidied = at.date()
        return self._last()

    def _last(self) -> Head:
        if self._head is None:
            raise OSError("the trail has no beginning")
        return self._head

    def _checkpoint(self, folder: int, at: datetime, why: str, *, file: str = "") -> None:
        self._put(folder, at, {"did": CHECKPOINT, "why": why, "key": self._signer.key_id}, file=file, signed=True)

    def _put(
        self, folder: int, at: datetime, fields: Mapping[str, str | int], *, file: str = "", signed: bool = False
    ) -> None:
        """Writes one line, into a new `file` where one is named: first into the head, then where it belongs."""
        before = self._head
        number = before.n + 1 if before else 0
        chain = before.chain if before else secrets.token_hex(8)
        numbered = {"chain": chain, "n": number, "at": moment_text(at), **fields}
        prev = before.hash if before else NOTHING_BEFORE
        raw, digest = line_of(numbered, prev, sign=self._signer.sign if signed else None)
        if len(raw) > LONGEST_LINE:
            raise OSError("an act's line is too long")
        if before is None or file:
            repairs.clear_way(folder, file, number)
            size = 0
        else:
            file, size = before.file, before.size
        head = Head(
            chain=chain,
            n=number,
            hash=digest,
            file=file,
            size=size + len(raw) + 1,
            checkpoint=number if signed or before is None else before.checkpoint,
            checkpoint_at=at if signed or before is None else before.checkpoint_at,
            line=raw.decode(),
            key=self._signer.key_id,
        )
        self._places = write_head_file(folder, head, self._signer.sign, self._places)
        self._head = head
        repairs.add_to(folder, file, raw + b"\n")

    def _retire(self, folder: int, at: datetime) -> None:
        """Deletes the days that are over. That is noted first: who finds them missing is to find out why."""
        oldest = _name_of(at - timedelta(days=self._days - 1))
        names = day_files(folder)
        old = [name for name in names if name < oldest]
        staying = [name for name in names if name >= oldest]
        if not old or not staying:
            return
        self._put(folder, at, {"did": RETIRED, "before": self._first_of(staying[0]), "files": len(old)})
        gone = tuple(f"{name}.aside-" for name in old)
        for name in os.listdir(folder):
            if name in old or name.startswith(gone):
                with suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=folder)

    def _first_of(self, name: str) -> int:
        """The number of a file's first line; of the last line of all, where that cannot be read."""
        with (self._folder / name).open("rb") as file:
            entry = read_line(file.readline(2 * LONGEST_LINE).removesuffix(b"\n"))
        return entry.n if entry else self._last().n


def _name_of(at: datetime) -> str:
    return f"audit-{at.astimezone(UTC).date().isoformat()}.jsonl"
