"""The folder in which a run takes place, and whose is what in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec


class Workspace(msgspec.Struct, frozen=True):
    """`server` is all that the server side writes, and is what the proof is about.

    `bank` is the bank's own (it knows its customer), `person` the visitor's own device.
    """

    root: Path

    @property
    def server(self) -> Path:
        return self.root / "server"

    @property
    def bank(self) -> Path:
        return self.root / "bank"

    @property
    def person(self) -> Path:
        return self.root / "person"

    @property
    def home(self) -> Path:
        return self.server / "home"

    @property
    def tmp(self) -> Path:
        return self.server / "tmp"

    @property
    def run(self) -> Path:
        """Where the web server is started."""
        return self.server / "run"

    @property
    def logs(self) -> Path:
        return self.server / "logs"

    @property
    def audit(self) -> Path:
        return self.server / "audit"

    @property
    def valkey(self) -> Path:
        return self.server / "valkey"

    @property
    def database(self) -> Path:
        return self.server / "database"

    @property
    def watched(self) -> tuple[Path, ...]:
        """Where a web server has no business to write at all, so that whatever appears there is looked at."""
        return (self.home, self.tmp, self.run)


@contextmanager
def workspace() -> Iterator[Workspace]:
    """A new one, on disk; gone with the block."""
    root = Path(tempfile.mkdtemp(prefix="keepless-prove-"))
    made = Workspace(root)
    try:
        for folder in (*made.watched, made.logs, made.audit, made.valkey, made.database, made.bank / "users"):
            folder.mkdir(parents=True)
        for folder in (made.bank / "tmp", made.person):
            folder.mkdir()
        # PostgreSQL may run as another user, who has to get through to its own folder.
        for folder in (made.root, made.server):
            folder.chmod(0o711)
        yield made
    finally:
        shutil.rmtree(root, ignore_errors=os.name == "posix")
