"""Limits count the last minute, and forget those who have long been silent."""

from datetime import UTC, datetime, timedelta

import pytest

from keepless.sandbox import limits
from keepless.sandbox.limits import RateLimiter
from keepless.sandbox.problem import PlaidProblem

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_items_that_were_silent_for_a_minute_are_forgotten_and_the_others_are_not(monkeypatch):
    monkeypatch.setattr(limits, "_SWEEP_EVERY", 50)
    limiter = RateLimiter("production")
    for number in range(1000):
        limiter.admit("/item/get", item_id=f"item-{number}", client_id="c", now=NOW + timedelta(seconds=number))
    assert len(limiter._calls) <= 60 + 50 + 1  # a minute's items, those since the last sweep, and the client
    later = NOW + timedelta(seconds=1000)
    for _ in range(15):
        limiter.admit("/item/get", item_id="busy", client_id="c", now=later)
    with pytest.raises(PlaidProblem, match="ITEM_GET_LIMIT"):
        limiter.admit("/item/get", item_id="busy", client_id="c", now=later)
