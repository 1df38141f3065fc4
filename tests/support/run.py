"""`keepless` as a new user runs it: in an empty folder, with an empty home, on free ports."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(home: Path, **changed: str) -> dict[str, str]:
    """What a new user's shell has, and the ports of this test."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG") or name.startswith("COV")}
    return {**kept, "HOME": str(home), "PYTHONPATH": str(REPOSITORY), **changed}


def descendants(pid: int) -> set[int]:
    found = set()
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found |= {int(child)} | descendants(int(child))
    return found


def is_alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def status_of(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - an address of the test
        return answer.status


def wait_until(condition, *, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


@dataclass
class Run:
    """A running `keepless run`, and where it answers."""

    process: subprocess.Popen
    address: str
    plaid: str
    log: Path

    def said(self) -> str:
        """All that it printed so far, on both streams."""
        return self.log.read_text()


@contextmanager
def running(folder: Path, *arguments: str, **changed: str) -> Iterator[Run]:
    """A run in `folder`, up and answering; ended with the block."""
    plaid, port = free_port(), free_port()
    log = folder.parent / f"{folder.name}.log"
    command = [sys.executable, "-m", "keepless", "run", "--port", str(port), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment(folder, **{"PLAID_BASE_URL": f"http://127.0.0.1:{plaid}", **changed}),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    run = Run(process, f"http://localhost:{port}", f"http://127.0.0.1:{plaid}", log)
    try:
        if not wait_until(lambda: run.address in run.said() or process.poll() is not None, seconds=60):
            raise AssertionError(f"it did not come up: {run.said()}")
        yield run
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


def keepless(folder: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "keepless", *arguments],
        cwd=folder,
        env=environment(folder, **changed),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
