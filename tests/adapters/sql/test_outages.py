"""A database that is away, slow, locked, read-only, refused or without its tables: one fault, and then all is well."""

import contextlib
import os
import shutil
import socket
import sqlite3
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from support.databases import accounts_stores, sqlite_url

from keepless.adapters.sql import schema
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault
from keepless.ports import AccountStore, CapsuleStore, ReaperEnvelope, ReaperStore

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
PATIENCE = 60  # seconds for what has to come about on a busy machine


def fault_of(call) -> str:
    with pytest.raises(AccountsFault) as fault:
        call()
    assert fault.value.__cause__ is None
    assert fault.value.__context__ is None  # what it came from names addresses
    return fault.value.reason


def sign_in(stores, email="ana@example.test"):
    link, session = str(uuid4()), str(uuid4())
    stores.accounts.ask(link, at=AT, until=AT + WEEK)
    new = {"new_user_id": str(uuid4()), "session_id": session, "at": AT, "until": AT + WEEK}
    return stores.accounts.sign_in(link, email, **new), session


def every_call(stores):
    """Each method of the three stores."""
    accounts, user = stores.accounts, str(uuid4())
    return {
        "ask": lambda: accounts.ask("link", at=AT, until=AT),
        "sign_in": lambda: accounts.sign_in("l", "a@b.test", new_user_id=user, session_id="s", at=AT, until=AT),
        "session": lambda: accounts.session("s"),
        "sessions": lambda: accounts.sessions(user),
        "end": lambda: accounts.end(user, ["s"], reap_from=AT),
        "user": lambda: accounts.user(user),
        "find": lambda: accounts.find("a@b.test"),
        "users": accounts.users,
        "set_tier": lambda: accounts.set_tier(user, Tier.PRO, at=AT),
        "tombstone": lambda: accounts.tombstone(user, "s", at=AT),
        "delete": lambda: accounts.delete(user, at=AT),
        "ping": accounts.ping,
        "get": lambda: stores.capsules.get(user),
        "has": lambda: stores.capsules.has(user),
        "replace": lambda: stores.capsules.replace(user, "sealed"),
        "put": lambda: stores.capsules.put(user, "sealed"),
        "drop": lambda: stores.capsules.drop(user),
        "put envelopes": lambda: stores.reaper.put([ReaperEnvelope(id="e", session_id=None, until=AT, sealed=b"")]),
        "drop envelopes": lambda: stores.reaper.drop(["e"]),
        "due": lambda: stores.reaper.due(AT),
        "count": lambda: stores.reaper.count(AT),
    }


def reasons(stores) -> dict[str, str]:
    return {name: fault_of(call) for name, call in every_call(stores).items()}


def recovers(call):
    """What a call gives as soon as it gives anything again."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call()
        except AccountsFault:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def wait_until(is_so):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def server(postgres):
    """The server, put right again whatever a test did to it."""
    yield postgres
    postgres.thaw()
    if postgres.process is None:
        postgres.start()


@pytest.fixture
def fresh(server):
    url = server.new_database()
    schema.upgrade(Secret(url))
    return url


def methods_of(*protocols) -> list[str]:
    return [name for each in protocols for name in vars(each) if not name.startswith("_")]


def test_every_method_works_while_nothing_is_wrong(database):
    with accounts_stores(database) as stores:
        calls = every_call(stores)
        assert len(calls) == len(methods_of(AccountStore, CapsuleStore, ReaperStore))
        assert fault_of(calls.pop("put")) == "refused"  # there is no such user
        for call in calls.values():
            call()


def test_without_tables_every_method_says_so(empty_database):
    if empty_database.startswith("sqlite"):
        Path(empty_database.removeprefix("sqlite:///")).touch()
    with accounts_stores(empty_database) as stores:
        assert set(reasons(stores).values()) == {"schema"}
        schema.upgrade(Secret(empty_database))
        stores.accounts.ping()


def test_a_table_with_a_column_less_is_noticed_by_a_ping(server, fresh):
    with server.connected(fresh.rpartition("/")[2]) as connection:
        connection.execute("ALTER TABLE reaper_envelopes DROP COLUMN until")
    with accounts_stores(fresh) as stores:
        assert fault_of(stores.accounts.ping) == "schema"
        assert stores.accounts.users() == []


def test_a_server_that_is_not_there_is_unreachable_to_every_method():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and listens to nobody
        url = f"postgresql://ana:s3cret@127.0.0.1:{taken.getsockname()[1]}/keepless"
        with accounts_stores(url) as stores:
            assert set(reasons(stores).values()) == {"unreachable"}


def test_a_server_that_failed_is_left_alone_for_a_moment():
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        knocks = []

        def turn_away():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    knocks.append(connection)
                    connection.close()

        pool.submit(turn_away)
        with accounts_stores(f"postgresql://ana:s3cret@127.0.0.1:{server.getsockname()[1]}/keepless") as stores:
            assert {fault_of(stores.accounts.ping) for _ in range(40)} == {"unreachable"}
        assert 1 <= len(knocks) < 40
        server.shutdown(socket.SHUT_RDWR)


def test_a_name_that_nobody_has_is_unreachable():
    with accounts_stores("postgresql://ana:s3cret@nobody.invalid/keepless") as stores:
        assert fault_of(stores.accounts.ping) == "unreachable"


@pytest.mark.parametrize("wrong", ["password", "user", "database"])
def test_a_wrong_login_is_refused(server, fresh, wrong):
    name = fresh.rpartition("/")[2]
    url = {
        "password": server.url(name, password="s3cret"),
        "user": server.url(name, user="nobody"),
        "database": server.url("not_there"),
    }[wrong]
    with accounts_stores(url) as stores:
        assert [fault_of(stores.accounts.ping) for _ in range(3)] == ["refused"] * 3


def test_a_user_without_rights_is_refused(server, fresh):
    with server.connected(fresh.rpartition("/")[2]) as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    try:
        with accounts_stores(server.url(fresh.rpartition("/")[2], user="guest", password="guest")) as stores:
            assert fault_of(stores.accounts.users) == "refused"
    finally:
        with server.connected() as connection:
            connection.execute("DROP ROLE guest")


def test_a_server_that_takes_no_more_connections_is_unreachable_and_only_as_long(server, fresh):
    name = fresh.rpartition("/")[2]
    with server.connected() as connection:
        connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        try:
            with accounts_stores(server.url(name, user="guest", password="guest")) as stores:
                assert fault_of(stores.accounts.ping) in {"unreachable", "refused"}
                connection.execute(f"ALTER DATABASE {name} CONNECTION LIMIT -1")
                connection.execute("ALTER ROLE guest SUPERUSER")
                recovers(stores.accounts.ping)
        finally:
            connection.execute("DROP ROLE guest")


def test_a_killed_server_is_a_fault_under_load_and_all_is_well_once_it_is_back(server, fresh):
    with accounts_stores(fresh) as stores, ThreadPoolExecutor(12) as pool:
        user, session = sign_in(stores)
        stopping = threading.Event()
        heard: list[str] = []
        kept: list[str] = []
        strange: list[BaseException] = []

        def load():
            while not stopping.is_set():
                try:
                    stores.accounts.session(session)
                    kept.append(sign_in(stores)[1])
                except AccountsFault as fault:
                    heard.append(fault.reason)
                    stopping.wait(0.01)
                except BaseException as other:
                    strange.append(other)
                    raise

        running = [pool.submit(load) for _ in range(12)]
        try:
            wait_until(lambda: len(kept) > 50)
            server.kill()
            wait_until(lambda: len(heard) > 50)
            before = len(kept)
            server.start()
            wait_until(lambda: len(kept) > before + 50)
        finally:
            stopping.set()
        for each in running:
            each.result()
        assert strange == []
        assert set(heard) == {"unreachable"}
        there = {row.id for row in stores.accounts.sessions(user.id)}
        assert set(kept) <= there  # what was said to be kept was


def test_a_server_that_was_started_anew_between_two_requests_costs_nobody_anything(server, fresh):
    with accounts_stores(fresh) as stores:
        user, session = sign_in(stores)
        server.stop()
        server.start()
        assert stores.accounts.session(session).user_id == user.id


def test_a_server_that_stands_still_is_slow_and_then_left_alone(server, fresh):
    with accounts_stores(fresh, statement_seconds=0.5, operation_seconds=1) as stores:
        user, session = sign_in(stores)
        server.freeze()
        assert [fault_of(lambda: stores.accounts.session(session)) for _ in range(3)] == ["slow"] * 3
        # In a pause nothing is sent: what was asked for in it is not done later.
        assert fault_of(lambda: stores.accounts.set_tier(user.id, Tier.PRO, at=AT + WEEK)) == "slow"
        server.thaw()
        assert recovers(lambda: stores.accounts.session(session)).user_id == user.id
        assert stores.accounts.user(user.id).tier is Tier.FREE


def test_a_row_that_another_holds_is_waited_for_and_not_for_ever(server, fresh):
    with accounts_stores(fresh, statement_seconds=0.5, operation_seconds=2) as stores:
        user, session = sign_in(stores)
        holder = psycopg.connect(fresh)
        with contextlib.closing(holder):
            holder.execute("SELECT * FROM users FOR UPDATE")
            assert fault_of(lambda: stores.accounts.set_tier(user.id, Tier.PRO, at=AT)) == "slow"
            assert stores.accounts.session(session) is not None  # to read needs no lock
            holder.rollback()
            assert stores.accounts.set_tier(user.id, Tier.PRO, at=AT) is True


def test_more_threads_than_connections_wait_for_each_other_and_not_for_ever(server, fresh):
    with accounts_stores(fresh, connections=1) as stores:
        user, session = sign_in(stores)
        with ThreadPoolExecutor(8) as pool:
            rows = list(pool.map(lambda _: stores.accounts.session(session), range(40)))
        assert {row.user_id for row in rows} == {user.id}


def test_a_standby_that_takes_no_writes_is_refused_those_and_read(server, fresh):
    name = fresh.rpartition("/")[2]
    with server.connected() as connection:
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with accounts_stores(fresh) as stores:
        assert stores.accounts.users() == []
        assert fault_of(lambda: stores.accounts.ask("link", at=AT, until=AT)) == "refused"


def test_the_server_is_reached_over_its_socket(server, fresh):
    with accounts_stores(server.socket_url(fresh.rpartition("/")[2])) as stores:
        sign_in(stores)
        assert len(stores.accounts.users()) == 1


# SQLite


@pytest.fixture
def file(tmp_path):
    """A file with tables."""
    schema.upgrade(Secret(sqlite_url(tmp_path)))
    return tmp_path / "accounts.db"


def test_a_locked_file_is_slow_to_write_and_quick_to_read(file):
    with accounts_stores(sqlite_url(file.parent), statement_seconds=0.1) as stores:
        _, session = sign_in(stores)
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert fault_of(lambda: stores.accounts.ask("link", at=AT, until=AT)) == "slow"
            assert stores.accounts.session(session) is not None
            other.execute("ROLLBACK")
        stores.accounts.ask("link", at=AT, until=AT)


def test_a_file_that_is_not_there_lacks_its_tables_and_is_not_made(tmp_path):
    with accounts_stores(sqlite_url(tmp_path)) as stores:
        assert set(reasons(stores).values()) == {"schema"}
        assert list(tmp_path.iterdir()) == []
        schema.upgrade(Secret(sqlite_url(tmp_path)))
        stores.accounts.ping()


def test_a_file_that_is_no_database_is_not_ours(tmp_path):
    (tmp_path / "accounts.db").write_bytes(b"a letter to Ben, of more than a few words" * 100)
    with accounts_stores(sqlite_url(tmp_path)) as stores:
        assert fault_of(stores.accounts.ping) == "schema"


def test_a_file_that_may_not_be_written_is_read_and_refused(request):
    folder = Path(tempfile.mkdtemp(prefix="keepless-"))
    request.addfinalizer(lambda: shutil.rmtree(folder))
    schema.upgrade(Secret(sqlite_url(folder)))
    with accounts_stores(sqlite_url(folder)) as stores:
        sign_in(stores)
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        # Root may write anything, so as root we are somebody else for a moment.
        if os.geteuid() == 0:
            os.seteuid(65_534)
        with accounts_stores(sqlite_url(folder)) as stores:
            assert fault_of(lambda: sign_in(stores)) in {"refused", "unreachable"}
    finally:
        if os.getuid() == 0:
            os.seteuid(0)
        folder.chmod(0o755)


def test_the_file_and_what_lies_beside_it_are_readable_by_their_owner_only(tmp_path):
    previous = os.umask(0)
    try:
        schema.upgrade(Secret(sqlite_url(tmp_path)))
        with accounts_stores(sqlite_url(tmp_path)) as stores:
            sign_in(stores)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(previous)
    assert modes == {"accounts.db": 0o600, "accounts.db-wal": 0o600, "accounts.db-shm": 0o600}


def test_a_file_that_others_could_read_is_closed_to_them(file):
    file.chmod(0o644)
    with accounts_stores(sqlite_url(file.parent)) as stores:
        stores.accounts.ping()
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_deleted_user_is_in_no_byte_of_the_file(file):
    with accounts_stores(sqlite_url(file.parent)) as stores:
        user, session = sign_in(stores, "canary@example.test")
        sign_in(stores, "ben@example.test")
        stores.capsules.put(user.id, "capsule-of-canary")
        found = b"".join(path.read_bytes() for path in file.parent.iterdir())
        marks = [b"canary@example.test", b"capsule-of-canary", session.encode(), user.id.replace("-", "").encode()]
        assert all(mark in found for mark in marks)
        stores.accounts.delete(user.id, at=AT)
        found = b"".join(path.read_bytes() for path in file.parent.iterdir())
        assert [mark for mark in marks if mark in found] == []
        assert b"ben@example.test" in found


def test_nothing_that_was_asked_is_in_a_log(database, caplog):
    caplog.set_level(0)
    with accounts_stores(database) as stores:
        sign_in(stores, "canary@example.test")
        with contextlib.suppress(AccountsFault):
            stores.capsules.put(str(uuid4()), "capsule-of-canary")
    assert "canary" not in caplog.text
