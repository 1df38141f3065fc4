"""A breaker: when it opens, whom it lets try, and when it closes again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.breaker import Breaker, Limits, State

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LIMITS = Limits()
SECOND = timedelta(seconds=1)


def broken(at=NOW):
    """A breaker that has just opened."""
    breaker = Breaker()
    for _ in range(LIMITS.faults):
        assert breaker.allow(at)
        breaker.failed(at)
    return breaker


def test_a_new_breaker_lets_every_call_through():
    breaker = Breaker()
    assert breaker.allow(NOW)
    assert breaker.state(NOW) is State.CLOSED
    assert (breaker.retry_at(NOW), breaker.failing_since) == (None, None)


def test_one_fault_less_than_enough_opens_nothing():
    breaker = Breaker()
    for _ in range(LIMITS.faults - 1):
        breaker.failed(NOW)
    assert breaker.state(NOW) is State.CLOSED
    assert breaker.allow(NOW)
    assert breaker.failing_since == NOW


def test_faults_in_a_row_open_it_for_half_a_minute():
    breaker = broken()
    assert breaker.state(NOW) is State.OPEN
    assert not breaker.allow(NOW)
    assert breaker.retry_at(NOW) == NOW + timedelta(seconds=30)
    assert not breaker.allow(NOW + timedelta(seconds=30) - SECOND)


def test_a_success_among_them_begins_the_count_anew():
    breaker = Breaker()
    for _ in range(3):
        for _ in range(LIMITS.faults - 1):
            breaker.failed(NOW)
        breaker.succeeded()
    assert breaker.state(NOW) is State.CLOSED
    assert breaker.failing_since is None


def test_faults_that_are_spread_over_a_longer_time_open_nothing():
    breaker = Breaker()
    apart = LIMITS.window / (LIMITS.faults - 1) + SECOND
    for number in range(20):
        breaker.failed(NOW + number * apart)
    assert breaker.state(NOW) is State.CLOSED
    assert breaker.failing_since == NOW


def test_faults_that_just_fit_the_window_open_it():
    breaker = Breaker()
    for number in range(LIMITS.faults):
        breaker.failed(NOW + number * LIMITS.window / (LIMITS.faults - 1))
    assert breaker.state(NOW + LIMITS.window) is State.OPEN


def test_once_its_time_is_over_one_call_tries_and_the_others_are_told_soon():
    breaker = broken()
    over = breaker.retry_at(NOW)
    assert breaker.retry_at(over + SECOND) == over + SECOND
    assert [breaker.allow(over) for _ in range(4)] == [True, False, False, False]
    assert breaker.state(over) is State.HALF_OPEN
    assert breaker.retry_at(over) == over + LIMITS.soon


def test_a_trial_that_succeeds_closes_it():
    breaker = broken()
    over = breaker.retry_at(NOW)
    assert breaker.allow(over)
    breaker.succeeded()
    assert breaker.state(over) is State.CLOSED
    assert all(breaker.allow(over) for _ in range(4))


def test_each_trial_that_fails_doubles_the_pause_up_to_five_minutes():
    breaker, now, pauses = broken(), NOW, []
    for _ in range(6):
        pauses.append((breaker.retry_at(now) - now).total_seconds())
        now = breaker.retry_at(now)
        assert breaker.allow(now)
        breaker.failed(now)
    assert pauses == [30, 60, 120, 240, 300, 300]
    assert breaker.failing_since == NOW


def test_a_success_makes_the_next_pause_a_short_one_again():
    breaker = broken()
    over = breaker.retry_at(NOW)
    breaker.allow(over)
    breaker.failed(over)
    breaker.succeeded()
    for _ in range(LIMITS.faults):
        breaker.failed(over)
    assert breaker.retry_at(over) == over + timedelta(seconds=30)


def test_calls_that_began_before_and_fail_late_prolong_nothing():
    breaker = broken()
    for number in range(50):
        breaker.failed(NOW + number * timedelta(milliseconds=500))
    assert breaker.retry_at(NOW) == NOW + timedelta(seconds=30)


def test_a_call_that_was_answered_closes_an_open_one_whoever_made_it():
    breaker = broken()
    breaker.succeeded()
    assert breaker.allow(NOW)


def test_a_trial_that_told_nothing_leaves_it_to_the_next_call():
    breaker = broken()
    over = breaker.retry_at(NOW)
    assert breaker.allow(over)
    breaker.released()
    assert breaker.state(over) is State.OPEN
    assert [breaker.allow(over), breaker.allow(over)] == [True, False]


def test_a_trial_that_never_ends_is_lost_after_a_minute():
    breaker = broken()
    over = breaker.retry_at(NOW)
    assert breaker.allow(over)
    assert not breaker.allow(over + LIMITS.trial - SECOND)
    assert breaker.allow(over + LIMITS.trial)


def test_a_clock_that_is_set_back_does_not_keep_it_open():
    breaker = broken()
    assert breaker.allow(NOW - timedelta(hours=1))


def test_faults_that_one_witness_may_have_caused_alone_never_open_it():
    breaker = Breaker()
    for _ in range(100):
        breaker.failed(NOW, "ins_1")
    assert breaker.state(NOW) is State.CLOSED


@pytest.mark.parametrize("other", ["ins_2", None])
def test_another_witness_or_a_fault_without_any_is_convincing(other):
    breaker = Breaker()
    for _ in range(100):
        breaker.failed(NOW, "ins_1")
    breaker.failed(NOW, other)
    assert breaker.state(NOW) is State.OPEN


def test_one_witness_does_not_keep_it_open_either():
    breaker = broken()
    over = breaker.retry_at(NOW)
    for _ in range(5):
        assert breaker.allow(over)
        breaker.failed(over, "ins_1")
    assert breaker.allow(over)
    breaker.failed(over, "ins_2")
    assert breaker.retry_at(over) == over + timedelta(seconds=60)


# A step: so many seconds pass, then a call is made (or a fault or an answer comes in of one that no breaker kept back).
STEPS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=400),
        st.sampled_from(["answered", "failed", "doubtful", "silent", "pending", "late fault", "late answer"]),
    ),
    max_size=80,
)


@given(STEPS)
def test_whatever_happens_an_open_one_keeps_calls_back_and_lets_one_at_a_time_try(steps):
    breaker, now = Breaker(), NOW
    pending_since = None
    for seconds, outcome in steps:
        now += seconds * SECOND
        state, retry_at = breaker.state(now), breaker.retry_at(now)
        allowed = breaker.allow(now)
        # What it says is what it does.
        assert (retry_at is None) == (state is State.CLOSED)
        assert retry_at is None or now <= retry_at <= now + LIMITS.longest
        assert allowed == (state is State.CLOSED or (state is State.OPEN and retry_at == now))
        if allowed and state is not State.CLOSED:
            assert pending_since is None or now - pending_since >= LIMITS.trial
            pending_since = now
        match outcome:
            case "answered" | "late answer" if allowed or outcome == "late answer":
                breaker.succeeded()
                pending_since = None
                assert breaker.state(now) is State.CLOSED
            case "failed" | "doubtful" if allowed:
                breaker.failed(now, "ins_1" if outcome == "doubtful" else None)
                pending_since = None
            case "late fault":
                breaker.failed(now)
                pending_since = None if breaker.state(now) is not State.HALF_OPEN else pending_since
            case "silent" if allowed and breaker.state(now) is State.HALF_OPEN:
                breaker.released()
                pending_since = None
        assert (breaker.failing_since is None) <= (breaker.state(now) is State.CLOSED)
