"""`keepless users`, as an operator types it."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from commands.asking import keepless, refusal
from support.databases import accounts_stores

from keepless.commands import users as commands
from keepless.core.tiers import Tier

AT = datetime(2025, 11, 23, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("empty_folder")


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
