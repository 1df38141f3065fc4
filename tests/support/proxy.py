"""Small TCP servers to stand in front of a real one, or to misbehave by themselves."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

from support.certificates import Certificates

Conversation = Callable[[socket.socket], None]


@contextlib.contextmanager
def listening(talk: Conversation) -> Iterator[int]:
    """A server that has `talk` with everyone who comes, each in a thread; the port."""
    came: list[socket.socket] = []
    threads: list[threading.Thread] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(visitor: socket.socket) -> None:
            with contextlib.suppress(OSError, ValueError), visitor:
                talk(visitor)

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = server.accept()
                    came.append(visitor)
                    threads.append(threading.Thread(target=serve, args=(visitor,), daemon=True))
                    threads[-1].start()

        door = threading.Thread(target=accept, daemon=True)
        door.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            door.join(10)
            for visitor in came:
                with contextlib.suppress(OSError):
                    visitor.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join(10)


def forward(visitor: socket.socket, port: int, *, change: Callable[[bytes, socket.socket], bool] | None = None) -> None:
    """Passes everything on to a port of this machine and back.

    `change` gets what the server says instead of the visitor, and ends the conversation by answering False.
    """
    with socket.create_connection(("127.0.0.1", port)) as server:
        for side in (visitor, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask() -> None:
            with contextlib.suppress(OSError):
                while data := visitor.recv(65_536):
                    server.sendall(data)
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        try:
            while data := server.recv(65_536):
                if change is None:
                    visitor.sendall(data)
                elif not change(data, visitor):
                    break
        finally:
            with contextlib.suppress(OSError):
                visitor.shutdown(socket.SHUT_RDWR)
            asking.join(10)


@contextlib.contextmanager
def tls_proxy(port: int, certificates: Certificates) -> Iterator[int]:
    """TLS in front of a port, for those only who show a certificate of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server)
    context.load_verify_locations(certificates.ca)
    context.verify_mode = ssl.CERT_REQUIRED

    def talk(visitor: socket.socket) -> None:
        with context.wrap_socket(visitor, server_side=True) as inside:
            forward(inside, port)

    with listening(talk) as door:
        yield door
