"""The same in Chromium, where there is one: what its scripts keep is the person's own, and is searched by itself."""

import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from keepless.prove.bank import Bank
from keepless.prove.canaries import Canaries, Kind, Planted

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Nothing that would look for hosts beyond this machine; no sandbox of its own, for containers and root.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_WAIT = 15_000  # milliseconds


def drive(origin: str, bank: Bank, banks: list[Planted], canaries: Canaries, profile: Path) -> str:
    """A bank connected by its token, and every page looked at with scripts running; the profile stays in its folder.

    What is missing, in one line, where there is no browser to do it with; "" where it was done.
    """
    if importlib.util.find_spec("playwright") is None:
        return "Chromium: the playwright package is missing (`make setup-dev`)"
    path = _found()
    if path is None:
        return "Chromium: there is none (`make test` installs one, or name one in KEEPLESS_CHROMIUM)"
    from playwright.sync_api import Error, sync_playwright  # noqa: PLC0415 - a development dependency

    try:
        with sync_playwright() as playwright:
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=path, args=list(FLAGS), accept_downloads=False
            )
            context.set_default_timeout(_WAIT)
            _look_around(context, origin, bank.access_token(banks[1]))
            for cookie in context.cookies():
                if len(cookie.get("value", "")) > 60:  # noqa: PLR2004 - sealed ones are longer
                    canaries.secret(Kind.COOKIE, cookie["value"])
            context.close()
    except Error as failure:
        return f"Chromium: it was not driven to the end ({str(failure).splitlines()[0][:120]})"
    return ""


def _look_around(context: Any, origin: str, token: str) -> None:
    page = context.new_page()
    page.goto(f"{origin}/setup")
    field = page.locator("input[name=access_token]")
    field.evaluate(
        "field => { for (let each = field; each; each = each.parentElement) if ('open' in each) each.open = true }"
    )
    field.fill(token)
    field.press("Enter")
    page.wait_for_url(f"{origin}/")
    page.wait_for_load_state("networkidle")
    for path in ("/", "/statement", "/status", "/promise", "/account", "/setup", "/?days=365", "/"):
        page.goto(origin + path)
        page.wait_for_load_state("networkidle")


def _found() -> str | None:
    named = os.environ.get("KEEPLESS_CHROMIUM")
    return next((name for name in (named, *map(shutil.which, NAMES)) if name and Path(name).exists()), None)
