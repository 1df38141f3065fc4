"""docs/export.md: its examples are what the code writes."""

import re
from datetime import date
from pathlib import Path

import pytest
from core.making import account, row
from support.exporting import content

from keepless.core.exports import document, ofx, table
from keepless.core.exports.table import COLUMNS
from keepless.web.query import FILTER

PAGE = (Path(__file__).parents[3] / "docs" / "export.md").read_text(encoding="utf-8")
CARD = account(
    *("card-1", "credit"),
    name="Blue Card",
    mask="4427",
    subtype="credit card",
    current=379298,
    available=420702,
    limit=800000,
)
ROWS = [
    row("4.50", id="t-2", account_id="card-1", date=date(2026, 11, 20), posted=date(2026, 11, 21)),
    row(
        "-90.00",
        "GENERAL_MERCHANDISE_SHOES",
        id="t-1",
        account_id="card-1",
        date=date(2026, 11, 18),
        posted=date(2026, 11, 18),
        merchant="-50 % Shoes",
        name="SHOES REFUND",
    ),
]


@pytest.mark.parametrize(("language", "form"), [("csv", table), ("json", document), ("xml", ofx)])
def test_the_example_is_what_is_written(language, form):
    (example,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    written = b"".join(form.write(content(ROWS, [CARD]))).decode("utf-8-sig")
    assert example == written.replace("\r\n", "\n")


def test_every_condition_and_column_is_named():
    assert all(f"`{name}`" in PAGE for name in FILTER)
    assert ",".join(COLUMNS) in PAGE
