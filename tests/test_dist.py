"""The wheel: the whole product in one file, front end and local Plaid included."""

import shutil
import subprocess
import sys
import urllib.request
import zipfile

import pytest
from support.run import REPOSITORY, running

PARTS = ("keepless", "pyproject.toml", "README.md", "LICENSE")
BUILT = ("app.js", "dashboard.js", "dashboard.css")


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what the wheel is made from, so that nothing is left in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    for part in PARTS:
        copy = shutil.copytree if (REPOSITORY / part).is_dir() else shutil.copy
        copy(REPOSITORY / part, folder / part)
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    made = tmp_path_factory.mktemp("dist")
    pip = [sys.executable, "-W", "ignore", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", made, source], check=True
    )
    (found,) = made.glob("*.whl")
    return zipfile.ZipFile(found)


def test_it_holds_every_file_of_the_product_and_nothing_else(wheel, source):
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = (source / "keepless").rglob("*")
    ours = {str(path.relative_to(source)) for path in package if path.is_file() and "__pycache__" not in path.parts}
    assert held == ours
    assert {f"keepless/web/static/{name}" for name in BUILT} <= held


def test_it_runs_from_a_folder_of_its_own(wheel, tmp_path):
    installed, folder = tmp_path / "installed", tmp_path / "folder"
    folder.mkdir()
    wheel.extractall(installed)
    mark = b"/* only this copy has it */"
    (installed / "keepless/web/static/style.css").write_bytes(mark)
    with running(folder, PYTHONPATH=str(installed)) as run:
        for name, content in (("style.css", mark), ("dashboard.js", wheel.read("keepless/web/static/dashboard.js"))):
            with urllib.request.urlopen(f"{run.address}/static/{name}", timeout=10) as served:  # noqa: S310
                assert served.read() == content
    assert [path.name for path in folder.iterdir()] == [".env"]
