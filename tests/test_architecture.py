"""The layers are a check that fails: a wrong import, planted into a copy of the code, turns it red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


def lint_imports(folder: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    return subprocess.run(
        [*command, "--no-cache", "--config", "pyproject.toml"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path):
    shutil.copytree(
        REPOSITORY / "keepless", tmp_path / "keepless", ignore=shutil.ignore_patterns("__pycache__", "static")
    )
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_code_keeps_to_its_layers(copy):
    checked = lint_imports(copy)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("module", "planted"),
    [
        ("core/money.py", "import flask"),
        ("core/periods.py", "import time"),
        ("core/filters.py", "import os"),
        ("ports/clock.py", "import urllib3"),
        ("services/linking.py", "import plaid"),
        ("services/snapshots.py", "from keepless.web import pages"),
        ("web/pages.py", "from keepless.adapters.plaid import client"),
        ("adapters/plaid/client.py", "from keepless.web import hints"),
        ("web/app.py", "from keepless import config"),
        ("sandbox/app.py", "from keepless.core import money"),
        ("web/api.py", "from keepless.sandbox import users"),
    ],
)
def test_an_import_that_does_not_belong_there_turns_the_check_red(copy, module, planted):
    file = copy / "keepless" / module
    file.write_text(f"{file.read_text()}\n{planted}\n")
    checked = lint_imports(copy)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    assert "BROKEN" in checked.stdout
