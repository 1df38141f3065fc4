"""One database: its connections, its transactions, and what goes wrong with them."""

import contextlib
import os
import sqlite3
import stat
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from keepless.adapters.pause import Pause
from keepless.adapters.sql import bounded, faults
from keepless.adapters.sql.address import Address, SqliteAddress
from keepless.errors import AccountsFault

STATEMENT_SECONDS = 2.0
# A connection that went stale, a new one, and the statement.
OPERATION_SECONDS = 5.0
# Threads of a worker share these: a transaction takes a millisecond, a page does two, and is the longer for Plaid.
CONNECTIONS = 8
POOL_SECONDS = 2.0
ATTEMPTS = 3

_ALONE = "keepless_alone"  # an execution option: each statement by itself, without a transaction around
Answer = TypeVar("Answer")


class Conflict(Exception):
    """What a transaction found was gone a moment later: it is to be tried again."""


class Database:
    """Runs pieces of work, each a transaction of its own. Safe to share between threads, not between processes.

    Every method raises AccountsFault and nothing else, in seconds. A server that did not answer is left alone for a
    moment, longer each time, in which callers fail at once.
    """

    def __init__(
        self,
        address: Address,
        *,
        statement_seconds: float = STATEMENT_SECONDS,
        operation_seconds: float = OPERATION_SECONDS,
        connections: int = CONNECTIONS,
        may_create: bool = False,
    ) -> None:
        self._operation_seconds = operation_seconds
        self._pause = None if isinstance(address, SqliteAddress) else Pause(time.monotonic, AccountsFault)
        self._engine = _engine(address, statement_seconds, connections, may_create=may_create)
        alone = {_ALONE: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = self._engine.execution_options(**alone)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def read(self, work: Callable[[Connection], Answer]) -> Answer:
        """What `work` reads, by one statement, or by several that need not agree."""
        return self._run(self._reader.connect, work)

    def write(self, work: Callable[[Connection], Answer]) -> Answer:
        """Runs `work` in a transaction, and again where it conflicted with another; all of it is done or nothing."""
        return self._run(self._engine.begin, work)

    def forget(self) -> None:
        """Removes what was deleted from SQLite's log too, where nobody is at it; PostgreSQL does so in its own time."""
        if self.is_sqlite:
            with contextlib.suppress(AccountsFault):
                self.read(lambda connection: connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close())

    def close(self) -> None:
        self._engine.dispose()

    def _run(
        self, opened: Callable[[], contextlib.AbstractContextManager[Connection]], work: Callable[[Connection], Answer]
    ) -> Answer:
        is_probe = self._enter()
        reason = faults.SLOW
        with bounded.within(self._operation_seconds):
            for attempt in range(ATTEMPTS):
                try:
                    with opened() as connection:
                        answer = work(connection)
                except Conflict:
                    continue
                except AccountsFault as fault:
                    reason = fault.reason
                    break
                except (SQLAlchemyError, psycopg.Error, sqlite3.Error, OSError, ValueError) as cause:
                    # Told below, outside of this block: the cause names what was asked, and for whom.
                    reason = faults.reason_of(cause)
                    if not faults.is_conflict(cause) or attempt == ATTEMPTS - 1:
                        break
                except BaseException:
                    self._failed(faults.SLOW, as_probe=is_probe)
                    raise
                else:
                    self._succeeded()
                    return answer
        self._failed(reason, as_probe=is_probe)
        raise AccountsFault(reason)

    def _enter(self) -> bool:
        return self._pause is not None and self._pause.enter()

    def _succeeded(self) -> None:
        if self._pause is not None:
            self._pause.succeeded()

    def _failed(self, reason: str, *, as_probe: bool) -> None:
        """A server that answers, be it that it refuses, is not left alone."""
        if self._pause is None:
            return
        if reason in (faults.UNREACHABLE, faults.SLOW):
            self._pause.failed(reason, as_probe=as_probe)
        else:
            self._pause.succeeded()


def _engine(address: Address, statement_seconds: float, connections: int, *, may_create: bool) -> Engine:
    """SQLAlchemy's engine over our own connections. No URL is in it, and no value in what it logs or raises."""

    def connect() -> Any:
        if isinstance(address, SqliteAddress):
            return _connect_sqlite(address, statement_seconds, may_create=may_create)
        return bounded.connect(address, statement_seconds=statement_seconds)

    is_sqlite = isinstance(address, SqliteAddress)
    engine = create_engine(
        "sqlite://" if is_sqlite else "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=not is_sqlite,
        pool_use_lifo=True,
        hide_parameters=True,
    )
    if is_sqlite:
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    """Takes the lock for writing at once: a transaction that asks for it later can find that it came too late."""
    if not connection.get_execution_options().get(_ALONE):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _connect_sqlite(address: SqliteAddress, seconds: float, *, may_create: bool) -> sqlite3.Connection:
    """The file, readable by its owner only; what SQLite puts beside it takes after it. What is deleted is zeroed."""
    if may_create:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(address.path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    elif not address.path.exists():
        raise AccountsFault(faults.SCHEMA)
    mode = stat.S_IMODE(address.path.stat().st_mode)
    if mode & 0o077:
        with contextlib.suppress(PermissionError):
            address.path.chmod(mode & 0o700)
    connection = sqlite3.connect(address.path, timeout=seconds, check_same_thread=False, isolation_level=None)
    try:
        for pragma in ("foreign_keys = ON", "journal_mode = WAL", "secure_delete = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}").close()
    except BaseException:
        connection.close()
        raise
    return connection
