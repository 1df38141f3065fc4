"""Measures everything, prints one table and writes benchmarks/out/bench.json.

Each part has a `measure()` that returns rows of `name, value, unit, limit, ok, beside`: what was measured, its figure,
the number to reach (None where there is none), whether it was reached, and what stands beside it in the same run.
Machines differ and drift, so what counts is a ratio within one run. Parts run one after another in processes of their
own: a million rows in memory would weigh on the next one's figures.
"""

import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import analysis, cached, dashboard, decode, fetch, fill
from benchmarks import filter as filtering

OUT = Path(__file__).parent / "out" / "bench.json"
PARTS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "analysis": analysis.measure,
    "decode": decode.measure,
    "fetch": fetch.measure,
    "fill": fill.measure,
    "dashboard": dashboard.measure,
    "cached": cached.measure,
    "filter": filtering.measure,
}


def main(chosen: list[str]) -> int:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
    unknown = set(chosen) - set(PARTS)
    if unknown:
        console.print(f"No such part: {', '.join(sorted(unknown))}. There are {', '.join(PARTS)}.")
        return 2
    rows: list[dict[str, Any]] = []
    for name in chosen or PARTS:
        console.print(f"Measuring {name} …")
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            rows += apart.submit(PARTS[name]).result()
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    console.print(table(rows))
    missed = [row["name"] for row in rows if row["ok"] is False]
    console.print(f"Written to {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}.")
    if missed:
        console.print(f"{len(missed)} of {len(rows)} above the limit: {'; '.join(missed)}")
    return 1 if missed else 0


def table(rows: list[dict[str, Any]]) -> Table:
    shown = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("what", "measured", "limit", "", "beside"):
        shown.add_column(column, justify="right" if column in ("measured", "limit") else "left")
    for row in rows:
        limit = "" if row["limit"] is None else f"<= {row['limit']:g}"
        mark = {True: "ok", False: "[red]above[/red]", None: ""}[row["ok"]]
        shown.add_row(row["name"], f"{row['value']:,.3g} {row['unit']}".strip(), limit, mark, str(row["beside"]))
    return shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
