"""`keepless prove` from beginning to end: green for the product as it is, red for one that leaks."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from support.run import REPOSITORY, environment

from keepless.prove import places, proof
from keepless.prove.canaries import Kind

TESTS = REPOSITORY / "tests"

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """The command as `make prove` runs it, but for Chromium, which the tests of the browser drive."""
    folder = tmp_path_factory.mktemp("prove")
    command = [sys.executable, "-m", "keepless", "prove", "--strict", "--no-browser", "--json", "found.json"]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False, timeout=390
    )
    return done, json.loads((folder / "found.json").read_text()) if (folder / "found.json").exists() else done.stderr


@pytest.fixture(scope="module")
def leaking():
    """A short run of a product with three leaks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(TESTS))
        options = proof.Options(application="support.leaking:app", browser=False, quick=True)
        return proof.run(options)


def test_nothing_of_the_product_is_found_and_the_figures_are_printed(honest):
    done, found = honest
    assert done.returncode == 0, done.stdout + done.stderr
    assert found["faults"] == []
    assert "0 hits in" in done.stdout
    assert sum(count["bytes"] for look in found["looks"] for count in look["places"].values()) > 50_000_000


def test_the_control_is_found_whole(honest):
    _, found = honest
    assert found["control"]["missed"] == []
    assert found["control"]["planted"] > 500


def test_every_place_was_searched(honest):
    _, found = honest
    searched = {place for look in found["looks"] for place, count in look["places"].items() if count["bytes"]}
    assert searched >= {
        places.LOGS,
        places.AUDIT,
        places.VALKEY,
        places.ENTRIES,
        places.DATABASE,
        f"{places.ROWS}users",
        f"{places.ROWS}sessions",
    }


def test_every_kind_was_planted_and_nearly_every_route_driven(honest):
    _, found = honest
    assert set(found["canaries"]) == {str(kind) for kind in Kind}
    assert found["driven"]["never_asked"] == []
    assert found["driven"]["raised"] >= 1
    assert found["driven"]["killed"] >= 1


def test_the_email_of_an_account_is_the_one_thing_held_by_design(honest):
    _, found = honest
    assert {place for look in found["looks"] for place in look["by_design"]} <= {places.DATABASE, f"{places.ROWS}users"}
    assert found["looks"][0]["by_design"][f"{places.ROWS}users"] >= 1


def test_no_canary_is_printed(honest):
    done, _ = honest
    assert "access-" not in done.stdout + done.stderr


def test_leaks_turn_it_red_and_are_named_by_place_and_form(leaking):
    assert not leaking.passed
    found = {(hit.place, hit.kind, hit.form) for hit in leaking.hits}
    assert (places.LOGS, Kind.ACCESS_TOKEN, "in clear") in found
    assert (places.ENTRIES, Kind.MERCHANT, "in clear") in found
    assert (places.VALKEY, Kind.MERCHANT, "in clear") in found
    assert (places.PASSING, Kind.AMOUNT, "in clear inside gzip") in found


def test_a_hit_names_a_file_of_the_server(leaking):
    logged = next(hit for hit in leaking.hits if hit.place == places.LOGS)
    assert Path(logged.where) == Path("logs/web.log")
    assert logged.at > 0
