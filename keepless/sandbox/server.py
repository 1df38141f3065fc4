"""Runs the local Plaid: for a person until they stop it, or in a thread for a test."""

import contextlib
import errno
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import uvicorn

from keepless.sandbox.app import create_app
from keepless.sandbox.options import Options
from keepless.sandbox.world import World

_BACKLOG = 4096  # a load test opens thousands of connections at once
_KEEP_ALIVE = 120  # seconds; longer than a client's pool keeps an idle connection
_STOP_WITHIN = 1  # seconds that calls under way are given


class CannotListen(Exception):
    """The address cannot be had; the text says why."""


@dataclass(frozen=True, slots=True)
class RunningSandbox:
    """A local Plaid that answers at `url`."""

    url: str
    world: World


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()


def run(options: Options) -> None:
    """Serves until SIGINT or SIGTERM; prints one line when it listens. Raises CannotListen and BadUsersFolder."""
    listener, options = _listen(options)
    with listener:
        server, _ = _server(options, lambda: print(f"Local Plaid on {_url(options)}", flush=True))  # noqa: T201
        previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            # The server stops in order on either signal and raises it again afterwards.
            with contextlib.suppress(KeyboardInterrupt):
                server.run(sockets=[listener])
        finally:
            signal.signal(signal.SIGTERM, previous)


@contextlib.contextmanager
def serve_in_thread(options: Options) -> Iterator[RunningSandbox]:
    """Serves while the block runs. Raises as `run` does."""
    listener, options = _listen(options)
    with listener:
        ready = threading.Event()
        server, world = _server(options, ready.set)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="local-plaid", daemon=True)
        thread.start()
        try:
            ready.wait()
            yield RunningSandbox(_url(options), world)
        finally:
            server.should_exit = True
            thread.join()


def _server(options: Options, on_ready: Callable[[], None]) -> tuple[_Server, World]:
    app = create_app(options)
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_STOP_WITHIN,
    )
    server = _Server(config, on_ready)
    app.state.connections = lambda: server.server_state.connections
    return server, app.state.world


def _listen(options: Options) -> tuple[socket.socket, Options]:
    """A bound socket, and the options with the port it got."""
    # asyncio turns Nagle off only where the protocol is named; without that a small answer waits 40 ms for an ACK.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((options.host, options.port))
        listener.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "it is in use" if taken else str(error)
        at = f"{options.host}:{options.port}"
        raise CannotListen(f"{at} cannot be listened on ({why}); choose another with --port, 0 for any") from None
    return listener, replace(options, port=listener.getsockname()[1])


def _url(options: Options) -> str:
    return f"http://{options.host}:{options.port}"
