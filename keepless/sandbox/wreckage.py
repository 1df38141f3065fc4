"""Answers that do not arrive whole, for a client to survive."""

import asyncio
import socket
import struct

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# SO_LINGER with a time of zero: closing sends RST, not FIN.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class NoAnswer(Response):
    """Cuts the connection without a byte; with `reset` the peer sees a connection reset, else a plain end."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        for transport in _transports(scope):
            if self._reset:
                wire = transport.get_extra_info("socket")
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            transport.abort()
        await _disconnected(receive)


class HalfBody(Response):
    """Announces a whole body, sends half of it, and ends the connection."""

    def __init__(self, whole: Response) -> None:
        super().__init__()
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = bytes(self._whole.body)
        headers = self._whole.raw_headers
        await send({"type": "http.response.start", "status": self._whole.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        for transport in _transports(scope):
            transport.close()  # what was written is still sent
        await _disconnected(receive)


def _transports(scope: Scope) -> list[asyncio.WriteTransport]:
    """The wire of the client that made this request."""
    return [each.transport for each in scope["app"].state.connections() if each.client == scope["client"]]


async def _disconnected(receive: Receive) -> None:
    """Waits until the server knows that the connection is gone, so that it does not answer by itself."""
    while (await receive())["type"] != "http.disconnect":
        pass
