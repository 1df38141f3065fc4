"""A client of ours for the local Plaid, and a server that misbehaves in ways the local Plaid does not."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import BankRef, BankSnapshot
from keepless.core.secret import Secret

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
BANK = BankRef("item-from-cookie", "ins_from_cookie", "Name from cookie")


class Bench:
    """A client that notes its pauses instead of sleeping, and short ways to use it."""

    def __init__(self, url: str, **changes: object) -> None:
        self.pauses: list[float] = []
        settings = {"environment": "local", "clock": lambda: NOW, "sleep": self.pauses.append} | changes
        self.client = PlaidClient(url, "test-client", Secret("test-secret"), **settings)  # type: ignore[arg-type]

    def fetch(self, token: str, *, days: int = 90, expected: int | None = None) -> BankSnapshot:
        today = dt.datetime.now(dt.UTC).date()
        start = today - dt.timedelta(days=days)
        return self.client.fetch(Secret(token), BANK, start=start, end=today, expected=expected)


BenchMaker = Callable[..., Bench]


class Answer:
    """A status, headers and a body, sent as they are."""

    def __init__(self, status: int = 200, body: bytes = b"{}", trickle: float = 0, **headers: str) -> None:
        self.status = status
        self.body = body
        self.trickle = trickle  # seconds between each two bytes
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that hangs up is what some tests are about."""


class RudeServer:
    """Answers every POST with `answer`, and remembers paths and headers."""

    def __init__(self) -> None:
        self.answer = Answer()
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        rude = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                answer = rude.answer  # this call's, though the next may get another
                rude.paths.append(self.path)
                rude.headers.append({name.lower(): value for name, value in self.headers.items()})
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(answer.status)
                for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                step = 1 if answer.trickle else max(len(answer.body), 1)
                for at in range(0, len(answer.body), step):
                    self.wfile.write(answer.body[at : at + step])
                    time.sleep(answer.trickle)

            def log_message(self, *_: object) -> None:
                pass

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
