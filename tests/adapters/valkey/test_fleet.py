"""Several servers: found by themselves, followed where they point, and one that dies takes its own names only."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from support.run import wait_until
from support.valkey import ValkeyServer, free_port, valkey_cluster, valkey_server
from valkey.crc import key_slot

from keepless.adapters.valkey import fleet
from keepless.adapters.valkey.cache import ValkeyCache
from keepless.core.secret import Secret
from keepless.errors import CacheFault

WEEK = timedelta(days=7)
PATIENCE = 5.0


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def _learns_at_once(monkeypatch):
    monkeypatch.setattr(fleet, "RELEARN_SECONDS", 0.0)


@pytest.fixture(scope="module")
def cluster() -> Iterator[list[ValkeyServer]]:
    with valkey_cluster() as servers:
        yield servers


@contextlib.contextmanager
def cache_at(*servers: ValkeyServer | int) -> Iterator[ValkeyCache]:
    hosts = ",".join(f"127.0.0.1:{getattr(server, 'port', server)}" for server in servers)
    cache = ValkeyCache(Secret(f"redis://{hosts}"), now, seconds=PATIENCE)
    try:
        yield cache
    finally:
        cache.close()


def names_of(place: int, *, of: int = 3) -> Iterator[str]:
    """Names whose slots the server at that place was given."""
    share = -(-fleet.SLOTS // of)
    names = (f"keepless:{number}" for number in range(100_000))
    return (name for name in names if key_slot(name.encode()) // share == place)


def keep(cache: ValkeyCache, name: str) -> int:
    claim = cache.claim(name, seconds=30)
    assert claim is not None
    assert cache.keep(name, claim, {"rows": name.encode()}, until=now() + WEEK)
    return claim


def test_one_node_is_enough_to_find_the_whole_cluster(cluster):
    with cache_at(cluster[1]) as cache:
        names = [next(names_of(place)) for place in (0, 1, 2)]
        for name in names:
            keep(cache, name)
        copies = cache.read([(name, "rows") for name in names])
        assert [copy.sealed for copy in copies] == [name.encode() for name in names]
        assert [server.call("EXISTS", name) for server, name in zip(cluster, names, strict=True)] == [1, 1, 1]
        for name in names:
            cache.forget(name)


def test_of_the_nodes_that_are_given_one_that_answers_is_enough(cluster):
    with cache_at(free_port(), free_port(), cluster[2]) as cache:
        name = next(names_of(0))
        faults = 0
        while faults < 3:
            try:
                cache.read([(name, "rows")])
                break
            except CacheFault:
                faults += 1
        assert faults == 2


def test_a_slot_that_has_moved_is_followed_and_remembered(cluster, monkeypatch):
    monkeypatch.setattr(fleet, "RELEARN_SECONDS", 1_000.0)  # the whole map is asked for once, before it moves
    name = list(zip(range(50), names_of(0), strict=False))[40][1]
    slot = key_slot(name.encode())
    with cache_at(cluster[0]) as cache:
        cache.read([(name, "rows"), (next(names_of(1)), "rows")])
        owner = cluster[1].call("CLUSTER", "MYID")
        for server in (cluster[1], cluster[0]):
            server.call("CLUSTER", "SETSLOT", slot, "NODE", owner)
        revision = keep(cache, name)
        assert cluster[1].call("HGET", name, "rows") == name.encode()
        before = reads_of(cluster[0])
        assert cache.read([(name, "rows")])[0].revision == revision
        assert reads_of(cluster[0]) == before, "it is not asked again"


def test_a_slot_that_is_on_its_way_is_asked_for_where_it_goes(cluster):
    name = list(zip(range(50), names_of(2), strict=False))[30][1]
    slot = key_slot(name.encode())
    source, target = (server.call("CLUSTER", "MYID") for server in (cluster[2], cluster[0]))
    cluster[0].call("CLUSTER", "SETSLOT", slot, "IMPORTING", source)
    cluster[2].call("CLUSTER", "SETSLOT", slot, "MIGRATING", target)
    try:
        with cache_at(*cluster) as cache:
            revision = keep(cache, name)
            assert cache.read([(name, "rows")])[0].revision == revision
            cache.forget(name)
    finally:
        for server in (cluster[0], cluster[2]):
            server.call("CLUSTER", "SETSLOT", slot, "STABLE")


def test_servers_that_point_at_each_other_for_ever_are_a_fault(cluster):
    """Two that each believe the other has the slot: gossip would mend it, so it is asked before that can be."""
    name = list(zip(range(50), names_of(1), strict=False))[20][1]
    slot = key_slot(name.encode())
    first, second = (server.call("CLUSTER", "MYID") for server in (cluster[1], cluster[2]))
    cluster[1].call("CLUSTER", "SETSLOT", slot, "NODE", second)
    cluster[2].call("CLUSTER", "SETSLOT", slot, "NODE", first)
    with cache_at(*cluster) as cache, pytest.raises(CacheFault) as fault:
        cache.claim(name, seconds=1)
    assert fault.value.reason == "unreachable"


def reads_of(server: ValkeyServer) -> int:
    with contextlib.closing(server.client()) as client:
        counts = client.info("commandstats")["cmdstat_hmget"]
        return counts["calls"] + counts["rejected_calls"]


def test_a_node_that_dies_takes_its_own_names_only_and_is_found_again():
    with valkey_cluster() as servers, cache_at(*servers) as cache:
        names = [next(names_of(place)) for place in (0, 1, 2)]
        for name in names:
            keep(cache, name)
        servers[1].kill()
        seen = []
        for _ in range(20):
            for name in names:
                try:
                    seen.append((name, cache.read([(name, "rows")])[0].sealed))
                except CacheFault as fault:
                    seen.append((name, fault.reason))
        alive = {(names[0], names[0].encode()), (names[2], names[2].encode())}
        assert set(seen) == {*alive, (names[1], "unreachable")}
        assert cache.status()["reachable"] is False
        slot, taker = key_slot(names[1].encode()), servers[2].call("CLUSTER", "MYID")
        for server in (servers[2], servers[0]):
            server.call("CLUSTER", "SETSLOT", slot, "NODE", taker)
        assert wait_until(lambda: works(cache, names[1])), "the others know who has its slot now"


def test_a_replica_that_takes_over_is_found():
    options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--repl-diskless-sync-delay", "0")
    with (
        valkey_server(*options) as primary,
        valkey_server(*options) as replica,
        cache_at(primary, replica) as cache,
    ):
        primary.call("CLUSTER", "ADDSLOTSRANGE", 0, fleet.SLOTS - 1)
        replica.call("CLUSTER", "MEET", "127.0.0.1", primary.port)
        node = primary.call("CLUSTER", "MYID")
        assert wait_until(lambda: replicates(replica, node))
        assert wait_until(lambda: works(cache))
        revision = keep(cache, "keepless:x")
        assert primary.call("WAIT", 1, 5_000) == 1
        primary.kill()
        replica.call("CLUSTER", "FAILOVER", "TAKEOVER")
        assert wait_until(lambda: works(cache))
        copy = cache.read([("keepless:x", "rows")])[0]
        assert (copy.revision, copy.sealed) == (revision, b"keepless:x")
        assert keep(cache, "keepless:x") > revision


def replicates(replica: ValkeyServer, node: object) -> bool:
    try:
        replica.call("CLUSTER", "REPLICATE", node)
    except Exception:  # noqa: BLE001 - it has not heard of that node yet
        return False
    with contextlib.closing(replica.client()) as client:
        return client.info("replication")["master_link_status"] == "up"


def works(cache: ValkeyCache, name: str = "keepless:probe") -> bool:
    try:
        cache.claim(name, seconds=1)
    except CacheFault:
        return False
    return True


def test_the_second_of_two_hosts_is_asked_while_the_first_is_down():
    with valkey_server() as server, cache_at(free_port(), server) as cache:
        with pytest.raises(CacheFault):
            cache.read([("keepless:x", "rows")])
        assert cache.read([("keepless:x", "rows")])[0].revision is None


@pytest.mark.parametrize("port", [0, -1])
def test_a_map_that_names_a_socket_of_this_machine_is_not_believed(port):
    asked = fleet.Server("127.0.0.1", 7000)
    with pytest.raises(ValueError):  # noqa: PT011 - it is told from nothing else
        fleet._owners([[0, fleet.SLOTS - 1, [b"/run/somebody.sock", port]]], asked)
    assert set(fleet._owners([[0, fleet.SLOTS - 1, [b"10.0.0.1", 7001]]], asked)) == {fleet.Server("10.0.0.1", 7001)}
