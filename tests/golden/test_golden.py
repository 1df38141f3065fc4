"""One truth: what the browser's program is tested against is what the core says today.

`KEEPLESS_WRITE_GOLDEN=1 .venv/bin/pytest tests/golden` writes the files anew.
"""

import json
import os
from pathlib import Path

import pytest
from golden.cases import golden_files

FOLDER = Path(__file__).parents[2] / "frontend" / "test" / "golden"
FILES = golden_files()


@pytest.mark.parametrize("name", FILES)
def test_the_golden_cases_of_the_front_end_are_what_the_core_says_now(name):
    path = FOLDER / name
    if os.environ.get("KEEPLESS_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(FILES[name])
    stored = path.read_bytes() if path.exists() else b""
    assert stored == FILES[name], f"{name} is stale: KEEPLESS_WRITE_GOLDEN=1 .venv/bin/pytest tests/golden, and look"


def test_no_golden_file_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(FILES)


def test_the_golden_files_stay_small_enough_to_read():
    assert sum(map(len, FILES.values())) < 400_000


def test_the_cases_find_some_rows_and_not_others():
    for name in ("odd.json", "drawn.json"):
        cases = json.loads(FILES[name])["cases"]
        found = [len(case["ids"]) for case in cases]
        assert sum(count > 0 for count in found) > len(cases) / 2
        assert 0 in found
        assert len(set(found)) > 5
