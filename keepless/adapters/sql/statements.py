"""Pieces of statements that more than one store needs."""

from collections.abc import Collection, Iterator, Sequence
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

AT_ONCE = 500  # values in one statement: far fewer than SQLite and PostgreSQL take


def is_id(text: str) -> bool:
    """Whether it is written as the ids of users are. PostgreSQL takes other forms too, and fails at the rest."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def parts(values: Collection[str]) -> Iterator[Sequence[str]]:
    """Each value once, in order, as many at a time as one statement takes."""
    ordered = sorted(set(values))
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def on_conflict(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that can say ON CONFLICT: both dialects write it alike, and share no class for it."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that takes the place of a row of the same primary key."""
    new = on_conflict(connection, table)
    keys = table.primary_key.columns.keys()
    return new.on_conflict_do_update(
        index_elements=keys,
        set_={column.name: new.excluded[column.name] for column in table.c if column.name not in keys},
    )
