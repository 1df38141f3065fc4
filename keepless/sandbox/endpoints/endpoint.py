"""What an endpoint is."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, TypeAlias

from keepless.sandbox.bodies import Page
from keepless.sandbox.requests import PlaidRequest
from keepless.sandbox.world import World

Answer: TypeAlias = dict[str, Any] | Page


class Endpoint(NamedTuple):
    """A path, the body it takes, and what answers: fields without request_id, or a page kept ready."""

    path: str
    request: type[PlaidRequest]
    # The second parameter is the endpoint's own request type; a table of many cannot say so.
    handle: Callable[[World, Any], Answer | Awaitable[Answer]]
