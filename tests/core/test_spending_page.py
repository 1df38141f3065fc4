"""docs/spending.md is run: its tables are examples, its rules are those that the code names."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from core.making import TODAY, account, row

from keepless.core import kinds
from keepless.core.credit import card
from keepless.core.kinds import Kind, kind_of
from keepless.core.models import Apr, CardTerms
from keepless.core.money import to_minor

PAGE = (Path(__file__).parents[2] / "docs" / "spending.md").read_text(encoding="utf-8")
CODE = Path(kinds.__file__).parent
RULES = re.findall(r"^\*\*([SC]\d+)\.", PAGE, re.MULTILINE)


def table(first_heading: str, columns: int) -> list[list[str]]:
    """The cells of the table with so many columns whose first heading is this one."""
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("|")
    ]
    start = next(n for n, cells in enumerate(lines) if cells[0] == first_heading and len(cells) == columns)
    rest = lines[start + 2 :]
    end = next((n for n, cells in enumerate(rest) if len(cells) != columns), len(rest))
    return rest[:end]


def minor(text: str) -> int | None:
    return None if text == "-" else to_minor(Decimal(text), "USD")


EXAMPLES = table("rule", 6)
CARDS = table("rule", 8)


@pytest.mark.parametrize("example", EXAMPLES, ids=" ".join)
def test_each_example_of_the_page_is_what_the_code_does(example):
    _rule, account_type, amount, primary, detailed, kind = example
    assert kind_of(row(amount, detailed, primary=primary), account_type) == Kind(kind)


@pytest.mark.parametrize("example", CARDS, ids=" ".join)
def test_each_card_of_the_page_is_what_the_code_does(example):
    _rule, current, available, limit, owed, credit_balance, use, over = example
    told = card(
        account("card", "credit", current=minor(current), available=minor(available), limit=minor(limit)),
        CardTerms(account_id="card"),
        TODAY,
    )
    assert told.owed == minor(owed)
    assert told.credit_balance == minor(credit_balance)
    assert told.utilisation == (None if use == "-" else int(use))
    assert told.over_30 == {"yes": True, "no": False, "-": None}[over]


def test_the_interest_of_the_page_is_what_the_code_computes():
    balance, rate, interest = re.search(r"([\d,.]+) at ([\d.]+) % is ([\d.]+)\.", " ".join(PAGE.split())).groups()
    told = card(
        account("card", "credit", current=minor(balance.replace(",", ""))),
        CardTerms(
            account_id="card", aprs=(Apr(type="purchase_apr", basis_points=minor(rate), balance=None, interest=None),)
        ),
        TODAY,
    )
    assert told.interest_if_carried == minor(interest)


def test_the_page_explains_every_kind():
    assert {cells[0].strip("`") for cells in table("kind", 4)} == set(Kind)


def test_every_rule_the_code_names_is_on_the_page_and_the_other_way_round():
    named = {rule for path in CODE.glob("*.py") for rule in re.findall(r"\b[SC]\d{1,2}\b", path.read_text("utf-8"))}
    assert named == set(RULES)


def test_the_rules_are_numbered_without_gaps():
    assert [f"S{n}" for n in range(1, 17)] + [f"C{n}" for n in range(1, 13)] == RULES


def test_every_rule_about_one_row_has_an_example():
    about_many_rows = {"S12", "S13", "S15"}
    assert {cells[0] for cells in EXAMPLES} == {rule for rule in RULES if rule[0] == "S"} - about_many_rows
