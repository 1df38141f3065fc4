"""Takes the README's pictures of the running product: the household `demo`, in Chromium. `make screenshots` runs it."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from support.chromium import chromium
from support.run import running

OUT = Path(__file__).parents[1] / "docs" / "screenshots"
DESKTOP, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PICTURES = (
    ("overview", "overview", DESKTOP, "light"),
    ("overview-dark", "overview", DESKTOP, "dark"),
    ("credit", "credit", DESKTOP, "light"),
    ("spending", "spending", DESKTOP, "light"),
    ("recurring", "recurring", DESKTOP, "dark"),
    ("trends", "trends", DESKTOP, "light"),
    ("transactions-phone", "transactions", PHONE, "light"),
    ("overview-phone", "overview", PHONE, "dark"),
)


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "run"
        empty.mkdir()
        take(empty)


def take(empty: Path) -> None:
    with running(empty) as run, chromium() as browser:
        for name, view, size, scheme in PICTURES:
            picture(browser, run.address, name, view, size=size, scheme=scheme)


def picture(browser: Browser, address: str, name: str, view: str, *, size: dict[str, int], scheme: str) -> None:
    """One view in a browser of its own, connected as a person connects."""
    options = {"viewport": size, "color_scheme": scheme, "locale": "en-US", "timezone_id": "America/New_York"}
    context = browser.new_context(**options)
    page = context.new_page()
    connect(page, address)
    page.goto(f"{address}/#{view}")
    expect(page.get_by_role("status").filter(has_text="Asking")).to_have_count(0)
    page.wait_for_load_state("networkidle")
    path = OUT / f"{name}.png"
    page.screenshot(path=path)
    print(f"{path.relative_to(OUT.parents[1])}  {path.stat().st_size // 1000} kB")
    context.close()


def connect(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Choose your bank").click()
    page.frame_locator("iframe[data-local-plaid]").locator("[data-user='demo']").first.click()
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()


if __name__ == "__main__":
    main()
