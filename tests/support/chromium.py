"""A real browser: the Chromium of this machine, which `make test` has looked for or installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing that would look for hosts beyond this machine; no sandbox of its own, for containers and root.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless; closed with the block. Fails the test where there is none: a skipped browser test proves nothing."""
    with sync_playwright() as playwright:
        installed = [
            os.environ.get("KEEPLESS_CHROMIUM"),
            *map(shutil.which, NAMES),
            playwright.chromium.executable_path,
        ]
        path = next((name for name in installed if name and Path(name).exists()), None)
        if path is None:
            pytest.fail("no Chromium: run `make test`, which installs one, or name one in KEEPLESS_CHROMIUM")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
