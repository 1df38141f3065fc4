"""Sockets on which nothing takes longer than it may: neither connecting nor an answer."""

import socket
import ssl
import threading
import time
from concurrent.futures import Future
from ipaddress import ip_address
from typing import Any

from keepless.adapters.valkey.address import Server

MAX_REPLIES = 128 * 1024 * 1024  # bytes of one exchange: many times what twenty banks have
# Where a process is busy its threads come late to what has arrived in time. So what is there is taken even when its
# time is over, and a little more is waited for; but not from a server that goes on in crumbs, or without end.
LEAST_SECONDS = 0.01
CRUMB_BYTES = 4_096
MAX_LATE_CRUMBS = 5
LATENESS = 20


class BoundedSocket:
    """A connected socket on which an answer takes `seconds` from the question, in however many pieces it comes.

    The client sets a time-out for each single read, which a server that sends a byte at a time makes endless.
    """

    def __init__(self, plain: socket.socket, seconds: float) -> None:
        self._plain = plain
        self._seconds = seconds
        self._only_looks = False
        self._ends = 0.0
        self._late_crumbs = 0
        self._left = 0

    def settimeout(self, seconds: float | None) -> None:
        """The client's parser sets 0 to look whether there is anything to read, and then back to what it was."""
        self._only_looks = seconds == 0

    def sendall(self, data: bytes) -> None:
        self._plain.settimeout(self._seconds)
        self._plain.sendall(data)
        self._ends = time.monotonic() + self._seconds
        self._late_crumbs = 0
        self._left = MAX_REPLIES

    def recv(self, size: int) -> bytes:
        if self._only_looks:
            self._plain.settimeout(0)
            return self._plain.recv(size)
        late = time.monotonic() - self._ends
        if late > self._seconds * LATENESS or self._late_crumbs > MAX_LATE_CRUMBS:
            raise TimeoutError
        data = self._received(size, max(-late, LEAST_SECONDS))
        self._late_crumbs += late > 0 and len(data) < CRUMB_BYTES
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("no reply of ours is that long")
        return data

    def shutdown(self, how: int) -> None:
        self._plain.shutdown(how)

    def close(self) -> None:
        self._plain.close()

    def _received(self, size: int, seconds: float) -> bytes:
        self._plain.settimeout(seconds)
        try:
            return self._plain.recv(size)
        except TimeoutError:
            self._plain.settimeout(0)  # it may have come while this thread waited for its turn
        try:
            return self._plain.recv(size)
        except (BlockingIOError, ssl.SSLWantReadError):
            raise TimeoutError from None


def connect(server: Server, tls: ssl.SSLContext | None, *, seconds: float) -> BoundedSocket:
    """A socket connected within `seconds`, and as long again for TLS where a context is given. Raises OSError."""
    plain = _connected(server, time.monotonic() + seconds)
    if tls is not None:
        plain.settimeout(seconds)
        try:
            plain = tls.wrap_socket(plain, server_hostname=server.host)
        except BaseException:
            plain.close()
            raise
    return BoundedSocket(plain, seconds)


def _connected(server: Server, ends: float) -> socket.socket:
    """A socket connected to the first address of a server that answers. Raises OSError."""
    if server.is_socket:
        choices: list[tuple[int, Any]] = [(socket.AF_UNIX, server.host)]
    else:
        choices = [(family, address) for family, _, _, _, address in _resolved(server, ends)]
    failure = OSError("the name has no address")
    for family, address in choices:
        plain = socket.socket(family, socket.SOCK_STREAM)
        try:
            plain.settimeout(_left(ends))
            plain.connect(address)
            if family != socket.AF_UNIX:
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as cause:
            plain.close()
            failure = cause
        except BaseException:
            plain.close()
            raise
        else:
            return plain
    raise failure


def _resolved(server: Server, ends: float) -> list[Any]:
    """The addresses of a host. A look-up knows no time-out, so one that may take long is waited for in a thread."""
    try:
        ip_address(server.host)
    except ValueError:
        pass
    else:
        return socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    found: Future[list[Any]] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as cause:  # a name that no name is like (two dots in a row) is a UnicodeError
            found.set_exception(OSError(str(cause)))

    threading.Thread(target=look_up, name="cache-address", daemon=True).start()
    return found.result(_left(ends))


def _left(ends: float) -> float:
    return max(ends - time.monotonic(), LEAST_SECONDS)
