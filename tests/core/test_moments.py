"""Moments as Plaid writes them, and as we do."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.moments import moment_text, utc_moment


@pytest.mark.parametrize(
    "text", ["2026-12-03T18:00:00Z", "2026-12-03T13:00:00-05:00", "2026-12-03T18:00:00.000000+00:00"]
)
def test_a_moment_of_a_known_zone_is_told_in_utc(text):
    assert utc_moment(text) == datetime(2026, 12, 3, 18, tzinfo=UTC)
    assert utc_moment(text).utcoffset().total_seconds() == 0


@pytest.mark.parametrize(
    "text", [None, "", "soon", "2026-12-03T18:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_what_is_no_such_moment_is_none(text):
    assert utc_moment(text) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "0002-01-01T00:00:00+14:00"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_every_moment_that_is_told_has_a_day_in_every_zone(text, zone):
    told = utc_moment(text)
    assert told is None or told.astimezone(ZoneInfo(zone)).date()


@given(st.text())
def test_no_text_is_answered_with_an_error(text):
    utc_moment(text)


def test_a_moment_is_written_to_the_second_and_in_utc():
    at = datetime(2026, 11, 23, 1, 30, 5, 999_999, tzinfo=timezone(timedelta(hours=2)))
    assert moment_text(at) == "2026-11-22T23:30:05Z"
    assert utc_moment(moment_text(at)) == at.replace(microsecond=0)
