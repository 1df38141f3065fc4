"""A real browser: the Chromium of this machine, which `make test` has looked for or installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from keepless.prove.browser import FLAGS, NAMES


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
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()
