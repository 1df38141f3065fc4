from typing import Any

import pytest
from support.plaid_bench import NOW

from keepless.adapters.plaid import faults
from keepless.adapters.plaid.budget import Caller, Deadline
from keepless.adapters.plaid.health import Health
from keepless.adapters.plaid.settings import Patience
from keepless.errors import PlaidFault


class Time:
    """A clock that moves by what is slept and by what each call takes."""

    def __init__(self) -> None:
        self.now = 100.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


class Wire:
    """A transport whose calls take `seconds` each and fail with the faults given, then succeed."""

    def __init__(self, time: Time, *failures: PlaidFault, seconds: float = 0.0) -> None:
        self._time = time
        self._failures = list(failures)
        self._seconds = seconds
        self.left: list[float] = []

    def post(self, _path: str, _body: dict[str, Any], *, seconds: float) -> bytes:
        self.left.append(seconds)
        self._time.now += self._seconds
        if self._failures:
            raise self._failures.pop(0)
        return b"done"


def ask(time: Time, wire: Wire, *, budget: float = 20.0, tries: int = 3, once: bool = False) -> bytes:
    caller = Caller(wire, Patience(tries=tries), Health(lambda: NOW), sleep=time.sleep)  # type: ignore[arg-type]
    return caller.ask("/x", {}, bytes, Deadline(time, budget), once=once)


def passing() -> PlaidFault:
    return faults.own(faults.UNREACHABLE)


def crowded() -> PlaidFault:
    return faults.from_answer(429, None)


def test_a_passing_fault_is_tried_again_until_it_has_passed():
    time = Time()
    assert ask(time, Wire(time, passing(), passing())) == b"done"
    assert len(time.pauses) == 2


@pytest.mark.parametrize(("fault", "first"), [(passing, 0.25), (crowded, 1.0)])
def test_pauses_double_less_up_to_half_at_random_and_a_crowd_waits_longer(fault: Any, first: float):
    for _ in range(50):
        time = Time()
        ask(time, Wire(time, fault(), fault()))
        assert first / 2 <= time.pauses[0] <= first
        assert first <= time.pauses[1] <= 2 * first


def test_the_last_try_raises_its_own_fault():
    time = Time()
    with pytest.raises(PlaidFault, match="RATE_LIMIT"):
        ask(time, Wire(time, passing(), passing(), crowded(), passing()))
    assert len(time.pauses) == 2


def test_a_permanent_fault_is_not_tried_again():
    time = Time()
    with pytest.raises(PlaidFault, match="ITEM_NOT_FOUND"):
        ask(time, Wire(time, faults.from_answer(400, b'{"error_type":"ITEM_ERROR","error_code":"ITEM_NOT_FOUND"}')))
    assert time.pauses == []


def test_a_call_that_must_not_be_repeated_is_not():
    time = Time()
    with pytest.raises(PlaidFault):
        ask(time, Wire(time, passing()), once=True)
    assert time.pauses == []


def test_no_pause_outlasts_the_budget():
    time = Time()
    with pytest.raises(PlaidFault, match="RATE_LIMIT"):
        ask(time, Wire(time, crowded(), seconds=9.8), budget=10.0)
    assert time.pauses == []


def test_each_try_is_given_what_is_left_of_the_budget():
    time = Time()
    wire = Wire(time, passing(), seconds=6.0)
    ask(time, wire, budget=10.0)
    assert wire.left[0] == 10.0
    assert wire.left[1] == pytest.approx(10.0 - 6.0 - time.pauses[0])


def test_a_call_that_begins_too_late_is_not_made():
    time = Time()
    wire = Wire(time)
    with pytest.raises(PlaidFault) as fault:
        ask(time, wire, budget=0)
    assert (fault.value.code, fault.value.retryable) == ("DEADLINE", True)
    assert wire.left == []
