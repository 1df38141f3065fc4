"""axe-core on a page: what it finds that keeps people out (WCAG 2.2 AA and its own good practice)."""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPT = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = frozenset({"serious", "critical"})

# A transition under way has colours of its own: axe waits until every one is over.
_RUN = """async (tags) => {
  await Promise.all(document.getAnimations().filter((each) => each.effect.getTiming().iterations !== Infinity)
    .map((each) => each.finished.catch(() => null)));
  const found = await axe.run(document, {resultTypes: ["violations"], runOnly: {type: "tag", values: tags}});
  return found.violations;
}"""
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page, state: str = "") -> None:
    """Fails with a list of what axe-core calls serious or critical on the page as it is now; `state` names it."""
    found = [violation for violation in violations(page) if violation["impact"] in GRAVE]
    assert not found, f"axe-core on {state or page.url}:\n" + "\n".join(map(_said, found))


def assert_accessible_by_day_and_night(page: Page, state: str = "") -> None:
    """The same in light and in dark: one page, loaded once."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert_accessible(page, f"{state or page.url}, {scheme}")


def violations(page: Page) -> list[dict[str, Any]]:
    """All that axe-core finds, each with id, impact, help and nodes. The script runs past the page's CSP (CDP)."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_script())
    return list(page.evaluate(_RUN, _TAGS))


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def _said(violation: dict[str, Any]) -> str:
    places = "\n".join(
        f"    {' '.join(map(str, node['target']))}\n      {node['html'][:160]}\n      "
        + node["failureSummary"].replace("\n", "\n      ")
        for node in violation["nodes"][:5]
    )
    more = len(violation["nodes"]) - 5
    rest = f"\n    and {more} more" if more > 0 else ""
    return f"  {violation['impact']}: {violation['help']} ({violation['id']})\n{places}{rest}"
