"""The databases that tests of accounts run on, as fixtures that tests/conftest.py hands to all of them.

`database` is the URL of a fresh database with its tables, once on SQLite and once on PostgreSQL; `empty_database` the
same without tables; `postgres` the server itself, one for the run, which a test may stop, kill or freeze if it starts
or thaws it again; `sqlite_url(folder)` and `accounts_stores(url)` for those who need just that.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from keepless.core.secret import Secret

if TYPE_CHECKING:  # imported where they are used: most tests need none of it
    from support.postgres import PostgresServer

    from keepless.adapters.sql.stores import SqlStores

KINDS = ["sqlite", "postgresql"]


@pytest.fixture(scope="session")
def postgres() -> Iterator["PostgresServer"]:
    from support.postgres import postgres_server

    with postgres_server() as server:
        yield server


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path)
        return
    server = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def database(empty_database: str) -> str:
    """The URL of a database with its tables."""
    from keepless.adapters.sql import schema

    schema.upgrade(Secret(empty_database))
    return empty_database


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'accounts.db'}"


@contextlib.contextmanager
def accounts_stores(url: str, **options: float) -> Iterator["SqlStores"]:
    """The stores of a database, with `options` as `make_stores` takes them; closed with the block."""
    from keepless.adapters.sql.stores import make_stores

    with contextlib.closing(make_stores(Secret(url), **options)) as stores:
        yield stores
