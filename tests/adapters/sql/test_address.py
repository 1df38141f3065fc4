"""DATABASE_URL: what it may say, and that a refusal repeats none of it."""

from pathlib import Path

import pytest

from keepless.adapters.sql.address import PostgresAddress, SqliteAddress, parse
from keepless.core.secret import Secret
from keepless.errors import ConfigError

SERVER = PostgresAddress("db.example.test", 5432, "keepless", "ana", Secret("s3cret"))


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_a_server_is_named_in_each_of_the_usual_ways(scheme):
    assert parse(f"{scheme}://ana:s3cret@db.example.test/keepless") == SERVER
    assert parse(f"{scheme}://ana:s3cret@db.example.test:5432/keepless") == SERVER


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://127.0.0.1:6000/k", PostgresAddress("127.0.0.1", 6000, "k")),
        ("postgresql://[::1]:6000/k", PostgresAddress("::1", 6000, "k")),
        ("postgresql://ana@db/k", PostgresAddress("db", 5432, "k", "ana")),
        ("postgresql://a%40b:p%2F%3A%40@db/k%20l", PostgresAddress("db", 5432, "k l", "a@b", Secret("p/:@"))),
        ("postgresql:///k?host=/run/postgresql", PostgresAddress("/run/postgresql", 5432, "k")),
        ("postgresql://ana@:6000/k?host=/run/pg", PostgresAddress("/run/pg", 6000, "k", "ana")),
        (
            "postgresql://db/k?sslmode=verify-full&channel_binding=require",
            PostgresAddress("db", 5432, "k", options=(("sslmode", "verify-full"), ("channel_binding", "require"))),
        ),
        (
            "postgresql://db/k?sslmode=verify-full&sslrootcert=system",
            PostgresAddress("db", 5432, "k", options=(("sslmode", "verify-full"), ("sslrootcert", "system"))),
        ),
    ],
)
def test_what_a_server_url_says_is_read(url, expected):
    assert parse(url) == expected


def test_a_file_is_named_from_here_or_from_the_root(tmp_path):
    assert parse("sqlite:///accounts.db") == SqliteAddress(Path("accounts.db"))
    assert parse(f"sqlite:///{tmp_path}/my%20accounts.db") == SqliteAddress(tmp_path / "my accounts.db")


WRONG = {
    "nothing": "",
    "no URL": "s3cret",
    "another scheme": "mysql://s3cret@db/k",
    "another driver": "postgresql+psycopg2://s3cret@db/k",
    "a blank": "postgresql://s3cret @db/k",
    "a line break": "postgresql://s3cret@db/k\n",
    "beyond ASCII": "postgresql://s3crét@db/k",
    "a fragment": "postgresql://ana:s3cret#1@db/k",
    "an empty fragment": "postgresql://ana:s3cret@db/k#",
    "no host": "postgresql://ana:s3cret@/k",
    "two hosts": "postgresql://ana:s3cret@one,two/k",
    "no database": "postgresql://ana:s3cret@db",
    "an empty database": "postgresql://ana:s3cret@db/",
    "two databases": "postgresql://ana:s3cret@db/k/s3cret",
    "port 0": "postgresql://ana:s3cret@db:0/k",
    "port 65536": "postgresql://ana:s3cret@db:65536/k",
    "a port of letters": "postgresql://ana:s3cret@db:s3cret/k",
    "a broken address": "postgresql://ana:s3cret@[::1/k",
    "an address that is none": "postgresql://ana:s3cret@[s3cret]/k",
    "a password alone": "postgresql://:s3cret@db/k",
    "an unknown option": "postgresql://ana@db/k?s3cret=1",
    "an option of libpq that changes who is asked": "postgresql://ana@db/k?service=s3cret",
    "an option twice": "postgresql://ana@db/k?sslmode=require&sslmode=disable",
    "an option without a value": "postgresql://ana:s3cret@db/k?sslmode",
    "a mode of TLS that is none": "postgresql://ana@db/k?sslmode=s3cret",
    "a mode of TLS that may be clear text unasked": "postgresql://ana:s3cret@db/k?sslmode=allow",
    "a certificate that is not there": "postgresql://ana@db/k?sslrootcert=/s3cret.pem",
    "two kinds of host": "postgresql://s3cret@db/k?host=/run/postgresql",
    "a socket's folder from here": "postgresql:///k?host=s3cret",
    "percent encoding of no text": "postgresql://ana:s3cret%ff@db/k",
    "a NUL": "postgresql://ana:s3cret%00@db/k",
    "two slashes": "sqlite://s3cret.db",
    "a database in memory": "sqlite://",
    "a database in memory, spelled out": "sqlite:///:memory:",
    "a folder that is not there": "sqlite:////nowhere/s3cret.db",
    "a folder": "sqlite:////usr",
    "a file with options": "sqlite:///s3cret.db?mode=ro",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG)
def test_anything_else_is_refused_in_one_line_that_repeats_none_of_it(url):
    with pytest.raises(ConfigError) as refused:
        parse(url)
    said = str(refused.value)
    assert said.startswith("DATABASE_URL ")
    assert "\n" not in said
    assert "s3cr" not in said
    assert refused.value.__cause__ is None
