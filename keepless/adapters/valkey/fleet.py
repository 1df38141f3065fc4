"""Which server to ask for a name: the only one there is, or the one that a cluster has given its slot to."""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from valkey.crc import key_slot
from valkey.exceptions import ResponseError

from keepless.adapters.valkey.address import Address, Server
from keepless.adapters.valkey.connection import Command, Reply
from keepless.adapters.valkey.node import Node
from keepless.errors import CacheFault
from keepless.ports import Clock

SLOTS = 16_384
MAX_REDIRECTS = 3
RELEARN_SECONDS = 0.5
_REDIRECT = re.compile(r"(?P<kind>MOVED|ASK) [0-9]+ (?P<host>\S*):(?P<port>[1-9][0-9]{0,4})")
_ASKING = Command(("ASKING",), lambda reply: reply == b"OK")
_CLUSTER_SLOTS = Command(("CLUSTER", "SLOTS"), lambda reply: isinstance(reply, list))


class Fleet:
    """The servers of an address. Whether they are a cluster shows as the first answer points elsewhere.

    Safe to share between threads.
    """

    def __init__(self, address: Address, *, clock: Clock, seconds: float) -> None:
        self._address = address
        self._clock = clock
        self._seconds = seconds
        self._given = [self._new_node(server) for server in address.servers]
        self._nodes = {node.server: node for node in self._given}
        self._owners: list[Server | None] = []  # by slot; empty while they are no cluster
        self._learning = threading.Lock()
        self._learn_after = 0.0

    def ask(self, asked: Sequence[tuple[str, Command]]) -> list[Reply]:
        """The reply to each command about a name, a refused one's ResponseError among them, in the same order.

        One round trip to each server that is concerned. Raises CacheFault where one of them does not answer.
        """
        by_node: dict[Node, list[int]] = {}
        for place, (name, _) in enumerate(asked):
            by_node.setdefault(self._owner(name), []).append(place)
        replies: list[Reply] = [None] * len(asked)
        for node, places in by_node.items():
            for place, reply in zip(places, self._ask(node, [asked[place][1] for place in places]), strict=True):
                replies[place] = self._followed(node, reply, *asked[place])
        return replies

    def nodes(self) -> list[Node]:
        return list(self._nodes.values())

    def refused(self, name: str, reason: str) -> None:
        """Notes with the server of a name that it would not do what it was asked."""
        self._owner(name).refused(reason)

    def close(self) -> None:
        for node in self.nodes():
            node.close()

    def _owner(self, name: str) -> Node:
        server = self._owners[key_slot(name.encode())] if self._owners else None
        if server is not None:
            return self._node(server)
        return next((node for node in self._given if not node.is_failing), self._given[0])

    def _ask(self, node: Node, commands: Sequence[Command]) -> list[Reply]:
        try:
            return node.ask(commands)
        except CacheFault:
            if self._owners:
                self._learn(node for node in self.nodes() if not node.is_failing)  # another may have taken over
            raise

    def _followed(self, node: Node, reply: Reply, name: str, command: Command) -> Reply:
        """The reply, from wherever the servers point to (Valkey's cluster specification, MOVED and ASK redirection)."""
        for _ in range(MAX_REDIRECTS):
            redirect = _Redirect.of(reply, node.server)
            if redirect is None:
                break
            node = self._node(redirect.server)
            if redirect.is_once:
                reply = self._ask(node, [_ASKING, command])[1]
            else:
                if not self._owners:
                    self._owners = [None] * SLOTS
                self._owners[key_slot(name.encode())] = redirect.server
                self._learn(iter([node]))
                reply = self._ask(node, [command])[0]
        return reply

    def _learn(self, nodes: Iterator[Node]) -> None:
        """Asks for the whole map, one thread at a time and not again at once; without it, redirects lead the way."""
        if not self._learning.acquire(blocking=False):
            return
        try:
            if time.monotonic() < self._learn_after:
                return
            self._learn_after = time.monotonic() + RELEARN_SECONDS
            for node in nodes:
                try:
                    owners = _owners(node.ask([_CLUSTER_SLOTS])[0], node.server)
                except (CacheFault, ValueError, TypeError, LookupError, AttributeError):  # a map of another shape
                    continue
                self._owners = owners
                kept = {server for server in owners if server} | set(self._address.servers)
                for server in self._nodes.keys() - kept:
                    self._nodes.pop(server).close()
                return
        finally:
            self._learning.release()

    def _node(self, server: Server) -> Node:
        return self._nodes.get(server) or self._nodes.setdefault(server, self._new_node(server))

    def _new_node(self, server: Server) -> Node:
        return Node(server, self._address.login, self._address.tls, clock=self._clock, seconds=self._seconds)


class _Redirect(NamedTuple):
    """What an error reply says of where to ask instead: `MOVED slot host:port` for good, `ASK slot host:port` once."""

    server: Server
    is_once: bool

    @classmethod
    def of(cls, reply: Reply, asked: Server) -> "_Redirect | None":
        shape = _REDIRECT.fullmatch(str(reply)) if isinstance(reply, ResponseError) else None
        if shape is None:
            return None
        return cls(Server(shape["host"].strip("[]") or asked.host, int(shape["port"])), shape["kind"] == "ASK")


def _owners(reply: Reply, asked: Server) -> list[Server | None]:
    """The primary of each slot, from the reply to CLUSTER SLOTS. Raises ValueError, TypeError or LookupError."""
    if not isinstance(reply, list):
        raise TypeError
    owners: list[Server | None] = [None] * SLOTS
    for first, last, (host, port, *_), *_ in reply:
        if not 0 <= first <= last < SLOTS:
            raise ValueError
        # A node may leave its host out: it is the one that was asked then.
        server = Server((host or b"").decode("ascii") or asked.host, int(port))
        if server.port < 1:  # nobody in a cluster is one: it would have us knock at any socket of this machine
            raise ValueError
        owners[first : last + 1] = [server] * (last + 1 - first)
    return owners
