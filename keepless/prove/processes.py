"""The servers of a run, each a process of its own that ends with it."""

import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from keepless import launch

START_SECONDS = 30.0
STOP_SECONDS = 10.0


class Running(msgspec.Struct, frozen=True):
    """A process that is up."""

    name: str
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def family(self) -> list[int]:
        """Its own id and those of all its descendants, where the system tells (Linux)."""
        return list(_family(self.pid))

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Asks it to end, and makes it after a while."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)
                self.process.wait()


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    is_up: Callable[[], bool],
    folder: Path,
    how_to_stop: signal.Signals = signal.SIGTERM,
    owner: int | None = None,
    dumps_cores: bool = False,
) -> Iterator[Running]:
    """Starts it, waits until it answers, and ends it with the block; both its streams go to `log`.

    `owner` is the user to run it as. `dumps_cores` lets it leave its memory in a file when it crashes, as far as this
    machine lets us: so that it is its own doing where it does not. Raises LaunchError where it does not come up.
    """
    others = {} if owner is None else {"user": owner, "extra_groups": []}
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,
            preexec_fn=_let_dump if dumps_cores else _die_with_parent,  # noqa: PLW1509
            **others,  # type: ignore[call-overload]
        )
    one = Running(name, process)
    try:
        _wait_until_up(one, is_up, log)
        yield one
    finally:
        one.stop(how_to_stop)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        launch.die_with_parent()


def _let_dump() -> None:
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    _die_with_parent()


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as asking:
        asking.bind(("127.0.0.1", 0))
        port: int = asking.getsockname()[1]
        return port


def _wait_until_up(one: Running, is_up: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if one.process.poll() is not None:
            words = log.read_text(encoding="utf-8", errors="replace")[-1500:]
            raise launch.LaunchError(f"{one.name} did not start (exit code {one.process.returncode}): {words}")
        with contextlib.suppress(OSError):
            if is_up():
                return
        time.sleep(0.02)
    raise launch.LaunchError(f"{one.name} did not answer within {START_SECONDS:.0f} seconds")


def _family(pid: int) -> Iterator[int]:
    yield pid
    with contextlib.suppress(OSError, ValueError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
            yield from _family(int(child))
