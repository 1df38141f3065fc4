"""Faults to order: what `/sandbox/faults` sets, and which of them meets a call."""

import math
import random
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from keepless.sandbox.ids import fresh_id

Milliseconds = Annotated[float, Meta(ge=0, le=600_000)]
_BODILESS = frozenset({204, 205, 304})
_P95 = 1.6448536  # standard deviations from the median to the 95th percentile of a normal distribution


class Spread(Struct, forbid_unknown_fields=True, frozen=True):
    """A log-normal latency by its median and 95th percentile, in milliseconds."""

    p50: Annotated[float, Meta(gt=0, le=600_000)]
    p95: Annotated[float, Meta(gt=0, le=600_000)]

    def draw(self, rng: random.Random) -> float:
        sigma = max(0.0, math.log(self.p95 / self.p50) / _P95)
        return rng.lognormvariate(math.log(self.p50), sigma)


class FaultOrder(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One fault. With nothing but a latency, the call is only slow; `count` calls meet it, or all where it is absent.

    The first `spare` calls that it fits are let pass, so that the second page of a loop can fail.
    `silence` (seconds, then the connection is cut), `reset`, `half_body` and `garbage` (HTML for JSON) exclude each
    other and an error code. A call that meets `reset`, `garbage` or `silence` is not made, unless it `performs`: then
    it is, and only its answer is lost. With `half_body` it always is.
    """

    endpoint: str = "*"
    access_token: str | None = None
    item_id: str | None = None
    offset: Annotated[int, Meta(ge=0)] | None = None  # of /transactions/get, so that one page of many fails
    count: Annotated[int, Meta(ge=1)] | None = None
    spare: Annotated[int, Meta(ge=0)] = 0
    latency_ms: Milliseconds | Spread | None = None
    error_code: str | None = None
    error_type: str | None = None
    error_message: str | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    reset: bool = False
    half_body: bool = False
    performs: bool = False
    garbage: bool = False
    silence: Annotated[float, Meta(ge=0, le=600)] | None = None

    def __post_init__(self) -> None:
        kinds = (self.error_code is not None, self.reset, self.half_body, self.garbage, self.silence is not None)
        if sum(kinds) > 1:
            raise ValueError("error_code, reset, half_body, garbage and silence exclude each other")
        if self.status in _BODILESS:
            raise ValueError("status 204, 205 and 304 have no body, and every answer of Plaid's has one")
        if not self.endpoint.startswith("/") and self.endpoint != "*":
            raise ValueError("endpoint is a path like /transactions/get, or *")


@dataclass(slots=True)
class Fault:
    """An order in force. `hits` counts the calls that met it, `spared` those that it let pass."""

    order: FaultOrder
    fault_id: str = field(default_factory=fresh_id)
    hits: int = 0
    spared: int = 0

    @property
    def spent(self) -> bool:
        return self.order.count is not None and self.hits >= self.order.count

    def as_json(self) -> dict[str, Any]:
        left = None if self.order.count is None else self.order.count - self.hits
        return {"fault_id": self.fault_id, "hits": self.hits, "left": left, **msgspec.to_builtins(self.order)}


class FaultBoard:
    """The faults in force. The newest that matches a call meets it."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._rng = random.Random(0)  # noqa: S311  latencies, not secrets; the same in every run

    def set(self, order: FaultOrder) -> Fault:
        fault = Fault(order)
        self._faults.insert(0, fault)
        return fault

    def listing(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._faults]

    def clear(self, fault_id: str | None = None) -> int:
        """Ends one fault, or all. Returns how many ended."""
        kept = [] if fault_id is None else [each for each in self._faults if each.fault_id != fault_id]
        ended = len(self._faults) - len(kept)
        self._faults = kept
        return ended

    def meet(
        self, endpoint: str, *, access_token: str | None, item_id: str | None, offset: int | None
    ) -> FaultOrder | None:
        """The fault this call meets, counted; None where it meets none."""
        for fault in self._faults:
            order = fault.order
            if (
                not fault.spent
                and order.endpoint in ("*", endpoint)
                and order.access_token in (None, access_token)
                and order.item_id in (None, item_id)
                and order.offset in (None, offset)
            ):
                if fault.spared < order.spare:
                    fault.spared += 1
                    continue
                fault.hits += 1
                return order
        return None

    def seconds(self, latency: float | Spread) -> float:
        """A latency in seconds, drawn where it is a spread."""
        return (latency.draw(self._rng) if isinstance(latency, Spread) else latency) / 1000
