"""What SQLAlchemy and the drivers below it complain of -> the stable words of `errors.AccountsFault`."""

import sqlite3

import psycopg
from sqlalchemy import exc

UNREACHABLE = "unreachable"
SLOW = "slow"
SCHEMA = "schema"
REFUSED = "refused"

# SQLSTATE (PostgreSQL's manual, appendix A), the longest beginning that is known.
_STATES = {
    "08": UNREACHABLE,  # connection exceptions
    "57P": UNREACHABLE,  # shut down, crashed, starting
    "53": UNREACHABLE,  # no more connections, memory or disk
    "58": UNREACHABLE,  # the system beneath it failed
    "57014": SLOW,  # statement_timeout
    "55P03": SLOW,  # lock_timeout
    "40": SLOW,  # deadlocks and the like, tried again before
    "25P0": SLOW,  # idle in a transaction for too long
    "42": SCHEMA,  # no such table, no such column
    "42501": REFUSED,  # no right to it
    "3F": SCHEMA,
    "XX": UNREACHABLE,
}
# SQLite's primary result codes (sqlite.org/rescode.html).
_CODES = {
    sqlite3.SQLITE_BUSY: SLOW,
    sqlite3.SQLITE_LOCKED: SLOW,
    sqlite3.SQLITE_INTERRUPT: SLOW,
    sqlite3.SQLITE_ERROR: SCHEMA,  # no such table, no such column
    sqlite3.SQLITE_NOTADB: SCHEMA,
    sqlite3.SQLITE_CORRUPT: SCHEMA,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
    sqlite3.SQLITE_IOERR: UNREACHABLE,
    sqlite3.SQLITE_FULL: UNREACHABLE,
}
_CONFLICTS = ("40001", "40P01")  # serialization_failure, deadlock_detected


def reason_of(cause: Exception) -> str:
    """Why a transaction broke off."""
    if isinstance(cause, exc.TimeoutError):  # no connection of the pool came free
        return SLOW
    original = cause.orig if isinstance(cause, exc.DBAPIError) else cause
    if isinstance(original, psycopg.Error):
        return _of_postgresql(original)
    if isinstance(original, sqlite3.Error):
        # Before SQLite was asked at all there is no code: a file in a folder that is gone, say.
        return _CODES.get(getattr(original, "sqlite_errorcode", sqlite3.SQLITE_CANTOPEN) & 0xFF, REFUSED)
    return UNREACHABLE if isinstance(original, OSError) else REFUSED


def is_conflict(cause: Exception) -> bool:
    """Whether the transaction got into the way of another, and may do better the next time."""
    original = cause.orig if isinstance(cause, exc.DBAPIError) else cause
    return isinstance(original, psycopg.Error) and original.sqlstate in _CONFLICTS


def _of_postgresql(error: psycopg.Error) -> str:
    if error.sqlstate is not None:
        return next(
            (_STATES[error.sqlstate[:size]] for size in (5, 4, 3, 2) if error.sqlstate[:size] in _STATES), REFUSED
        )
    if isinstance(error, (psycopg.errors.ConnectionTimeout, TimeoutError)):
        return SLOW
    if not isinstance(error, psycopg.OperationalError):
        return REFUSED
    # A login that fails has no SQLSTATE. That the password was asked for and sent shows that somebody is there.
    was_asked = error.pgconn is not None and error.pgconn.used_password
    return REFUSED if was_asked and "FATAL" in str(error) else UNREACHABLE
