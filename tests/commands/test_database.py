"""`keepless database`, and what each command says where the database does not do its part."""

import os
import sqlite3
import subprocess
import sys

import pytest
from commands.asking import keepless, refusal
from support.databases import sqlite_url

from keepless.adapters.sql import schema
from keepless.core.secret import Secret

pytestmark = pytest.mark.usefixtures("empty_folder")

COMMANDS = {
    "list": ("users", "list"),
    "set-tier": ("users", "set-tier", "ana@example.test", "pro"),
    "status": ("database", "status"),
    "upgrade": ("database", "upgrade"),
    "downgrade": ("database", "downgrade", "--yes"),
}


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_without_a_database_each_command_says_what_is_missing(words):
    assert refusal(*words) == "DATABASE_URL is missing: without it there are no accounts"


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_server_that_does_not_answer_is_said_so_without_its_password(words):
    said = refusal(*words, DATABASE_URL="postgresql://ana:s3cret@127.0.0.1:1/keepless")
    assert said == "the database does not answer: is it running, and is DATABASE_URL right?"


@pytest.mark.parametrize("words", [COMMANDS[name] for name in ("list", "set-tier", "status")], ids=str)
def test_without_tables_a_command_says_how_to_make_them(words, empty_database):
    assert "run `keepless database upgrade`" in refusal(*words, DATABASE_URL=empty_database)


def test_a_wrong_password_is_said_so(postgres):
    said = refusal("users", "list", DATABASE_URL=postgres.url("postgres", password="s3cret"))
    assert said.startswith("the database refused: check the user and password")


def test_the_tables_are_made_told_and_dropped(empty_database):
    made = keepless("database", "upgrade", DATABASE_URL=empty_database)
    assert made.stdout == "The tables are at version 0001 now.\n"
    again = keepless("database", "upgrade", DATABASE_URL=empty_database)
    assert again.stdout == "The tables are at version 0001 already.\n"
    told = keepless("database", "status", DATABASE_URL=empty_database)
    assert told.stdout == "The tables are at version 0001, which is the one of this Keepless.\n"
    gone = keepless("database", "downgrade", "--yes", DATABASE_URL=empty_database)
    assert (gone.exit_code, gone.stdout) == (0, "The tables are gone.\n")
    refusal("database", "status", DATABASE_URL=empty_database)


@pytest.mark.parametrize("answer", ["n\n", "\n", ""], ids=["no", "enter", "end of input"])
def test_the_tables_are_not_dropped_by_mistake(database, answer):
    kept = keepless("database", "downgrade", answer=answer, DATABASE_URL=database)
    assert kept.exit_code == 1
    assert "every account" in kept.stderr
    assert schema.is_current(Secret(database))
    assert keepless("database", "downgrade", answer="y\n", DATABASE_URL=database).exit_code == 0
    assert not schema.is_current(Secret(database))


@pytest.mark.parametrize("words", [COMMANDS[name] for name in ("status", "upgrade", "downgrade")], ids=str)
def test_the_tables_of_a_newer_version_are_left_alone(words, tmp_path):
    url = sqlite_url(tmp_path)
    schema.upgrade(Secret(url))
    with sqlite3.connect(tmp_path / "accounts.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    connection.close()
    assert "of a newer Keepless" in refusal(*words, DATABASE_URL=url)


def test_the_address_comes_from_the_env_file_of_the_folder_or_from_a_file_of_its_own(tmp_path):
    url = sqlite_url(tmp_path)
    (tmp_path / ".env").write_text(f"DATABASE_URL={url}\nPLAID_ENV=production\n")
    assert keepless("database", "upgrade").exit_code == 0
    (tmp_path / ".env").unlink()
    (tmp_path / "url").write_text(url)
    assert keepless("database", "status", DATABASE_URL_FILE=str(tmp_path / "url")).exit_code == 0


def test_a_refusal_ends_the_process_as_the_other_commands_do(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    ended = subprocess.run(
        [sys.executable, "-m", "keepless", "users", "list"],
        cwd=tmp_path,
        env=environment | {"DATABASE_URL": "sqlite:////nowhere/accounts.db"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr == "keepless: DATABASE_URL names a file in a folder that is not there\n"


def test_the_other_commands_do_not_wait_for_what_these_need():
    program = "import sys, keepless.cli; print(sorted({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
