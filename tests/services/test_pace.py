"""How calls are spread over a minute, on a clock that the test moves."""

import pytest

from keepless.services.pace import FIRST_PAUSE, LONGEST_PAUSE, Pace


class Time:
    """Seconds that pass only where somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def pace(time):
    return Pace(60, monotonic=time, pause=time.pass_by)


def starts(pace, time, count):
    began = []
    for _ in range(count):
        pace.wait()
        began.append(time.now - 1_000)
    return began


def test_calls_begin_evenly_and_no_more_of_them_in_a_minute(pace, time):
    assert starts(pace, time, 5) == [0, 1, 2, 3, 4]


def test_a_caller_who_is_late_does_not_catch_up(pace, time):
    starts(pace, time, 1)
    time.pass_by(30)
    assert starts(pace, time, 3) == [30, 31, 32]


def test_a_refusal_keeps_the_next_call_waiting_twice_as_long_each_time(pace, time):
    waited = []
    for _ in range(6):
        before = time.now
        pace.back_off()
        pace.wait()
        waited.append(time.now - before)
    assert waited == [FIRST_PAUSE, 10, 20, 40, LONGEST_PAUSE, LONGEST_PAUSE]


def test_calls_that_are_refused_together_count_once(pace, time):
    for _ in range(8):
        pace.back_off()
    pace.wait()
    assert time.now - 1_000 == FIRST_PAUSE


def test_after_a_success_the_next_pause_is_short_again(pace, time):
    pace.back_off()
    pace.wait()
    pace.went_well()
    before = time.now
    pace.back_off()
    pace.wait()
    assert time.now - before == FIRST_PAUSE


def test_a_success_of_a_call_that_began_before_the_refusal_ends_no_pause(pace, time):
    pace.back_off()
    pace.went_well()
    pace.wait()
    assert time.now - 1_000 == FIRST_PAUSE
