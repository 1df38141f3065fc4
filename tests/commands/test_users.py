"""`keepless users` and `keepless database`, as an operator types them."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from support.databases import accounts_stores, sqlite_url

from keepless.adapters.sql import schema
from keepless.commands import users as commands
from keepless.core.secret import Secret
from keepless.core.tiers import Tier

AT = datetime(2025, 11, 23, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


def keepless(*words: str, answer: str | None = None, **environment: str):
    """What a command printed, and its exit code."""
    group, *arguments = words
    command = {"users": commands.users, "database": commands.database}[group]
    return CliRunner().invoke(command, arguments, env={"COLUMNS": "100", **environment}, input=answer)


def refusal(*words: str, **environment: str) -> str:
    """The one line with which it refused."""
    result = keepless(*words, **environment)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("keepless: ")
    assert result.stderr.count("\n") == 1
    return result.stderr.removeprefix("keepless: ").strip()


def fill(url: str, *emails: str) -> None:
    with accounts_stores(url) as stores:
        for number, email in enumerate(emails, start=1):
            stores.accounts.ask(f"link {email}", at=AT, until=AT + DAY)
            new = {"new_user_id": str(UUID(int=number)), "session_id": email, "at": AT, "until": AT + DAY}
            stores.accounts.sign_in(f"link {email}", email, **new)


def tier_of(url: str, email: str) -> Tier:
    with accounts_stores(url) as stores:
        return stores.accounts.find(email).tier


def test_users_are_listed_by_address_with_their_tiers(database):
    fill(database, "ben@example.test", "ana@example.test")
    listed = keepless("users", "list", DATABASE_URL=database)
    assert listed.exit_code == 0
    assert [line.split() for line in listed.stdout.splitlines()] == [
        ["tier", "since", "tier", "set", "e-mail"],
        ["free", "2025-11-23", "2025-11-23", "14:30", "ana@example.test"],
        ["free", "2025-11-23", "2025-11-23", "14:30", "ben@example.test"],
        ["2", "users"],
    ]


def test_users_are_listed_as_json_one_a_line(database):
    fill(database, "ana@example.test")
    listed = keepless("users", "list", "--json", DATABASE_URL=database)
    assert [json.loads(line) for line in listed.stdout.splitlines()] == [
        {
            "id": str(UUID(int=1)),
            "email": "ana@example.test",
            "tier": "free",
            "created_at": "2025-11-23T14:30:00+00:00",
            "updated_at": "2025-11-23T14:30:00+00:00",
        }
    ]


def test_only_users_of_a_tier_are_listed(database):
    fill(database, "ana@example.test", "ben@example.test")
    assert keepless("users", "set-tier", "ben@example.test", "pro", DATABASE_URL=database).exit_code == 0
    listed = keepless("users", "list", "--tier", "pro", "--json", DATABASE_URL=database)
    assert [json.loads(line)["email"] for line in listed.stdout.splitlines()] == ["ben@example.test"]
    assert keepless("users", "list", "--tier", "enterprise", DATABASE_URL=database).stdout == "0 users\n"


def test_more_users_than_a_page_are_listed_page_by_page(database, monkeypatch):
    monkeypatch.setattr(commands, "PAGE", 2)
    emails = [f"{letter}@example.test" for letter in "abcde"]
    fill(database, *emails)
    listed = keepless("users", "list", DATABASE_URL=database).stdout.splitlines()
    assert [line.split()[-1] for line in listed] == ["e-mail", *emails, "users"]
    assert len({line.index("@") for line in listed[1:-1]}) == 1


def test_a_tier_is_set_by_address_however_it_is_typed(database):
    fill(database, "ana@example.test")
    done = keepless("users", "set-tier", " Ana@Example.test", "enterprise", DATABASE_URL=database)
    assert (done.exit_code, done.stdout) == (0, "ana@example.test is enterprise now, and was free.\n")
    assert tier_of(database, "ana@example.test") is Tier.ENTERPRISE
    again = keepless("users", "set-tier", "ana@example.test", "enterprise", DATABASE_URL=database)
    assert (again.exit_code, again.stdout) == (0, "ana@example.test is enterprise already.\n")


def test_an_address_that_nobody_has_is_refused(database):
    fill(database, "ana@example.test")
    said = refusal("users", "set-tier", "ben@example.test", "pro", DATABASE_URL=database)
    assert said == "nobody has an account under ben@example.test"
    assert refusal("users", "set-tier", "ben", "pro", DATABASE_URL=database) == "that is no e-mail address"


def test_a_tier_that_there_is_none_of_is_refused(database):
    fill(database, "ana@example.test")
    refused = keepless("users", "set-tier", "ana@example.test", "gold", DATABASE_URL=database)
    assert refused.exit_code == 2
    assert "'free', 'pro', 'enterprise'" in refused.stderr
    assert tier_of(database, "ana@example.test") is Tier.FREE


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
    program = "from keepless.commands.users import users; users(prog_name='keepless users')"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    ended = subprocess.run(
        [sys.executable, "-c", program, "list"],
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
    program = (
        "import sys, keepless.commands.users; print(sorted({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
