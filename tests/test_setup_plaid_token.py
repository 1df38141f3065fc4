"""scripts/setup_plaid_token.py: a token to paste, or one line that says why there is none."""

import subprocess
import sys

import pytest
from support.run import REPOSITORY, environment

UNREACHABLE = "http://127.0.0.1:9"


@pytest.fixture
def setup_token(tmp_path):
    def run(*arguments: str, **changed: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, REPOSITORY / "scripts" / "setup_plaid_token.py", *arguments],
            env=environment(tmp_path, PLAID_ENV="local", **changed),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_it_prints_a_token_that_works_and_nothing_else_on_standard_output(setup_token, local_plaid):
    made = setup_token(PLAID_BASE_URL=local_plaid.url)
    assert made.returncode == 0, made.stderr
    status, answer = local_plaid.call("/item/get", {"access_token": made.stdout.strip()})
    assert (status, answer["item"]["institution_id"]) == (200, "ins_109508")
    assert "demo" in made.stderr


def test_another_user_can_be_chosen(setup_token, local_plaid):
    made = setup_token("--user", "user_good", PLAID_BASE_URL=local_plaid.url)
    _, answer = local_plaid.call("/accounts/get", {"access_token": made.stdout.strip()})
    assert "Plaid Checking" in [account["name"] for account in answer["accounts"]]


def test_a_plaid_that_does_not_answer_is_one_line_with_the_next_step(setup_token):
    failed = setup_token(PLAID_BASE_URL=UNREACHABLE)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.strip().endswith("start it with `make run` or `keepless sandbox`")
    assert len(failed.stderr.strip().splitlines()) == 1


def test_a_user_that_does_not_exist_is_plaids_to_refuse(setup_token, local_plaid):
    failed = setup_token("--user", "nobody", PLAID_BASE_URL=local_plaid.url)
    assert failed.returncode == 1
    assert "INVALID_CREDENTIALS" in failed.stderr
