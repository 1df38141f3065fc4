"""docs/recurring.md is run: its table is examples, its rules are those that the code names."""

import re
from datetime import date
from itertools import cycle
from pathlib import Path

import pytest
from core.making import ACCOUNTS, TODAY, row

from keepless.core import recurring
from keepless.core.categories import PRIMARIES
from keepless.core.recurring import find

PAGE = (Path(__file__).parents[2] / "docs" / "recurring.md").read_text(encoding="utf-8")
CODE = Path(recurring.__file__).parent
RULES = re.findall(r"^\*\*(P\d+)\.", PAGE, re.MULTILINE)
EXAMPLES = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| P\d+ \|", line)
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: " ".join((example[0], example[3], example[4])))
def test_each_example_of_the_page_is_what_the_code_answers(example):
    _rule, days, amounts, category, answer = example
    primary = next(primary for primary in PRIMARIES if category.startswith(f"{primary}_"))
    rows = [
        row(amount, category, primary=primary, date=date.fromisoformat(day), merchant="Payee", name="PAYEE 1")
        for day, amount in zip(days.split(), cycle(amounts.split()), strict=False)
    ]
    found = find(rows, ACCOUNTS, TODAY)
    assert [f"{each.frequency} {each.kind}" for each in found] == ([] if answer == "-" else [answer])
    assert all(len(each.transaction_ids) == len(rows) for each in found)


def test_every_rule_the_code_names_is_on_the_page_and_the_other_way_round():
    named: set[str] = set()
    for path in CODE.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for first, last in re.findall(r"\bP(\d{1,2})\b(?: to P(\d{1,2})\b)?", text):
            named |= {f"P{n}" for n in range(int(first), int(last or first) + 1)}
    assert named == set(RULES)


def test_the_rules_are_numbered_without_gaps():
    assert [f"P{n}" for n in range(1, 15)] == RULES
