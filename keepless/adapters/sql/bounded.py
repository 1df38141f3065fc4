"""A connection to PostgreSQL that waits for no answer longer than it was told to.

The server's own statement_timeout ends a statement that is slow. A server that stands still, or a network that swallows
what is sent, ends nothing; libpq waits for those as long as the kernel does.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg.abc import PQGen

from keepless.adapters.sql.address import PostgresAddress

CONNECT_SECONDS = 2  # the least that libpq and psycopg know


class _Limits(threading.local):
    """Until when this thread may wait, on the clock of time.monotonic()."""

    ends: float | None = None


_limits = _Limits()


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """All that this thread asks of PostgreSQL in the block has to be done in so many seconds."""
    before = _limits.ends
    _limits.ends = time.monotonic() + seconds
    try:
        yield
    finally:
        _limits.ends = before


def connect(address: PostgresAddress, *, statement_seconds: float) -> psycopg.Connection[Any]:
    """A new connection. Raises psycopg.Error, in time."""
    if _left(CONNECT_SECONDS) <= 0:
        raise psycopg.errors.ConnectionTimeout("no time is left to connect")
    parameters: dict[str, Any] = dict(address.options)
    connection = _Connection.connect(
        host=address.host,
        port=address.port,
        dbname=address.database,
        user=address.user,
        password=address.password.reveal() if address.password else None,
        connect_timeout=CONNECT_SECONDS,
        tcp_user_timeout=int(statement_seconds * 1000),
        application_name="keepless",
        client_encoding="UTF8",
        prepare_threshold=None,  # a pooler between us and the server may hand each transaction to another session
        **parameters,
    )
    connection.statement_seconds = statement_seconds
    try:
        # Not as startup parameters, which poolers refuse.
        connection.autocommit = True
        milliseconds = int(statement_seconds * 1000)
        connection.execute(
            f"SET statement_timeout = {milliseconds}; SET idle_in_transaction_session_timeout = {milliseconds};"
            " SET TIME ZONE 'UTC'"
        )
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
    return connection


class _Connection(psycopg.Connection[Any]):
    """Closes itself where an answer is not there in time: nobody knows what the next one would answer."""

    statement_seconds: float = 2.0

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        # The server's own time-out comes first, being the better one: it leaves the connection in order.
        most = self.statement_seconds + 0.25
        seconds = max(_left(most if timeout is None else min(most, timeout)), 0.0)
        ends = time.monotonic() + seconds
        try:
            return super().wait(gen, interval, seconds)
        except psycopg.OperationalError as cause:
            if cause.sqlstate is not None or time.monotonic() < ends:
                raise
            self.close()
        raise psycopg.errors.QueryCanceled("no answer in time")


def _left(seconds: float) -> float:
    return seconds if _limits.ends is None else min(seconds, _limits.ends - time.monotonic())
