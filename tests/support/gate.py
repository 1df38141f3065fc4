"""A port in front of a server, which can be shut: then a connection is refused, as where a server is down."""

import contextlib
import socket
import threading
from typing import Self
from urllib.parse import urlsplit

_CHUNK = 65_536


class Gate:
    """Passes all bytes on between `url` and the server behind it while it is open; it keeps its port when it is not."""

    def __init__(self, behind: str) -> None:
        parts = urlsplit(behind)
        self._behind = (parts.hostname, parts.port)
        self._port = 0
        self._wires: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.open()
        self.url = f"http://127.0.0.1:{self._port}"

    def open(self) -> None:
        """Takes connections, again on the same port."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._port = self._listener.getsockname()[1]
        self._start(self._accept, self._listener)

    def shut(self) -> None:
        """Refuses connections from now on and cuts those there are, the idle ones of a pool as well."""
        self._cut(self._listener)
        self._threads[0].join()  # from here on there are no new ones
        for wire in self._wires:
            self._cut(wire)
        for thread in self._threads:
            thread.join()
        for each in (self._listener, *self._wires):
            each.close()
        self._wires, self._threads = [], []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._threads:
            self.shut()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # shut
            while True:
                near = listener.accept()[0]
                self._wires.append(near)
                far = socket.create_connection(self._behind)
                self._wires.append(far)
                for end in (near, far):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._start(self._pass_on, near, far)
                self._start(self._pass_on, far, near)

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):  # cut
            while part := source.recv(_CHUNK):
                target.sendall(part)
        self._cut(target)

    def _start(self, act: object, *wires: socket.socket) -> None:
        thread = threading.Thread(target=act, args=wires, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    @staticmethod
    def _cut(wire: socket.socket) -> None:
        with contextlib.suppress(OSError):  # gone already
            wire.shutdown(socket.SHUT_RDWR)
