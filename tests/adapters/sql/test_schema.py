"""The tables: those of the page and no others, brought up and down on SQLite and PostgreSQL."""

import re
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from support.databases import accounts_stores

from keepless.adapters.sql import schema
from keepless.adapters.sql.address import parse
from keepless.adapters.sql.database import Database
from keepless.adapters.sql.tables import metadata, sessions, trend_capsules, users
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault

PAGE = Path(__file__).parents[3] / "docs" / "accounts-schema.md"
AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
TABLES = {"users", "sessions", "trend_capsules", "reaper_envelopes"}


def listed(page: str) -> dict[str, list[str]]:
    """The columns of each table on the page, in order; each has to say what it is for."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        if table := re.match(r"`(\w+)`\n", section):
            rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| [^|]{10,} \|$", section, re.MULTILINE)
            found[table[1]] = rows
    return found


def ask(url: str, work):
    database = Database(parse(url), may_create=True)
    try:
        return database.write(work)
    finally:
        database.close()


def there(url: str) -> dict[str, list[str]]:
    """The columns of each table that a database has."""

    def look(connection):
        eye = sa.inspect(connection)
        return {name: [column["name"] for column in eye.get_columns(name)] for name in eye.get_table_names()}

    return ask(url, look)


def test_the_page_lists_every_column_that_the_code_has_and_no_other():
    code = {table.name: [column.name for column in table.c] for table in metadata.tables.values()}
    assert listed(PAGE.read_text(encoding="utf-8")) == code
    assert code.keys() == TABLES


def test_the_page_lists_every_column_that_a_database_has_and_no_other(database):
    found = there(database)
    assert found.pop("alembic_version") == ["version_num"]
    assert found == listed(PAGE.read_text(encoding="utf-8"))


def test_a_column_that_is_not_on_the_page_is_noticed(database):
    ask(database, lambda connection: connection.exec_driver_sql("ALTER TABLE users ADD COLUMN phone VARCHAR(20)"))
    assert there(database)["users"] != listed(PAGE.read_text(encoding="utf-8"))["users"]


def test_the_migrations_make_what_the_code_expects(database):
    def differences(connection):
        with warnings.catch_warnings():
            # SQLite tells of no constraint's name where it was not made as ours are.
            warnings.simplefilter("ignore", sa.exc.SAWarning)
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            return compare_metadata(context, metadata)

    assert ask(database, differences) == []


@pytest.mark.parametrize("change", ["ALTER TABLE users ADD COLUMN phone VARCHAR(20)", "DROP INDEX ix_sessions_user_id"])
def test_a_difference_between_migrations_and_code_is_noticed(database, change):
    ask(database, lambda connection: connection.exec_driver_sql(change))
    found = ask(database, lambda connection: compare_metadata(MigrationContext.configure(connection), metadata))
    assert len(found) == 1


def test_the_tables_go_up_and_down_and_up(empty_database):
    url = Secret(empty_database)
    assert schema.state(url) == schema.SchemaState(None, "0001")
    assert not schema.is_current(url)
    assert schema.upgrade(url).found is None
    assert schema.is_current(url)
    assert there(empty_database).keys() == TABLES | {"alembic_version"}
    assert schema.downgrade(url).found == "0001"
    assert there(empty_database) == {"alembic_version": ["version_num"]}
    assert not schema.is_current(url)
    schema.upgrade(url)
    assert schema.upgrade(url).is_current
    with accounts_stores(empty_database) as stores:
        assert stores.accounts.ping() is None


def test_an_upgrade_leaves_what_is_there(database):
    ask(database, lambda connection: _add_user(connection, "pro"))
    schema.upgrade(Secret(database))
    with accounts_stores(database) as stores:
        assert [user.tier for user in stores.accounts.users()] == [Tier.PRO]


def test_several_replicas_upgrade_at_once(empty_database):
    together = threading.Barrier(4)

    def upgrade(_):
        together.wait()
        return schema.upgrade(Secret(empty_database)).found

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(upgrade, range(4)))
    assert sorted(found, key=str) == ["0001", "0001", "0001", None]
    assert schema.is_current(Secret(empty_database))


def test_an_upgrade_that_breaks_off_leaves_nothing_behind(empty_database):
    ask(empty_database, lambda connection: connection.exec_driver_sql("CREATE TABLE trend_capsules (mine INTEGER)"))
    with pytest.raises(AccountsFault):
        schema.upgrade(Secret(empty_database))
    assert there(empty_database) == {"trend_capsules": ["mine"]}


def test_the_tables_of_a_newer_version_are_left_alone(database):
    ask(database, lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'"))
    assert schema.state(Secret(database)).is_newer
    for run in (schema.upgrade, schema.downgrade):
        with pytest.raises(AccountsFault) as fault:
            run(Secret(database))
        assert fault.value.reason == "schema"
    assert there(database).keys() == TABLES | {"alembic_version"}


@pytest.mark.parametrize("tier", ["", "gold", "FREE", "free "])
def test_the_database_itself_takes_no_other_tier(database, tier):
    with pytest.raises(AccountsFault):
        ask(database, lambda connection: _add_user(connection, tier))


def test_the_database_itself_lets_rows_go_with_their_user(database):
    def work(connection):
        user = _add_user(connection, "free")
        connection.execute(sa.insert(sessions).values(id="one", user_id=user, created_at=AT, expires_at=AT))
        connection.execute(sa.insert(trend_capsules).values(user_id=user, sealed="sealed"))
        connection.execute(sa.delete(users))
        return [
            connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.tables.values()
        ]

    assert ask(database, work) == [0, 0, 0, 0]


def test_nothing_is_printed_and_no_address_is_logged(empty_database, capfd, caplog):
    caplog.set_level(0)
    schema.upgrade(Secret(empty_database))
    schema.downgrade(Secret(empty_database))
    said = capfd.readouterr()
    assert (said.out, said.err) == ("", "")
    assert "://" not in caplog.text
    secret = empty_database.partition("://")[2].partition("@")[0]
    assert secret not in caplog.text


def _add_user(connection, tier: str) -> str:
    row = {"id": str(UUID(int=1)), "email": "ana@example.test", "subscription_tier": tier}
    connection.execute(sa.insert(users).values(**row, created_at=AT, updated_at=AT))
    return row["id"]
