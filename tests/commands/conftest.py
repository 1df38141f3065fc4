"""An operator's folder, with nothing in it."""

import pytest


@pytest.fixture
def empty_folder(tmp_path, monkeypatch):
    """The working directory, and an environment that names no database."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path
