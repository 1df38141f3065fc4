"""Rows of the result, and how a figure is drawn from many runs."""

from statistics import median
from typing import Any

Times = list[tuple[float, float]]  # wall and CPU milliseconds of each run


def row(name: str, value: float, unit: str, limit: float | None, beside: str) -> dict[str, Any]:
    """One row of bench.json. `ok` is None where there is no limit to reach."""
    ok = None if limit is None else value <= limit
    return {"name": name, "value": round(value, 5), "unit": unit, "limit": limit, "ok": ok, "beside": beside}


def wall(times: Times) -> float:
    """The median: what a person waits."""
    return median(taken for taken, _ in times)


def cpu(times: Times) -> float:
    """The lowest: the same work is done every time, and neighbours on a machine only ever add to it."""
    return min(spent for _, spent in times)


def usual_cpu(times: Times) -> float:
    """The median, to be shown beside the lowest."""
    return median(spent for _, spent in times)
