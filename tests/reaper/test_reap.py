"""`keepless reap` on a whole town: everything that nobody reaches goes, and nothing else is touched."""

import signal

import pytest
from reaper.conftest import figures, on_postgresql, on_sqlite
from support.run import wait_until

FAST = ("--remove", "--per-minute", "100000")


def populate(town, *, ended: int, alive: int) -> None:
    """`ended` sessions that are over in each way there is, among `alive` that are not."""
    tenth = ended // 10
    town.end(town.members(tenth, since_days=2))
    town.members(2 * tenth, since_days=9)
    town.visitors(ended - 3 * tenth, since_days=8)
    town.members(alive // 2, since_days=3)
    town.visitors(alive - alive // 2, since_days=29, days=30)
    assert (len(town.due), len(town.living)) == (ended, alive)


@on_postgresql
def test_a_thousand_ended_sessions_are_gone_and_no_living_one_was_touched(town, reap, record_property):
    populate(town, ended=1_000, alive=60)
    for token in list(town.due.values())[::10]:
        town.plaid.fault("/item/remove", access_token=token, error_code="INTERNAL_SERVER_ERROR", count=1)
    ran = reap(*FAST)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert figures(ran.stdout) == {
        "were due": "1,000",
        "removed at Plaid": "1,000",
        "had been gone at Plaid before": "0",
        "left for the next run": "0",
    }
    assert town.live_items() == town.living.keys()
    removals = town.removals()
    assert {removals[item_id] for item_id in town.living} == {0}
    assert sum(removals[item_id] for item_id in town.due) == 1_100  # a tenth was asked for twice, nothing else
    assert len(town.envelopes()) == 60
    record_property(
        "said", "the reaper: 1,000 items removed, 100 of them at the second try; 60 of living sessions kept"
    )


def test_after_kill_9_in_the_middle_the_next_run_finishes_with_nothing_lost_and_nothing_twice(town, reap, reaping):
    populate(town, ended=300, alive=20)
    slow = town.plaid.fault("/item/remove", latency_ms=20)
    with reaping(*FAST, "--at-once", "4") as process:
        assert wait_until(lambda: len(town.live_items()) <= 220), process.stderr.read()
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    town.plaid.call("/sandbox/faults", {"fault_id": slow}, method="DELETE")
    left = town.live_items() & town.due.keys()
    assert 0 < len(left) <= 200
    assert len(town.envelopes()) >= 20 + len(left)  # what is not gone is still known
    ran = reap(*FAST)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = figures(ran.stdout)
    assert town.live_items() == town.living.keys()
    assert len(town.envelopes()) == 20
    # Between its removal and its row's an item is in a thread's hands, of which there were four.
    assert int(told["had been gone at Plaid before"]) <= 4
    assert int(told["removed at Plaid"]) <= len(left)
    assert max(town.removals().values()) <= 2


@on_postgresql
def test_ctrl_c_ends_it_in_order_and_says_how_far_it_came(town, reap, reaping):
    populate(town, ended=100, alive=10)
    slow = town.plaid.fault("/item/remove", latency_ms=50)
    with reaping(*FAST, "--at-once", "2") as process:
        assert wait_until(lambda: len(town.live_items()) <= 90), process.stderr.read()
        process.send_signal(signal.SIGINT)
        printed, said = process.communicate(timeout=60)
    told = figures(printed)
    assert process.returncode == 2
    assert said.strip() == "Stopped early: it was asked to stop. Run it again to go on."
    gone = int(told["removed at Plaid"])
    assert int(told["left for the next run"]) == 100 - gone == len(town.live_items()) - 10
    assert len(town.envelopes()) == len(town.live_items())  # what was under way was finished, row and all
    town.plaid.call("/sandbox/faults", {"fault_id": slow}, method="DELETE")
    assert reap(*FAST).returncode == 0


def test_without_remove_it_only_says_what_it_would_do(town, reap):
    populate(town, ended=20, alive=4)
    before = town.envelopes()
    ran = reap()
    assert ran.returncode == 0, ran.stderr
    assert figures(ran.stdout)["due: their session ended at least 2 minutes ago"] == "20"
    assert figures(ran.stdout)["held by sessions that live: left alone"] == "4"
    assert "Nothing was changed. With --remove they are removed at Plaid (local), at most 250 a minute" in ran.stdout
    assert town.envelopes() == before
    assert set(town.removals().values()) == {0}


@on_sqlite
def test_what_goes_on_failing_is_counted_by_its_code_and_left(town, reap):
    populate(town, ended=10, alive=2)
    for token in list(town.due.values())[:3]:
        town.plaid.fault("/item/remove", access_token=token, error_code="INTERNAL_SERVER_ERROR")
    ran = reap(*FAST)
    assert ran.returncode == 2
    assert figures(ran.stdout) == {
        "were due": "10",
        "removed at Plaid": "7",
        "had been gone at Plaid before": "0",
        "failed: INTERNAL_SERVER_ERROR": "3",
        "left for the next run": "3",
    }
    town.plaid.end_faults()
    assert reap(*FAST).returncode == 0


def test_where_nothing_is_due_it_is_done_at_once(town, reap):
    populate(town, ended=0, alive=2)
    ran = reap(*FAST)
    assert (ran.returncode, figures(ran.stdout)["were due"]) == (0, "0")


def test_another_client_of_plaid_removes_nothing_and_drops_nothing(town, reap):
    """To Plaid the tokens of one client are invalid with another, which counts as gone: it must not come to that."""
    populate(town, ended=10, alive=2)
    ran = reap(*FAST, PLAID_CLIENT_ID="another-client")
    assert ran.returncode == 2
    assert figures(ran.stdout)["do not open with this key, client and environment: left alone"] == "10"
    assert len(town.envelopes()) == 12
    assert set(town.removals().values()) == {0}


@on_sqlite
def test_a_plaid_that_is_down_ends_it_early(town, reap):
    populate(town, ended=30, alive=2)
    ran = reap(*FAST, PLAID_BASE_URL="http://127.0.0.1:9")
    assert ran.returncode == 2
    assert ran.stderr.strip() == "Stopped early: Plaid is not answering (UNREACHABLE). Run it again to go on."
    assert figures(ran.stdout)["left for the next run"] == "30"
    assert len(town.envelopes()) == 32


@on_sqlite
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"REAPER_PRIVATE_KEY": None}, "REAPER_PRIVATE_KEY is missing"),
        ({"REAPER_PRIVATE_KEY": "secret"}, "REAPER_PRIVATE_KEY is not a key"),
        ({"DATABASE_URL": None}, "DATABASE_URL is missing"),
        ({"DATABASE_URL": "postgresql://nobody:sesame@127.0.0.1:9/none"}, "the database does not answer"),
    ],
    ids=["no key", "no key at all", "no database", "a database that is down"],
)
def test_what_it_cannot_begin_with_is_one_line(reap, changed, says):
    ran = reap(*FAST, **changed)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"keepless: {says}")
    assert len(ran.stderr.splitlines()) == 1
    assert "sesame" not in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_private_key_may_come_from_a_file(town, reap, pair, tmp_path):
    populate(town, ended=10, alive=0)
    file = tmp_path / "reaper.key"
    file.write_text(pair.private.reveal() + "\n")
    ran = reap(*FAST, REAPER_PRIVATE_KEY=None, REAPER_PRIVATE_KEY_FILE=str(file))
    assert ran.returncode == 0, ran.stderr
    assert town.live_items() == set()
