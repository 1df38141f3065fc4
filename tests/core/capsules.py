"""Capsules for tests: any that could have been read from banks, as Hypothesis draws them."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from keepless.core.capsule import BankMonth, BankName, Capsule, CardFigure, CardId, MonthSums
from keepless.core.periods import month_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTITUTIONS = ("ins_1", "ins_2")
MONTHS = ("2024-02", "2026-10", "2026-11")
CARDS = (CardId("ins_1", "Blue Card", "1234", "USD"), CardId("ins_2", "Blue Card", None, "USD"))

moments = st.sampled_from([NOON, NOON + timedelta(days=1), NOON + timedelta(days=2)])
figures = st.sampled_from([0, 1, -1, 2**53 - 1, 1 - 2**53])
sums = st.builds(
    lambda travel, medical, other: MonthSums(
        spent=travel + medical,
        income=other,
        debt_payments=-other,
        cash=travel,
        by_category={"TRAVEL": travel, "MEDICAL": medical},
    ),
    st.integers(-500, 500),
    st.integers(0, 1),
    figures,
)
bank_months = st.builds(
    BankMonth,
    days=st.sampled_from([0, 12, 29]),  # as many as each of the months has
    as_of=moments,
    sums=st.dictionaries(st.sampled_from(["USD", "EUR"]), sums, max_size=2),
)
card_figures = st.builds(
    CardFigure,
    day=st.builds(date, st.just(2026), st.sampled_from([10, 11]), st.sampled_from([1, 23, 24, 30])),
    as_of=moments,
    seen=st.booleans(),
    balance=figures,
    limit=st.sampled_from([None, 1, 1000]),
)
capsules = st.builds(
    lambda names, months, cards: Capsule(
        banks=dict(zip(INSTITUTIONS, names, strict=True)),
        months=months,
        cards={(card, month_of(figure.day)): figure for card, figure in cards},
    ),
    st.tuples(*[st.builds(BankName, moments, st.sampled_from(["First Bank", "Other"])) for _ in INSTITUTIONS]),
    st.dictionaries(st.tuples(st.sampled_from(INSTITUTIONS), st.sampled_from(MONTHS)), bank_months, max_size=3),
    st.lists(st.tuples(st.sampled_from(CARDS), card_figures), max_size=3),
)
