"""One connection to a server: login, packing and parsing are the client's, over a socket that keeps to its time."""

import os
import ssl
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from valkey._parsers import _RESP2Parser
from valkey.connection import AbstractConnection
from valkey.exceptions import ResponseError

from keepless.adapters.valkey import sockets
from keepless.adapters.valkey.address import Login, Server
from keepless.adapters.valkey.sockets import BoundedSocket

READ_BYTES = 262_144

Reply = object


class Command(NamedTuple):
    """What is asked, and which replies make sense: after any other, nobody knows what the next one answers."""

    words: tuple[str | bytes | int, ...]
    fits: Callable[[Reply], bool]


class Connection:
    """One connection: logs in as it opens, and makes exchanges. All but `close` raise whatever went wrong."""

    def __init__(self, server: Server, login: Login, tls: ssl.SSLContext | None, *, seconds: float) -> None:
        self._wire: Any = _Wire(server, login, tls, seconds=seconds)  # the client is typed in part

    def open(self) -> None:
        self._wire.connect()

    def exchange(self, commands: Sequence[Command]) -> list[Reply]:
        """Sends all commands and reads a reply to each; that of one that was refused is its ResponseError."""
        packed = self._wire.pack_commands([command.words for command in commands])
        self._wire.send_packed_command(packed, check_health=False)
        return [self._reply(command) for command in commands]

    def is_ready(self) -> bool:
        """Whether nothing has come since the last exchange; an end that has come raises.

        A connection of before a fork belongs to the other process.
        """
        return self._wire.pid == os.getpid() and not self._wire.can_read()

    def close(self) -> None:
        self._wire.disconnect()

    def _reply(self, command: Command) -> Reply:
        try:
            reply: Reply = self._wire.read_response()
        except ResponseError as refusal:
            return refusal
        if not command.fits(reply):
            raise ValueError("no reply to what was asked")
        return reply


class _Wire(AbstractConnection):
    """The client's connection over a `BoundedSocket`; TLS where a context is given."""

    _sock: Any

    def __init__(self, server: Server, login: Login, tls: ssl.SSLContext | None, *, seconds: float) -> None:
        super().__init__(
            db=login.database,
            username=login.username,
            password=login.password.reveal() if login.password else None,
            socket_timeout=seconds,
            socket_read_size=READ_BYTES,
            parser_class=_RESP2Parser,  # the other one, where its package is there, reads past our socket
            lib_name=None,  # two round trips less
            lib_version=None,
        )
        self._server = server
        self._tls = tls
        self._seconds = seconds

    def repr_pieces(self) -> list[tuple[str, Any]]:
        return [("host", self._server.host), ("port", self._server.port), ("db", self.db)]

    def _connect(self) -> BoundedSocket:
        return sockets.connect(self._server, self._tls, seconds=self._seconds)

    def _host_error(self) -> str:
        return self._server.host
