"""`keepless keygen --reaper`, and what `keepless reap` says to the one who runs it. tests/reaper has what it does."""

import pytest
from support.run import keepless

from keepless.adapters.sealing.reaper import Installation, ReaperKeys, ReaperSeal
from keepless.commands.reap import exit_code
from keepless.core.secret import Secret
from keepless.services.reaper import Reaped

HOME = Installation("local", "client-of-a-test")


def made_pair(folder):
    made = keepless(folder, "keygen", "--reaper")
    assert made.returncode == 0, made.stderr
    return dict(line.split("=", 1) for line in made.stdout.splitlines()), made.stderr


def test_a_pair_is_two_lines_for_two_machines(tmp_path):
    lines, said = made_pair(tmp_path)
    assert lines.keys() == {"REAPER_PUBLIC_KEY", "REAPER_PRIVATE_KEY"}
    seal = ReaperSeal.parse(lines["REAPER_PUBLIC_KEY"], HOME)
    keys = ReaperKeys.parse(Secret(lines["REAPER_PRIVATE_KEY"]), HOME)
    assert keys.open("one", seal.seal("one", Secret("token"))) == Secret("token")
    assert said.startswith(f"key id {seal.key_id} (not secret)")
    assert list(tmp_path.iterdir()) == []


def test_every_pair_is_another(tmp_path):
    assert made_pair(tmp_path) != made_pair(tmp_path)


def test_a_pair_is_not_written_into_the_web_tiers_file(tmp_path):
    refused = keepless(tmp_path, "keygen", "--reaper", "--env-file", "web.env")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert list(tmp_path.iterdir()) == []


def test_beside_the_web_tiers_keys_it_says_that_the_private_key_is_not_safe_there(tmp_path):
    lines, _ = made_pair(tmp_path)
    given = lines | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}",
        "PLAID_ENV": "sandbox",
        "PLAID_CLIENT_ID": "client-of-a-test",
        "PLAID_SECRET": "secret-of-a-test",
    }
    beside = keepless(tmp_path, "reap", **given, TOKEN_ENCRYPTION_KEY="set")
    assert beside.stderr.startswith("Note: TOKEN_ENCRYPTION_KEY is set here too.")
    assert "Note" not in keepless(tmp_path, "reap", **given).stderr


def test_a_database_without_tables_is_one_line(tmp_path):
    lines, _ = made_pair(tmp_path)
    ran = keepless(tmp_path, "reap", "--remove", **lines, DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.strip() == (
        "keepless: the database has not the tables of this Keepless: run `keepless database upgrade`"
    )


@pytest.mark.parametrize(
    ("reaped", "code"),
    [
        (Reaped(due=2, removed=2, left=0), 0),
        (Reaped(due=2, removed=1, held=1, left=0), 0),
        (Reaped(due=2, removed=1, left=1), 2),
        (Reaped(due=2, removed=2, left=None), 2),
        (Reaped(due=2, left=2, refused=True), 1),
    ],
    ids=["all", "one is another session's", "one left", "nobody knows", "refused"],
)
def test_the_exit_code_says_whether_something_is_left(reaped, code):
    assert exit_code(reaped) == code
