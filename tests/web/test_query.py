"""Query strings: what they mean, and bad input 24."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from keepless.core.periods import Period
from keepless.errors import InvalidField
from keepless.web.query import EXPORT, PERIOD, TRANSACTIONS, QueryReader

TODAY = date(2026, 11, 22)
reader = QueryReader(history_days=90, max_history_days=730)


def read(allowed=TRANSACTIONS, **values):
    return reader.read(MultiDict({name.rstrip("_"): value for name, value in values.items()}), TODAY, allowed=allowed)


def test_an_empty_query_is_the_usual_period_and_the_first_page():
    query = read()
    assert query.period == Period(date(2026, 8, 25), TODAY)
    assert query.period.days == 90
    assert query.page == 1
    assert (query.filter.start, query.filter.end) == (query.period.start, query.period.end)


def test_empty_values_count_as_none_as_forms_send_them():
    assert read(days="", q="", min="", to="", page="") == read()


def test_days_count_back_from_to():
    assert read(days="10", to="2026-06-10").period == Period(date(2026, 6, 1), date(2026, 6, 10))


def test_from_wins_over_days():
    assert read(days="10", from_="2026-01-01").period == Period(date(2026, 1, 1), TODAY)


def test_no_period_reaches_back_further_than_plaid_does():
    assert read(days="730", to="2025-01-01").period.start == TODAY - timedelta(days=730)


def test_tomorrow_is_a_day_for_visitors_ahead_of_our_clock():
    assert read(to="2026-11-23").period.end == date(2026, 11, 23)


def test_conditions_become_a_filter():
    query = read(category="FOOD_AND_DRINK", account="abc-DEF_1", q="  O'Brien & Søn ", min="1.50", max="1000", page="2")
    assert query.filter.category == "FOOD_AND_DRINK"
    assert query.filter.account == "abc-DEF_1"
    assert query.filter.q == "  O'Brien & Søn "
    assert (query.filter.minimum, query.filter.maximum) == (Decimal("1.50"), Decimal(1000))
    assert query.page == 2


def test_the_exact_conditions_become_a_filter():
    query = read(merchant=' <Zo\u00eb> "x" ; \u202e', kind="card_payment", currency="USDT", pending="no")
    assert query.filter.merchant == ' <Zo\u00eb> "x" ; \u202e'
    assert (query.filter.kind, query.filter.currency, query.filter.pending) == ("card_payment", "USDT", False)
    assert read(pending="yes").filter.pending is True
    assert read(pending="").filter.pending is None


def test_an_export_has_a_format_and_is_whole_unless_told_otherwise():
    query = read(allowed=EXPORT, format="ofx", days="7")
    assert (query.format, query.partial, query.period.days) == ("ofx", False, 7)
    assert read(allowed=EXPORT, partial="yes").partial is True
    assert read(allowed=EXPORT, partial="no").partial is False
    with pytest.raises(InvalidField, match=r"^page:"):
        read(allowed=EXPORT, page="2")


@pytest.mark.parametrize(
    "q",
    [
        "7-Eleven",
        "AT&T",
        "H&M #12",
        "Café Zoë",
        "セブン",
        "AMZN*MKTP",
        "B&H (web)",
        "12/24",
        "O\u2019Neil",
        "Cafe\u0301",
        "किराना",
    ],
)
def test_the_marks_of_real_merchants_can_be_searched(q):
    assert read(q=q).filter.q == q


NONSENSE = {
    "days": ("0", "731", "-1", "1.5", "ninety", "\u0663", "1e3", "9" * 5000, " 9", "+9"),
    "page": ("0", "10001", "x"),
    "from": ("2026-02-30", "2026-13-01", "20260101", "2026-W01-1", "yesterday", "2024-11-21", "0000-00-00"),
    "to": ("2026-11-24", "9999-12-31", "2026-1-1"),
    "min": ("-1", "1,5", "NaN", "Infinity", "1e9", "0x10", "1."),
    "max": ("9999999999", "1.00001", "€5"),
    "category": ("food", "FOOD-AND-DRINK", "A" * 81, "A\n"),
    "account": ("a b", "../etc", "a" * 65, "é"),
    "merchant": ("x" * 201, "a\r\nb", "\x00", "\ud800"),
    "kind": ("gift", "SPENDING", "spending "),
    "currency": ("U$D", "US D", "x" * 17, "é"),
    "pending": ("true", "1", "YES"),
    "q": (
        *("' OR 1=1", "x'; DROP TABLE users", "admin'--", "/* x */", 'a" b', "`id`", "{{7*7}}", "${x}"),
        *("<script>alert(1)</script>", "<", "\x00", "a\r\nb", "x" * 101, "\ufffd", "\u202e"),
    ),
}


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in NONSENSE for value in NONSENSE[field]])
def test_input_24_a_value_that_makes_no_sense_is_refused_by_its_name(field, value):
    with pytest.raises(InvalidField) as refusal:
        read(**{field: value})
    assert refusal.value.field == field


def test_input_24_ranges_the_wrong_way_round_are_refused():
    with pytest.raises(InvalidField, match=r"^to:"):
        read(from_="2026-06-02", to="2026-06-01")
    with pytest.raises(InvalidField, match=r"^max:"):
        read(min="5", max="4.99")


def test_input_24_an_unknown_parameter_is_refused_and_named_safely():
    with pytest.raises(InvalidField) as refusal:
        reader.read(MultiDict({"<b>\r\nsecret": "1"}), TODAY)
    assert refusal.value.field == "?b???secret"


def test_input_24_a_parameter_that_comes_twice_is_refused():
    with pytest.raises(InvalidField, match=r"^days: it came more than once"):
        reader.read(MultiDict([("days", "1"), ("days", "2")]), TODAY)


@pytest.mark.parametrize("name", sorted(set(TRANSACTIONS) - set(PERIOD)))
def test_a_parameter_of_another_operation_is_unknown(name):
    with pytest.raises(InvalidField):
        read(allowed=PERIOD, **{name: "1"})


@given(st.lists(st.tuples(st.one_of(st.sampled_from(TRANSACTIONS), st.text()), st.text()), max_size=5))
def test_no_query_raises_anything_but_an_invalid_field(pairs):
    try:
        query = reader.read(MultiDict(pairs), TODAY)
    except InvalidField:
        return
    assert query.period.start <= query.period.end
    assert 1 <= query.period.days <= 732
    assert query.page >= 1


@given(st.integers(1, 730), st.integers(0, 700))
def test_a_period_of_days_is_as_long_as_asked_within_reach(days, ago):
    end = TODAY - timedelta(days=ago)
    period = read(days=str(days), to=end.isoformat()).period
    assert period.end == end
    assert period.days == min(days, 731 - ago)
