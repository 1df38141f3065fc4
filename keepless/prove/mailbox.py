"""The mailbox of the people of a run: a small SMTP server in this process, which keeps mails in memory.

A mailbox is its owner's and not the server's, so what arrives here is looked at for its sign-in link and for nothing
else.
"""

import email
import email.policy
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

_LINK = re.compile(r"https?://\S+")


class Mailbox(socketserver.ThreadingTCPServer):
    """Takes every mail. `url` is what MAIL_URL names."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self._arrived = threading.Condition()
        self._mails: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=keepless@example.test"

    def deliver(self, to: str, raw: bytes) -> None:
        """Keeps one mail."""
        read = email.message_from_bytes(raw, policy=email.policy.default)
        body = read.get_body(("plain",))
        with self._arrived:
            self._mails.append((to, str(body.get_content()) if body is not None else ""))
            self._arrived.notify_all()

    def newest_link(self, to: str, *, within: float = 20.0) -> str:
        """The address in the newest mail to somebody; it is waited for. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: any(who == to for who, _ in self._mails), within):
                raise TimeoutError("no mail came")
            text = next(text for who, text in reversed(self._mails) if who == to)
            self._mails = [mail for mail in self._mails if mail[0] != to]
        found = _LINK.search(text)
        if found is None:
            raise TimeoutError("a mail came without a link")
        return found[0]


class _Session(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321), as far as a mail that is sent needs it."""

    timeout = 20

    def handle(self) -> None:
        to = ""
        self._say("220 mailbox")
        while line := self.rfile.readline(4096):
            word = line[:4].upper()
            if word == b"QUIT":
                self._say("221 bye")
                return
            if word == b"RCPT":
                to = line.decode("utf-8", "replace").partition("<")[2].partition(">")[0]
            if word == b"DATA":
                self._say("354 go on")
                cast("Mailbox", self.server).deliver(to, self._content())
            self._say("250 fine")

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(8192)) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """One that takes mails for the block."""
    with Mailbox() as taking:
        thread = threading.Thread(target=taking.serve_forever, name="mailbox", daemon=True)
        thread.start()
        try:
            yield taking
        finally:
            taking.shutdown()
            thread.join()
