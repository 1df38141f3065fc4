"""A Valkey that is away, slow, full, read-only, closed to us or mad: a CacheFault each time, and over by itself."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.certificates import make_certificates
from support.proxy import Conversation, forward, listening, tls_proxy
from support.run import wait_until
from support.valkey import ValkeyServer, free_port, valkey_server

from keepless.adapters import pause
from keepless.adapters.valkey import connection, sockets
from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.ports import Copy

NAME = "keepless:name"
WEEK = timedelta(days=7)
# Enough for a server that answers, on a machine that is busy with other tests.
PATIENCE = 5.0


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch):
    monkeypatch.setattr(pause, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(pause, "LONGEST_SECONDS", 0.02)


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey_server() as running:
        yield running


@contextlib.contextmanager
def cache_at(url: str, *, seconds: float = PATIENCE) -> Iterator[ValkeyCache]:
    cache = ValkeyCache(Secret(url), now, seconds=seconds)
    try:
        yield cache
    finally:
        cache.close()


EVERY_METHOD: dict[str, Callable[[ValkeyCache], object]] = {
    "read": lambda cache: cache.read([(NAME, "rows")]),
    "claim": lambda cache: cache.claim(NAME, seconds=1),
    "keep": lambda cache: cache.keep(NAME, 1, {"rows": b"x"}, until=now() + WEEK),
    "add": lambda cache: cache.add(NAME, 1, "rows", b"x"),
    "release": lambda cache: cache.release(NAME, 1),
    "mark_stale": lambda cache: cache.mark_stale(NAME),
    "note_problem": lambda cache: cache.note_problem(NAME, "ITEM_LOCKED reconnect"),
    "forget": lambda cache: cache.forget(NAME),
}


def reason_of(cache: ValkeyCache, method: str = "read") -> str:
    with pytest.raises(CacheFault) as fault:
        EVERY_METHOD[method](cache)
    return fault.value.reason


def works(cache: ValkeyCache) -> bool:
    try:
        cache.read([(NAME, "rows")])
    except CacheFault:
        return False
    return True


def recovers(cache: ValkeyCache) -> bool:
    return wait_until(lambda: works(cache)) and cache.status()["reachable"] is True


# --- the way to it ---------------------------------------------------------------------------------------------------


class Moods:
    """What a proxy does to those who come: `mood` is set by the test."""

    def __init__(self, mood: Conversation) -> None:
        self.mood = mood

    def talk(self, visitor: socket.socket) -> None:
        self.mood(visitor)


def silent(visitor: socket.socket) -> None:
    while visitor.recv(65_536):
        pass


def hanging_up(visitor: socket.socket) -> None:
    visitor.recv(65_536)


def dribbling(visitor: socket.socket) -> None:
    """An answer of a megabyte, a byte at a time: each comes soon, the whole never."""
    visitor.recv(65_536)
    visitor.sendall(b"*5\r\n$1000000\r\n")
    while True:
        visitor.sendall(b"x")
        time.sleep(0.01)


def flooding(visitor: socket.socket) -> None:
    visitor.recv(65_536)
    visitor.sendall(b"*5\r\n$100000000000\r\n")
    while True:
        visitor.sendall(b"x" * 65_536)


def saying(words: bytes) -> Conversation:
    """The same words to whoever asks once, and good-bye."""

    def talk(visitor: socket.socket) -> None:
        visitor.recv(65_536)
        visitor.sendall(words)

    return talk


def half_of(server: ValkeyServer) -> Conversation:
    """The first half of the server's first answer."""

    def cut(data: bytes, visitor: socket.socket) -> bool:
        visitor.sendall(data[: len(data) // 2])
        return False

    return lambda visitor: forward(visitor, server.port, change=cut)


def slow(server: ValkeyServer, *, seconds: float = 0.2) -> Conversation:
    def late(data: bytes, visitor: socket.socket) -> bool:
        time.sleep(seconds)
        visitor.sendall(data)
        return True

    return lambda visitor: forward(visitor, server.port, change=late)


BROKEN: dict[str, tuple[Callable[[ValkeyServer], Conversation], str, float]] = {
    "silent": (lambda _: silent, "slow", 0.05),
    "slow": (slow, "slow", 0.05),
    "dribbling": (lambda _: dribbling, "slow", 0.05),
    "flooding": (lambda _: flooding, "rubbish", PATIENCE),
    "hanging up": (lambda _: hanging_up, "unreachable", PATIENCE),
    "closed in the middle of an answer": (half_of, "unreachable", PATIENCE),
    "a web server": (lambda _: saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), "rubbish", PATIENCE),
    "bytes at random": (lambda _: saying(bytes(range(255, 13, -1)) + b"\r\n"), "rubbish", PATIENCE),
    "no number where one belongs": (lambda _: saying(b"*many\r\n"), "rubbish", PATIENCE),
    "lists without end": (lambda _: saying(b"*1\r\n" * 10_000), "rubbish", PATIENCE),
    "another shape": (lambda _: saying(b"*2\r\n:1\r\n:2\r\n"), "rubbish", PATIENCE),
    "too few fields": (lambda _: saying(b"*1\r\n$1\r\nx\r\n"), "rubbish", PATIENCE),
    "a text": (lambda _: saying(b"+OK\r\n"), "rubbish", PATIENCE),
    "pointing to nowhere": (lambda _: saying(b"-MOVED 1 127.0.0.1:http\r\n"), "unreachable", PATIENCE),
    "loading": (lambda _: saying(b"-LOADING Valkey is loading the dataset in memory\r\n"), "unreachable", PATIENCE),
    "too many clients": (lambda _: saying(b"-ERR max number of clients reached\r\n"), "unreachable", PATIENCE),
    "cluster down": (lambda _: saying(b"-CLUSTERDOWN The cluster is down\r\n"), "unreachable", PATIENCE),
    "its primary is down": (lambda _: saying(b"-MASTERDOWN Link with MASTER is down\r\n"), "unreachable", PATIENCE),
    "in someone's script": (lambda _: saying(b"-BUSY Valkey is busy running a script\r\n"), "slow", PATIENCE),
    "unwilling": (lambda _: saying(b"-ERR unknown command\r\n"), "refused", PATIENCE),
}


@pytest.mark.parametrize(("talk", "reason", "seconds"), BROKEN.values(), ids=BROKEN.keys())
def test_a_way_that_is_broken_is_a_fault_and_recovers(server, talk, reason, seconds):
    moods = Moods(talk(server))
    with (
        listening(moods.talk) as port,
        cache_at(f"redis://127.0.0.1:{port}", seconds=seconds) as cache,
    ):
        assert reason_of(cache) == reason
        assert cache.status()["last_fault"] == reason
        moods.mood = lambda visitor: forward(visitor, server.port)
        assert recovers(cache)


@pytest.mark.parametrize("method", EVERY_METHOD)
@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (b"?\r\n", "rubbish"),
        (b"$3\r\nabc\r\n", "rubbish"),
        (b"*0\r\n", "rubbish"),
        (b":7\r\n", "rubbish"),
        (b"-ERR no\r\n", "refused"),
        (b"", "unreachable"),
    ],
)
def test_whatever_comes_back_each_method_raises_a_cache_fault_and_nothing_else(words, reason, method):
    with listening(saying(words)) as port, cache_at(f"redis://127.0.0.1:{port}") as cache:
        assert reason_of(cache, method) == reason


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.binary(max_size=80),
        st.lists(st.sampled_from([b"*5", b"$3", b"abc", b"$-1", b"*-1", b":1", b"-MOVED 1 x:1", b"+", b"-", b"$"])).map(
            lambda lines: b"".join(line + b"\r\n" for line in lines)
        ),
    )
)
def test_any_bytes_at_all_are_an_answer_or_a_cache_fault(words):
    with listening(saying(words)) as port, cache_at(f"redis://127.0.0.1:{port}") as cache:
        with contextlib.suppress(CacheFault):
            cache.read([(NAME, "rows")])
        with contextlib.suppress(CacheFault):
            cache.claim(NAME, seconds=1)


def test_nobody_at_home_is_a_fault_until_somebody_is():
    port = free_port()
    with cache_at(f"redis://127.0.0.1:{port}") as cache:
        assert cache.status() == {"reachable": None, "since": None, "last_fault": None}
        assert {method: reason_of(cache, method) for method in EVERY_METHOD} == dict.fromkeys(
            EVERY_METHOD, "unreachable"
        )
        away = cache.status()
        assert (away["reachable"], away["last_fault"]) == (False, "unreachable")
        with valkey_server(port=port):
            assert recovers(cache)
            assert cache.status()["since"] > away["since"]
            assert cache.status()["last_fault"] == "unreachable"
        assert reason_of(cache) == "unreachable"


def test_a_socket_that_is_not_there_and_a_name_that_means_nothing_are_faults(tmp_path):
    with cache_at(f"unix://{tmp_path}/none.sock") as cache:
        assert reason_of(cache) == "unreachable"
    with cache_at("redis://no-such-host.invalid") as cache:
        assert reason_of(cache) in {"unreachable", "slow"}
    with cache_at("redis://no..name") as cache:
        assert reason_of(cache) == "unreachable"


def test_a_name_that_takes_long_to_look_up_is_not_waited_for(monkeypatch):
    answered = threading.Event()
    monkeypatch.setattr(sockets.socket, "getaddrinfo", lambda *_, **__: answered.wait(30) and [])
    with cache_at("redis://slow.example", seconds=0.05) as cache:
        assert reason_of(cache) == "slow"
    answered.set()


def test_connections_that_the_server_closed_while_they_were_idle_are_opened_anew_unnoticed():
    port = free_port()
    with cache_at(f"redis://127.0.0.1:{port}") as cache:
        for _ in range(3):
            with valkey_server(port=port):
                assert recovers(cache)
        with valkey_server(port=port) as server:
            assert recovers(cache)
            server.call("CLIENT", "KILL", "TYPE", "normal")
            assert works(cache)


def test_one_connection_serves_one_question_after_the_other_but_not_in_another_process(monkeypatch):
    with valkey_server() as server, cache_at(server.url) as cache:
        works(cache)
        made = connections_to(server)
        assert all(works(cache) for _ in range(20))
        assert connections_to(server) == made + 1, "that of the question itself"
        here = os.getpid()
        monkeypatch.setattr(connection.os, "getpid", lambda: here + 1)
        assert works(cache)
        assert connections_to(server) == made + 3


def connections_to(server: ValkeyServer) -> int:
    with contextlib.closing(server.client()) as client:
        return client.info("stats")["total_connections_received"]


def test_an_answer_that_comes_too_late_is_never_taken_for_that_of_the_next_question(server):
    """The connection on which the claim's answer is still to come must not be used again."""
    moods = Moods(slow(server, seconds=1.0))
    with (
        listening(moods.talk) as port,
        cache_at(f"redis://127.0.0.1:{port}", seconds=0.5) as cache,
    ):
        assert reason_of(cache, "claim") == "slow"
        moods.mood = lambda visitor: forward(visitor, server.port)
        assert cache.read([(NAME, "rows")] * 3) == [Copy()] * 3


def test_when_its_time_is_over_what_is_there_is_taken_and_crumbs_are_not_waited_for(monkeypatch):
    monkeypatch.setattr(sockets, "LATENESS", 1e18)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        bounded = sockets.BoundedSocket(ours, 1e-9)
        bounded.sendall(b"?")
        for piece in (b"x" * 20_000, b"y" * 20_000, *[b"z"] * (sockets.MAX_LATE_CRUMBS + 1)):
            theirs.sendall(piece)
            assert bounded.recv(65_536) == piece
        theirs.sendall(b"z")
        with pytest.raises(TimeoutError):
            bounded.recv(65_536)
        bounded.sendall(b"?")
        assert bounded.recv(65_536) == b"z", "the next question has its own time"


def test_what_comes_far_too_late_is_not_taken_at_all():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        bounded = sockets.BoundedSocket(ours, 1e-9)
        bounded.sendall(b"?")
        theirs.sendall(b"x")
        with pytest.raises(TimeoutError):
            bounded.recv(65_536)


# --- what the server itself refuses ----------------------------------------------------------------------------------


def fill(cache: ValkeyCache) -> int:
    claim = cache.claim(NAME, seconds=30)
    assert claim is not None
    assert cache.keep(NAME, claim, {"rows": b"x"}, until=now() + WEEK)
    return claim


def test_a_full_server_keeps_nothing_new_still_reads_and_forgets(server):
    with valkey_server("--maxmemory", "100mb", "--maxmemory-policy", "noeviction") as full, cache_at(full.url) as cache:
        fill(cache)
        full.call("CONFIG", "SET", "maxmemory", "1")
        assert reason_of(cache, "claim") == "full"
        assert cache.read([(NAME, "rows")])[0].sealed == b"x"
        assert (cache.status()["reachable"], cache.status()["last_fault"]) == (True, "full")
        cache.forget(NAME)
        assert cache.read([(NAME, "rows")])[0].revision is None
        full.call("CONFIG", "SET", "maxmemory", "100mb")
        assert reason_of(cache, "claim") == "forgotten"
        assert cache.claim(f"{NAME}/other", seconds=1) is not None


def test_a_replica_reads_and_keeps_nothing():
    with valkey_server() as server, cache_at(server.url) as cache:
        fill(cache)
        server.call("REPLICAOF", "127.0.0.1", str(free_port()))
        assert {reason_of(cache, method) for method in ("claim", "forget")} == {"read_only"}
        assert cache.read([(NAME, "rows")])[0].sealed == b"x"
        server.call("REPLICAOF", "NO", "ONE")
        assert cache.claim(NAME, seconds=1) is not None


def test_a_server_that_cannot_write_its_snapshot_takes_nothing_new(tmp_path):
    with valkey_server("--save", "3600", "1", folder=tmp_path) as server, cache_at(server.url) as cache:
        fill(cache)
        (tmp_path / "dump.rdb").unlink(missing_ok=True)
        (tmp_path / "dump.rdb").mkdir()
        server.call("BGSAVE")
        assert wait_until(lambda: b"rdb_last_bgsave_status:err" in info(server))
        assert reason_of(cache, "claim") == "read_only"
        assert cache.read([(NAME, "rows")])[0].sealed == b"x"
        (tmp_path / "dump.rdb").rmdir()
        server.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no")
        assert cache.claim(NAME, seconds=1) is not None


def info(server: ValkeyServer) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port)) as plain, plain.makefile("rb") as answer:
        plain.sendall(b"INFO persistence\r\n")
        return answer.read(int(answer.readline()[1:]))


def test_a_password_that_is_missing_or_wrong_is_refused_and_the_right_one_opens():
    with valkey_server("--requirepass", "right") as server:
        for user in ("", ":wrong@", "nobody:right@"):
            with cache_at(f"redis://{user}127.0.0.1:{server.port}") as cache:
                assert reason_of(cache) == "refused"
                assert "right" not in repr(cache.status())
        with cache_at(f"redis://:right@127.0.0.1:{server.port}/3") as cache:
            fill(cache)
            assert cache.read([(NAME, "rows")])[0].sealed == b"x"
        with cache_at(f"redis://default:right@127.0.0.1:{server.port}/0") as cache:
            assert cache.read([(NAME, "rows")])[0].sealed is None, "another database"


def test_what_the_server_does_not_permit_is_refused():
    with valkey_server() as server:
        server.call("ACL", "SETUSER", "reader", "on", ">secret", "~*", "+hmget")
        with cache_at(f"redis://reader:secret@127.0.0.1:{server.port}") as cache:
            assert works(cache)
            assert reason_of(cache, "claim") == "refused"


def test_the_permissions_that_the_documents_name_are_enough():
    with valkey_server() as server:
        commands = ["hmget", "eval", "type", "del", "time", "hget", "hset", "hdel", "exists", "pexpire"]
        rules = [f"+{command}" for command in commands]
        server.call("ACL", "SETUSER", "keepless", "on", ">secret", "~keepless:*", *rules)
        with cache_at(f"redis://keepless:secret@127.0.0.1:{server.port}") as cache:
            revision = fill(cache)
            cache.mark_stale(NAME)
            cache.note_problem(NAME, None)
            assert cache.add(NAME, revision, "live", b"y")
            cache.release(NAME, cache.claim(NAME, seconds=5))
            cache.forget(NAME)


# --- certificates ----------------------------------------------------------------------------------------------------


def test_tls_needs_the_right_authority_the_right_name_and_our_certificate(server, tmp_path):
    (tmp_path / "other").mkdir()
    ours, others = make_certificates(tmp_path), make_certificates(tmp_path / "other")
    shown = f"ssl_certfile={ours.client}&ssl_keyfile={ours.key}"
    with tls_proxy(server.port, ours) as port:
        for url, opens in {
            f"rediss://localhost:{port}?ssl_ca_certs={ours.ca}&{shown}": True,
            f"rediss://localhost.localdomain:{port}?ssl_ca_certs={ours.ca}&{shown}": False,
            f"rediss://localhost:{port}?ssl_ca_certs={others.ca}&{shown}": False,
            f"rediss://localhost:{port}?ssl_ca_certs={ours.ca}": False,
            f"rediss://localhost:{port}?{shown}": False,
            f"redis://localhost:{port}": False,
        }.items():
            with cache_at(url) as cache:
                assert works(cache) is opens, url


def test_a_server_that_does_not_speak_tls_is_a_fault(server):
    with cache_at(f"rediss://127.0.0.1:{server.port}", seconds=0.2) as cache:
        assert reason_of(cache) in {"unreachable", "slow"}
