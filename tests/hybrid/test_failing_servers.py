"""Valkey dies, hangs, is full, takes no writes, while people look: right figures, no error, and hits again by itself.

Each visitor has bought something that nobody else has, so that another's figures would show.
"""

import os
import signal
import time
from contextlib import ExitStack, contextmanager

import pytest
from hybrid.replicas import copy_envelope, new_secrets, replicas
from hybrid.traffic import Visitor, traffic
from support.local_plaid import local_plaid as serve
from support.run import wait_until
from support.valkey import valkey_cluster, valkey_server
from valkey.crc import key_slot

# How long the cluster's traffic lasts, in seconds; `make bench` and whoever wants to know more set it higher.
SECONDS = float(os.environ.get("KEEPLESS_TRAFFIC_SECONDS", "6"))
PEOPLE = 9
RECOVERY = 30  # seconds that hits may take to come back on a busy machine; a pause is 5 at most
CLUSTER = ("--cluster-enabled", "yes", "--cluster-node-timeout", "500", "--cluster-require-full-coverage", "no")


@pytest.fixture(scope="module")
def plaid():
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def town(plaid, tmp_path_factory):
    """One Valkey, two replicas."""
    settings, folder = new_secrets(), tmp_path_factory.mktemp("logs")
    with ExitStack() as stack:
        box = [stack.enter_context(valkey_server())]
        sites = stack.enter_context(replicas(2, settings, plaid=plaid.url, cache=box[0].url, folder=folder))
        yield box, sites, folder, stack


@contextmanager
def stopped(box, _stack):
    """It stands still: whoever asks waits until their patience is over."""
    box[0].process.send_signal(signal.SIGSTOP)
    yield
    box[0].process.send_signal(signal.SIGCONT)


@contextmanager
def killed(box, stack):
    """Its process is gone, with all that it had; another is started in its place."""
    box[0].kill()
    yield
    box[0] = stack.enter_context(valkey_server(port=box[0].port))


@contextmanager
def full(box, _stack):
    """Nothing more may be written, and what is there stays."""
    box[0].call("CONFIG", "SET", "maxmemory-policy", "noeviction")
    box[0].call("CONFIG", "SET", "maxmemory", "1mb")
    yield
    box[0].call("CONFIG", "SET", "maxmemory", "0")


@contextmanager
def read_only(box, _stack):
    """It has become the replica of a server that cannot be reached, as in a failover."""
    box[0].call("CONFIG", "SET", "replica-serve-stale-data", "yes")
    box[0].call("REPLICAOF", "127.0.0.1", 9)
    yield
    box[0].call("REPLICAOF", "NO", "ONE")


@contextmanager
def silent_replica(box, _stack):
    """The same, and it does not even give what it has (MASTERDOWN)."""
    box[0].call("CONFIG", "SET", "replica-serve-stale-data", "no")
    box[0].call("REPLICAOF", "127.0.0.1", 9)
    yield
    box[0].call("REPLICAOF", "NO", "ONE")
    box[0].call("CONFIG", "SET", "replica-serve-stale-data", "yes")


# Whether copies can still be read meanwhile.
TROUBLES = {stopped: False, killed: False, full: True, read_only: True, silent_replica: False}


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.__name__)
def test_nobody_notices_a_valkey_in_trouble_and_hits_come_back(town, plaid, trouble, record_property):
    box, sites, folder, stack = town
    visitors = [Visitor.arrived(plaid, sites[0]) for _ in range(4)]
    with traffic(visitors, sites) as observed:
        assert wait_until(lambda: observed.all_hit(len(visitors), time.monotonic() - 0.5), seconds=RECOVERY)
        with trouble(box, stack):
            began = time.monotonic()
            time.sleep(0.5)
            newcomer = Visitor.arrived(plaid, sites[1])
            first_look = newcomer.looks(sites[0], "live")
            time.sleep(1)
            during = observed.uses(began + 0.3)
        over = time.monotonic()
        back = wait_until(lambda: observed.all_hit(len(visitors), time.monotonic() - 0.5), seconds=RECOVERY)
        took = time.monotonic() - over
    newcomer.person.close()
    said = f"{trouble.__name__}: {len(observed.seen)} answers, during it {dict(during)}"
    record_property("said", f"a Valkey {said}; hits only again {took:.1f} s after")
    assert observed.faults() == []
    assert during
    assert (first_look.cache, first_look.fault) == ("bypass", "")
    if TROUBLES[trouble]:
        assert during["hit"] > 0
    else:
        assert set(during) <= {"bypass"}
    assert back
    assert no_traceback(folder)


def no_traceback(folder) -> bool:
    logs = "".join(path.read_text() for path in folder.iterdir())
    return "Traceback" not in logs and "unexpected error" not in logs


def test_a_cluster_loses_a_node_and_nobody_notices(plaid, tmp_path, record_property):
    """kill -9 of one of three primaries under traffic; it comes back empty-handed, and its slots are filled again."""
    settings = new_secrets()
    envelope = copy_envelope(settings)
    with ExitStack() as stack:
        nodes = stack.enter_context(valkey_cluster())
        addresses = ",".join(f"127.0.0.1:{node.port}" for node in nodes)
        sites = stack.enter_context(
            replicas(2, settings, plaid=plaid.url, cache=f"redis://{addresses}", folder=tmp_path)
        )
        visitors = [Visitor.arrived(plaid, sites[0]) for _ in range(PEOPLE)]
        while len({owner(envelope, each) for each in visitors}) < len(nodes):
            visitors.append(Visitor.arrived(plaid, sites[0]))
        victim = nodes[owner(envelope, visitors[0])]
        with traffic(visitors, sites) as observed:
            assert wait_until(lambda: observed.all_hit(len(visitors), time.monotonic() - 0.5), seconds=RECOVERY)
            time.sleep(SECONDS / 3)
            victim.kill()
            killed_at = time.monotonic()
            time.sleep(SECONDS / 3)
            without = observed.uses(killed_at + 0.3)
            stack.enter_context(valkey_server(*CLUSTER, port=victim.port, folder=victim.folder))
            back_at = time.monotonic()
            back = wait_until(lambda: observed.all_hit(len(visitors), time.monotonic() - 0.5), seconds=RECOVERY)
            took = time.monotonic() - back_at
            time.sleep(SECONDS / 3)
        said = f"{len(observed.seen)} answers, {dict(observed.uses())}; without the node {dict(without)}"
        record_property("said", f"a cluster without one of three nodes: {said}; hits only again {took:.1f} s after")
    assert observed.faults() == []
    assert back
    assert without["bypass"] > 0  # those whose slot it had
    assert without["hit"] > without["bypass"] / 4  # the others went on
    assert no_traceback(tmp_path)


def owner(envelope, visitor: Visitor) -> int:
    """Which of the three nodes has the visitor's entry."""
    return key_slot(envelope.name(visitor.person.item_id).encode()) * 3 // 16_384
