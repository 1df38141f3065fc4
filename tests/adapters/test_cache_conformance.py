"""What every sealed cache does, be it this process's memory, a Valkey over each transport, or a cluster."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier

import pytest
from support.caches import Backend, cluster, memory, standalone, with_tls
from support.certificates import make_certificates

from keepless.errors import CacheFault
from keepless.ports import Copy

WEEK = timedelta(days=7)
_numbers = count()
NOTHING = Copy()


SERVERS = ["tcp", "unix socket", "tls", "cluster"]
of_servers = pytest.mark.parametrize("shared", SERVERS, indirect=True, scope="session")


@pytest.fixture(scope="session", params=["memory", *SERVERS])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    made = {
        "memory": memory,
        "tcp": standalone,
        "unix socket": lambda: standalone(unix=True),
        "tls": lambda: with_tls(make_certificates(tmp_path_factory.mktemp("certificates"))),
        "cluster": cluster,
    }
    with made[request.param]() as backend:
        yield backend


@pytest.fixture
def backend(shared: Backend) -> Iterator[Backend]:
    yield shared
    shared.clock.ahead = timedelta()


@pytest.fixture
def name() -> str:
    """A name that no test has used."""
    return f"keepless:{next(_numbers)}"


def keep(backend: Backend, name: str, **parts: bytes) -> int:
    """Claims and keeps an entry for a week; its revision."""
    claim = backend.cache.claim(name, seconds=30)
    assert claim is not None
    assert backend.cache.keep(name, claim, parts, until=backend.clock() + WEEK)
    return claim


def copy(backend: Backend, name: str, part: str = "rows") -> Copy:
    return backend.cache.read([(name, part)])[0]


def test_what_was_kept_is_read_part_by_part_in_the_order_asked_for(backend, name):
    revision = keep(backend, name, rows=b"one", live=b"two\r\n\0\xff")
    other = keep(backend, f"{name}/other", rows=b"three")
    wanted = [(name, "live"), ("keepless:nobody", "rows"), (f"{name}/other", "rows"), (name, "rows"), (name, "board")]
    assert backend.cache.read(wanted) == [
        Copy(revision, b"two\r\n\0\xff"),
        NOTHING,
        Copy(other, b"three"),
        Copy(revision, b"one"),
        Copy(revision, None),
    ]


def test_reading_nothing_is_no_question(backend):
    assert backend.cache.read([]) == []


@pytest.mark.parametrize("size", [0, 1, 65_536, 3_000_000])
def test_a_part_of_any_size_comes_back_as_it_was(backend, name, size):
    value = bytes(number % 251 for number in range(min(size, 4_096))) * -(-size // 4_096)
    keep(backend, name, rows=value)
    assert copy(backend, name).sealed == value


def test_many_entries_are_read_together(backend, name):
    names = [f"{name}/{number}" for number in range(40)]
    revisions = [keep(backend, each, rows=each.encode() * 1_000) for each in names]
    copies = backend.cache.read([(each, "rows") for each in names])
    assert copies == [Copy(kept, each.encode() * 1_000) for kept, each in zip(revisions, names, strict=True)]


def test_an_entry_that_is_kept_anew_loses_what_the_new_one_does_not_have(backend, name):
    first = keep(backend, name, rows=b"old", live=b"old")
    second = keep(backend, name, rows=b"new")
    assert second > first
    assert backend.cache.read([(name, "rows"), (name, "live")]) == [Copy(second, b"new"), Copy(second, None)]


def test_one_claim_at_a_time(backend, name):
    assert backend.cache.claim(name, seconds=30) is not None
    assert backend.cache.claim(name, seconds=30) is None
    assert backend.again().claim(name, seconds=30) is None
    assert backend.again().claim(f"{name}/other", seconds=30) is not None


def test_a_claim_alone_is_no_entry_and_ends_by_itself(backend, name):
    backend.cache.claim(name, seconds=5)
    assert copy(backend, name) == NOTHING
    if backend.raw is not None:
        assert 0 < int(backend.raw("PTTL", name)) <= 5_000
    backend.wait(name, 5.001)
    assert backend.cache.claim(name, seconds=5) is not None


def test_a_claim_that_was_given_back_can_be_had_by_the_next(backend, name):
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.release(name, claim - 1)
    assert backend.cache.claim(name, seconds=30) is None
    backend.cache.release(name, claim)
    if backend.raw is not None:
        assert backend.raw("EXISTS", name) == 0
    assert backend.cache.claim(name, seconds=30) > claim


def test_giving_a_claim_back_leaves_the_entry_as_it_is(backend, name):
    revision = keep(backend, name, rows=b"one")
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.release(name, claim)
    assert copy(backend, name) == Copy(revision, b"one")
    assert not backend.cache.keep(name, claim, {"rows": b"two"}, until=backend.clock() + WEEK)


def test_keeping_gives_the_claim_back(backend, name):
    revision = keep(backend, name, rows=b"one")
    assert backend.cache.claim(name, seconds=30) > revision


def test_claims_grow_whatever_happens_to_the_entry(backend, name):
    claims = []
    for _ in range(5):
        claims.append(backend.cache.claim(name, seconds=30))
        backend.cache.release(name, claims[-1])
        claims.append(keep(backend, name, rows=b"x"))
        if backend.raw is not None:
            backend.raw("DEL", name)
    assert claims == sorted(set(claims))


def test_a_claim_that_is_over_keeps_nothing(backend, name):
    revision = keep(backend, name, rows=b"one")
    claim = backend.cache.claim(name, seconds=5)
    backend.wait(name, 5.001)
    assert not backend.cache.keep(name, claim, {"rows": b"late"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(revision, b"one")


def test_an_old_claim_never_keeps_after_a_newer_one(backend, name):
    old = backend.cache.claim(name, seconds=5)
    backend.wait(name, 5.001)
    newer = backend.cache.claim(name, seconds=30)
    assert not backend.cache.keep(name, old, {"rows": b"old"}, until=backend.clock() + WEEK)
    assert backend.cache.keep(name, newer, {"rows": b"new"}, until=backend.clock() + WEEK)
    assert not backend.cache.keep(name, old, {"rows": b"old"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(newer, b"new")


def test_nobody_keeps_without_a_claim(backend, name):
    assert not backend.cache.keep(name, 1, {"rows": b"x"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == NOTHING


def test_an_entry_ends_when_it_was_said_to(backend, name):
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.keep(name, claim, {"rows": b"x"}, until=backend.clock() + timedelta(days=7))
    backend.clock.ahead += timedelta(days=7, seconds=-5)
    assert copy(backend, name).sealed == b"x"
    backend.clock.ahead += timedelta(seconds=6)
    assert copy(backend, name) == NOTHING


@of_servers
def test_the_server_ends_an_entry_by_itself(backend, name):
    keep(backend, name, rows=b"x")
    left = timedelta(milliseconds=int(backend.raw("PTTL", name)))
    assert WEEK - timedelta(minutes=2) < left <= WEEK
    backend.wait(name, WEEK.total_seconds() + 1)
    assert backend.raw("EXISTS", name) == 0


@pytest.mark.parametrize("seconds", [0, 1, 8 * 86_400])
def test_what_is_over_already_is_not_kept_and_what_was_there_goes(backend, name, seconds):
    keep(backend, name, rows=b"one")
    claim = backend.cache.claim(name, seconds=30)
    until = backend.clock() - timedelta(seconds=seconds)
    assert not backend.cache.keep(name, claim, {"rows": b"two"}, until=until)
    assert copy(backend, name) == NOTHING
    assert backend.cache.claim(name, seconds=30) is not None


def test_a_part_is_added_to_the_entry_it_belongs_to(backend, name):
    revision = keep(backend, name, rows=b"one")
    assert backend.cache.add(name, revision, "board", b"two")
    assert backend.cache.read([(name, "rows"), (name, "board")]) == [Copy(revision, b"one"), Copy(revision, b"two")]


def test_a_part_of_an_older_revision_is_not_added(backend, name):
    first = keep(backend, name, rows=b"one")
    second = keep(backend, name, rows=b"two")
    assert not backend.cache.add(name, first, "board", b"of the first")
    assert copy(backend, name, "board") == Copy(second, None)


def test_a_part_makes_no_entry(backend, name):
    assert not backend.cache.add(name, 1, "board", b"x")
    backend.cache.claim(name, seconds=30)
    assert not backend.cache.add(name, 1, "board", b"x")
    assert copy(backend, name, "board") == NOTHING


def test_a_part_that_is_added_lives_no_longer_than_its_entry(backend, name):
    revision = keep(backend, name, rows=b"one")
    backend.cache.add(name, revision, "board", b"two")
    if backend.raw is not None:
        assert 0 < int(backend.raw("PTTL", name)) <= WEEK.total_seconds() * 1_000
    backend.wait(name, WEEK.total_seconds() + 1)
    assert copy(backend, name, "board") == NOTHING


def test_marks_are_seen_with_the_entry(backend, name):
    revision = keep(backend, name, rows=b"one")
    backend.cache.mark_stale(name)
    assert copy(backend, name) == Copy(revision, b"one", is_stale=True)
    backend.cache.note_problem(name, "ITEM_LOCKED reconnect")
    assert copy(backend, name) == Copy(revision, b"one", is_stale=True, problem="ITEM_LOCKED reconnect")
    backend.cache.note_problem(name, None)
    assert copy(backend, name) == Copy(revision, b"one", is_stale=True)


def test_marks_make_no_entry(backend, name):
    backend.cache.mark_stale(name)
    backend.cache.note_problem(name, "ITEM_LOCKED reconnect")
    backend.cache.note_problem(name, None)
    assert copy(backend, name) == NOTHING
    if backend.raw is not None:
        assert backend.raw("EXISTS", name) == 0


def test_marks_lengthen_no_life(backend, name):
    keep(backend, name, rows=b"one")
    backend.cache.mark_stale(name)
    backend.wait(name, WEEK.total_seconds() + 1)
    assert copy(backend, name) == NOTHING


def test_keeping_clears_the_marks_of_before_the_claim(backend, name):
    keep(backend, name, rows=b"one")
    backend.cache.mark_stale(name)
    backend.cache.note_problem(name, "ITEM_LOCKED reconnect")
    revision = keep(backend, name, rows=b"two")
    assert copy(backend, name) == Copy(revision, b"two")


def test_keeping_leaves_the_marks_that_came_after_the_claim(backend, name):
    keep(backend, name, rows=b"one")
    backend.cache.note_problem(name, "ITEM_LOCKED reconnect")
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.mark_stale(name)
    backend.cache.keep(name, claim, {"rows": b"two"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"two", is_stale=True)


def test_what_is_outdated_is_stale_as_well_until_it_is_kept_anew(backend, name):
    revision = keep(backend, name, rows=b"one")
    backend.cache.mark_stale(name, outdated=True)
    assert copy(backend, name) == Copy(revision, b"one", is_stale=True, is_outdated=True)
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.keep(name, claim, {"rows": b"two"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"two")
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.mark_stale(name, outdated=True)
    backend.cache.keep(name, claim, {"rows": b"three"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"three", is_stale=True, is_outdated=True)


def test_a_problem_that_is_noted_after_the_claim_stays(backend, name):
    keep(backend, name, rows=b"one")
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.note_problem(name, "ITEM_LOCKED reconnect")
    backend.cache.keep(name, claim, {"rows": b"two"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"two", problem="ITEM_LOCKED reconnect")


def test_a_mark_that_comes_during_the_first_fill_is_not_lost(backend, name):
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.mark_stale(name)
    assert copy(backend, name) == NOTHING
    backend.cache.keep(name, claim, {"rows": b"one"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"one", is_stale=True)


def test_what_is_forgotten_is_gone_and_nobody_keeps_it_just_then(backend, name):
    revision = keep(backend, name, rows=b"one", live=b"two")
    claim = backend.cache.claim(name, seconds=30)
    backend.cache.forget(name)
    assert backend.cache.read([(name, "rows"), (name, "live")]) == [NOTHING, NOTHING]
    assert not backend.cache.keep(name, claim, {"rows": b"late"}, until=backend.clock() + WEEK)
    assert not backend.cache.add(name, revision, "board", b"late")
    backend.cache.mark_stale(name)
    assert copy(backend, name) == NOTHING
    with pytest.raises(CacheFault, match="forgotten"):
        backend.cache.claim(name, seconds=30)
    if backend.raw is not None:
        assert backend.raw("HKEYS", name) == [b"closed"]


def test_what_was_forgotten_can_be_claimed_two_minutes_later(backend, name):
    backend.cache.forget(name)
    backend.wait(name, 119)
    with pytest.raises(CacheFault, match="forgotten"):
        backend.cache.claim(name, seconds=30)
    backend.wait(name, 1.001)
    assert backend.cache.claim(name, seconds=30) is not None


def test_forgetting_twice_and_forgetting_what_never_was_are_nothing_special(backend, name):
    backend.cache.forget(name)
    backend.cache.forget(name)
    assert copy(backend, name) == NOTHING


def test_of_fifty_threads_that_claim_a_name_exactly_one_gets_it(backend, name):
    caches = [backend.cache, backend.again()]
    ready = Barrier(50)

    def claim(number: int) -> int | None:
        ready.wait()
        return caches[number % 2].claim(name, seconds=30)

    with ThreadPoolExecutor(50) as pool:
        claims = list(pool.map(claim, range(50)))
    assert len([won for won in claims if won is not None]) == 1


def test_threads_that_keep_read_mark_and_forget_at_once_never_see_a_mixture(backend, name):
    def work(number: int) -> None:
        for _ in range(20):
            claim = backend.cache.claim(name, seconds=30)
            if claim is not None:
                text = str(claim).encode()
                backend.cache.keep(name, claim, {"rows": text * 100, "live": text}, until=backend.clock() + WEEK)
            if number == 0:
                backend.cache.mark_stale(name)
            for seen, times in zip(backend.cache.read([(name, "rows"), (name, "live")]), (100, 1), strict=True):
                assert seen.sealed is None or seen.sealed == str(seen.revision).encode() * times

    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(work, number) for number in range(16)]:
            done.result()


def test_the_status_tells_since_when_it_is_reachable(backend, name):
    new = backend.again()
    if backend.raw is not None:
        assert new.status() == {"reachable": None, "since": None, "last_fault": None}
    new.read([(name, "rows")])
    status = dict(new.status())
    assert status["reachable"] is True
    assert backend.clock() - timedelta(hours=1) < status["since"] <= backend.clock()
    assert status["last_fault"] is None


# --- R10: whatever else is found at our name -------------------------------------------------------------------------

RUBBISH = {
    "a text": ["SET", "x"],
    "a list": ["RPUSH", "x", "y"],
    "a set": ["SADD", "x"],
    "a stream": ["XADD", "*", "field", "value"],
    "a hash of others": ["HSET", "rows", "theirs"],
    "a revision that is no number": ["HSET", "revision", "many", "rows", "x", "until", "9999999999999"],
    "an end that is no number": ["HSET", "revision", "1", "rows", "x", "until", "never"],
    "a claim that is no number": ["HSET", "claim", "x", "claim_ends", "y", "closed", "z"],
    "a pickle": ["SET", b"\x80\x04K\x01."],
}


@of_servers
@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH.keys())
def test_r10_what_is_not_ours_is_a_miss_and_is_overwritten(backend, name, rubbish):
    command, *arguments = rubbish
    backend.raw(command, name, *arguments)
    assert copy(backend, name) == NOTHING
    backend.cache.mark_stale(name)
    assert not backend.cache.add(name, 7, "rows", b"x")
    revision = keep(backend, name, rows=b"ours")
    assert copy(backend, name) == Copy(revision, b"ours")


@of_servers
@pytest.mark.parametrize("rubbish", RUBBISH.values(), ids=RUBBISH.keys())
def test_r10_what_is_not_ours_can_be_forgotten(backend, name, rubbish):
    command, *arguments = rubbish
    backend.raw(command, name, *arguments)
    backend.cache.forget(name)
    assert copy(backend, name) == NOTHING
    with pytest.raises(CacheFault, match="forgotten"):
        backend.cache.claim(name, seconds=30)


@of_servers
def test_a_revision_of_a_clock_that_ran_ahead_is_still_followed_by_a_greater_one(backend, name):
    ahead = 4_000_000_000_000_000
    until = str(int((backend.clock() + WEEK).timestamp() * 1_000))
    backend.raw("HSET", name, "revision", str(ahead), "rows", "x", "until", until)
    claim = backend.cache.claim(name, seconds=30)
    assert claim == ahead + 1
    backend.cache.mark_stale(name)
    assert backend.cache.keep(name, claim, {"rows": b"y"}, until=backend.clock() + WEEK)
    assert copy(backend, name) == Copy(claim, b"y", is_stale=True)
