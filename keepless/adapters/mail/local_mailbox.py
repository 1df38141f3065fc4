"""The mailbox of a local run: what would be sent is printed on the terminal and kept for a while in memory."""

import sys
from collections import deque
from collections.abc import Callable
from datetime import datetime

import msgspec

from keepless.ports import Clock, Mail

MOST = 20
_RULE = "-" * 78


class Received(msgspec.Struct, frozen=True):
    """A mail, and when it came (UTC)."""

    mail: Mail
    at: datetime


class LocalMailbox:
    """`keepless.ports.Mailer` for a machine of one's own. Safe to share between threads; each process has its own."""

    def __init__(self, clock: Clock, write: Callable[[str], object] | None = None) -> None:
        """`write` prints; standard error where it is None, as that is then."""
        self._clock = clock
        self._write = write
        self._received: deque[Received] = deque(maxlen=MOST)

    def send(self, mail: Mail) -> None:
        self._received.append(Received(mail, self._clock()))
        block = f"\n{_RULE}\nMail to {mail.to}: {mail.subject}\n\n{mail.text.strip()}\n{_RULE}\n"
        if self._write is not None:
            self._write(block)
        else:
            sys.stderr.write(block)
            sys.stderr.flush()

    def received(self) -> list[Received]:
        """The last twenty, the newest first."""
        return list(reversed(self._received))
