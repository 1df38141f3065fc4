"""What every format shares: exact amounts, and files that are written in chunks of bounded size."""

import tracemalloc

import pytest
from core.making import row
from hypothesis import given
from hypothesis import strategies as st
from support.exporting import CURRENCIES, content

from keepless.core.exports import document, ofx, table
from keepless.core.exports.content import CHUNK, decimal_text, in_chunks
from keepless.core.money import exponent

ROWS = 20_000


@given(st.integers(-(10**20), 10**20), st.sampled_from(CURRENCIES))
def test_an_amount_has_all_decimals_of_its_currency_and_no_exponent(minor, currency):
    text = decimal_text(minor, currency)
    assert int(text.replace(".", "")) == minor
    assert len(text.partition(".")[2]) == exponent(currency)
    assert "E" not in text


@given(st.lists(st.text()))
def test_chunks_together_are_the_texts(texts):
    assert b"".join(in_chunks(texts)) == "".join(texts).encode()


@pytest.fixture(scope="module")
def twenty_thousand():
    return content([row(number, id=f"t-{number}") for number in range(ROWS)])


@pytest.mark.parametrize("form", [table, document, ofx], ids=["csv", "json", "ofx"])
def test_twenty_thousand_rows_are_never_in_memory_as_one_text(form, twenty_thousand):
    tracemalloc.start()
    try:
        sizes = [len(chunk) for chunk in form.write(twenty_thousand)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(sizes) < 2 * CHUNK
    assert sum(sizes) > 20 * CHUNK
    assert peak < sum(sizes) / 2
