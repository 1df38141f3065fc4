"""One server of the cache: its connections, and what is known of it."""

import ssl
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime  # noqa: TC003 - as in the signatures beside it

from keepless.adapters.pause import Pause
from keepless.adapters.valkey import faults
from keepless.adapters.valkey.address import Login, Server
from keepless.adapters.valkey.connection import Command, Connection, Reply
from keepless.adapters.valkey.sockets import LATENESS
from keepless.errors import CacheFault
from keepless.ports import Clock

MAX_IDLE = 64  # connections that are kept; a process has about as many threads
# Connections that one process opens at the same moment: with TLS each costs some milliseconds of CPU, and a whole
# process of threads that all begin at once would make each other late.
OPENING_AT_ONCE = 4


class Node:
    """Asks one server, within `seconds` for connecting and again for the exchange. Safe to share between threads."""

    def __init__(
        self, server: Server, login: Login, tls: ssl.SSLContext | None, *, clock: Clock, seconds: float
    ) -> None:
        self.server = server
        self._login = login
        self._tls = tls
        self._clock = clock
        self._seconds = seconds
        self._pause = Pause(time.monotonic, CacheFault)
        self._idle: list[Connection] = []
        self._opening = threading.BoundedSemaphore(OPENING_AT_ONCE)
        self.reachable: bool | None = None
        self.since: datetime | None = None
        self.last_fault: str | None = None

    @property
    def is_failing(self) -> bool:
        return self._pause.is_on

    def ask(self, commands: Sequence[Command]) -> list[Reply]:
        """The reply to each command, all in one round trip; a refused one's reply is its ResponseError.

        Raises CacheFault where no replies came, and at once for a while after that.
        """
        is_probe = self._pause.enter()
        connection = None
        try:
            connection = self._take(is_probe=is_probe)
            replies = connection.exchange(commands)
        except CacheFault as fault:  # it was not asked, so nothing is known of it
            if is_probe:
                self._pause.failed(fault.reason, as_probe=True)
            raise
        except Exception as cause:  # noqa: BLE001 - a parser that is fed with rubbish raises what it likes
            if connection is not None:
                connection.close()
            reason = faults.of_exchange(cause)
            self._pause.failed(reason, as_probe=is_probe)
            self._note(reachable=False, fault=reason)
            raise CacheFault(reason) from None
        self._pause.succeeded()
        self._note(reachable=True)
        if len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()
        return replies

    def refused(self, reason: str) -> None:
        """Notes that the server answered, and would not do what it was asked."""
        self.last_fault = reason

    def close(self) -> None:
        """Closes the connections that nobody uses. The next question opens another."""
        while self._idle:
            self._idle.pop().close()

    def _take(self, *, is_probe: bool) -> Connection:
        """A connection that is ready. Raises what the client raises, and CacheFault where too many are being opened."""
        if connection := self._ready():
            return connection
        if not self._opening.acquire(timeout=self._seconds * LATENESS):
            raise CacheFault(faults.SLOW)
        try:
            if connection := self._ready():  # given back while this thread waited
                return connection
            if self._pause.is_on and not is_probe:
                raise CacheFault(self.last_fault or faults.SLOW)
            connection = Connection(self.server, self._login, self._tls, seconds=self._seconds)
            connection.open()
            return connection
        finally:
            self._opening.release()

    def _ready(self) -> Connection | None:
        """A connection that waited for its next use, and on which nothing has happened meanwhile."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                return None
            with suppress(Exception):  # whatever is wrong with it, another is opened
                if connection.is_ready():
                    return connection
            connection.close()
        return None

    def _note(self, *, reachable: bool, fault: str | None = None) -> None:
        if reachable is not self.reachable:
            self.reachable, self.since = reachable, self._clock()
        if fault is not None:
            self.last_fault = fault
