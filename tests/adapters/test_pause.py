import pytest

from keepless.adapters.pause import Pause
from keepless.errors import CacheFault


class Watch:
    seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pause(watch) -> Pause:
    return Pause(watch, CacheFault)


def length_of(pause: Pause, watch: Watch) -> float:
    """How long nobody is let through, in steps of 10 ms; the one who gets through then fails again."""
    steps = 0
    while True:
        try:
            assert pause.enter()
        except CacheFault:
            watch.seconds += 0.01
            steps += 1
        else:
            pause.failed("slow", as_probe=True)
            return pytest.approx(steps / 100)


def test_everyone_gets_through_while_all_is_well(pause):
    assert [pause.enter() for _ in range(3)] == [False, False, False]
    pause.succeeded()
    assert not pause.is_on


def test_a_pause_tells_why_it_began(pause):
    pause.failed("unreachable", as_probe=False)
    with pytest.raises(CacheFault) as fault:
        pause.enter()
    assert fault.value.reason == "unreachable"
    assert pause.is_on


def test_each_failure_of_a_probe_doubles_the_pause_to_five_seconds(pause, watch):
    pause.failed("unreachable", as_probe=False)
    assert [length_of(pause, watch) for _ in range(7)] == [0.25, 0.5, 1.0, 2.0, 4.0, 5.0, 5.0]


def test_those_who_were_on_their_way_do_not_lengthen_it(pause, watch):
    for _ in range(20):
        pause.failed("unreachable", as_probe=False)
    watch.seconds += 0.25
    assert pause.enter()


def test_one_tries_again_while_the_others_are_turned_away(pause, watch):
    pause.failed("unreachable", as_probe=False)
    watch.seconds += 1
    assert pause.enter()
    for _ in range(3):
        with pytest.raises(CacheFault):
            pause.enter()
    pause.succeeded()
    assert not pause.enter()


def test_after_a_success_the_next_pause_is_short_again(pause, watch):
    pause.failed("unreachable", as_probe=False)
    for _ in range(4):
        length_of(pause, watch)
    watch.seconds += 5
    assert pause.enter()
    pause.succeeded()
    pause.failed("unreachable", as_probe=False)
    assert length_of(pause, watch) == 0.25


def test_two_slow_answers_are_not_a_slow_server_three_are(pause, watch):
    for _ in range(2):
        pause.failed("slow", as_probe=False)
        assert not pause.enter()
    pause.succeeded()
    for _ in range(3):
        assert not pause.enter()
        pause.failed("slow", as_probe=False)
    assert length_of(pause, watch) == 0.25


def test_a_probe_that_is_slow_lets_the_next_one_try_in_its_time(pause, watch):
    pause.failed("unreachable", as_probe=False)
    watch.seconds += 1
    assert pause.enter()
    pause.failed("slow", as_probe=True)
    assert length_of(pause, watch) == 0.5
