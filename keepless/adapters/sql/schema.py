"""Brings the tables of a database up to this version of Keepless, or down again."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import msgspec
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from keepless.adapters.sql import faults
from keepless.adapters.sql.address import parse
from keepless.adapters.sql.database import Database
from keepless.core.secret import Secret
from keepless.errors import AccountsFault

FOLDER = Path(__file__).parent / "migrations"
# A step may wait for another process that takes the same one.
STATEMENT_SECONDS = 60.0
# One number for all of Keepless in PostgreSQL's space of advisory locks: "keepless" in ASCII, as a signed 64-bit one.
LOCK = int.from_bytes(b"keepless", "big")

Answer = TypeVar("Answer")


class SchemaState(msgspec.Struct, frozen=True):
    """`found` is the version of the database's tables, None where there are none; `wanted` that of this Keepless."""

    found: str | None
    wanted: str

    @property
    def is_current(self) -> bool:
        return self.found == self.wanted

    @property
    def is_newer(self) -> bool:
        """Whether a newer Keepless has been at it: the version is one that this one does not know."""
        return self.found is not None and self.found not in _revisions()


def upgrade(url: Secret) -> SchemaState:
    """Makes or changes the tables as this version needs them; returns what there was before.

    All steps are one transaction. Safe where several processes run it at once: each waits for the one before it.
    Raises AccountsFault ("schema" where the tables are of a newer version), ConfigError.
    """
    return _locked(url, lambda config: command.upgrade(config, "head"), may_create=True)


def downgrade(url: Secret, revision: str = "base") -> SchemaState:
    """Takes the tables down to a revision; to "base" drops them, with all that is in them. Otherwise as `upgrade`."""
    return _locked(url, lambda config: command.downgrade(config, revision), may_create=False)


def state(url: Secret) -> SchemaState:
    """Which version the tables have, and which they should have. Raises AccountsFault, ConfigError."""
    database = Database(parse(url.reveal()))
    try:
        return database.read(_state)
    except AccountsFault as fault:
        if fault.reason == faults.SCHEMA and database.is_sqlite:  # a file that is not there yet
            return SchemaState(None, _wanted())
        raise
    finally:
        database.close()


def is_current(url: Secret) -> bool:
    """Whether the tables are those of this version. Raises AccountsFault, ConfigError."""
    return state(url).is_current


def _locked(url: Secret, run: Callable[[Config], None], *, may_create: bool) -> SchemaState:
    database = Database(
        parse(url.reveal()),
        statement_seconds=STATEMENT_SECONDS,
        operation_seconds=2 * STATEMENT_SECONDS,
        connections=1,
        may_create=may_create,
    )

    def work(connection: Connection) -> SchemaState:
        if not database.is_sqlite:  # SQLite's transaction has the file to itself
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        before = _state(connection)
        try:
            run(_config(connection))
        except CommandError:  # the tables are at a step that this version does not know
            raise AccountsFault(faults.SCHEMA) from None
        return before

    try:
        return database.write(work)
    finally:
        database.close()


def _state(connection: Connection) -> SchemaState:
    return SchemaState(MigrationContext.configure(connection).get_current_revision(), _wanted())


def _config(connection: Connection | None = None) -> Config:
    """Alembic's settings, without a file and without a URL."""
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revisions() -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def _wanted() -> str:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise CommandError("there are no migrations")
    return head
