"""Two transactions that meet at the worst moment, which is arranged here and not left to chance."""

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import event
from support.databases import accounts_stores

from keepless.adapters.sql import schema
from keepless.core.secret import Secret
from keepless.errors import AccountsFault
from keepless.ports import Deleted, ReaperEnvelope

AT = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
WEEK = timedelta(days=7)
ANA = "ana@example.test"


@pytest.fixture
def url(postgres):
    made = postgres.new_database()
    schema.upgrade(Secret(made))
    return made


def sign_in(stores, *, session: str | None = None, at=AT, until=AT + WEEK):
    link = str(uuid4())
    stores.accounts.ask(link, at=at, until=at + WEEK)
    new = {"new_user_id": str(uuid4()), "session_id": session or link, "at": at, "until": until}
    return stores.accounts.sign_in(link, ANA, **new)


@contextlib.contextmanager
def just_before(stores, words: str, act):
    """Runs `act` once, right before the first statement with these words in it."""
    waiting = [act]

    def look(_connection, _cursor, statement, *_):
        if waiting and words in " ".join(statement.split()):
            waiting.pop()()

    engine = stores.accounts._database._engine
    event.listen(engine, "before_cursor_execute", look)
    yield
    event.remove(engine, "before_cursor_execute", look)
    assert waiting == []


def wait_until_blocked(postgres, number: int = 1) -> None:
    """Until so many statements wait for a lock."""
    deadline = time.monotonic() + 60
    with postgres.connected() as connection:
        while True:
            row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
            if row[0] >= number:
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_user_who_signs_in_is_not_deleted_in_the_midst_of_it(database):
    with accounts_stores(database) as stores, accounts_stores(database, statement_seconds=0.3) as other:
        user = sign_in(stores)
        refused = []

        def delete():
            with pytest.raises(AccountsFault) as fault:
                other.accounts.delete(user.id, at=AT)
            refused.append(fault.value.reason)

        link = str(uuid4())
        stores.accounts.ask(link, at=AT, until=AT + WEEK)
        with just_before(stores, "INSERT INTO sessions", delete):
            new = str(uuid4())
            again = stores.accounts.sign_in(link, ANA, new_user_id=new, session_id="two", at=AT, until=AT + WEEK)
        assert refused == ["slow"]
        assert again.id == user.id
        assert len(stores.accounts.sessions(user.id)) == 2


def test_a_user_who_was_deleted_as_they_were_looked_up_is_made_anew(url):
    with accounts_stores(url) as stores, accounts_stores(url) as other:
        before = sign_in(stores)
        link = str(uuid4())
        stores.accounts.ask(link, at=AT, until=AT + WEEK)
        with just_before(stores, "FOR KEY SHARE", lambda: other.accounts.delete(before.id, at=AT)):
            made = str(uuid4())
            after = stores.accounts.sign_in(link, ANA, new_user_id=made, session_id="two", at=AT, until=AT + WEEK)
        assert after.id == made
        assert [row.id for row in stores.accounts.sessions(made)] == ["two"]
        assert stores.accounts.user(before.id) is None


def test_a_deletion_waits_for_a_sign_in_under_way_and_takes_its_session_along(postgres, url):
    with accounts_stores(url, statement_seconds=30, operation_seconds=40) as stores, ThreadPoolExecutor(1) as pool:
        user = sign_in(stores, session="one")
        stores.reaper.put(
            [ReaperEnvelope(id=name, session_id=name, until=AT + WEEK, sealed=b"") for name in ("one", "two")]
        )
        with contextlib.closing(psycopg.connect(url)) as signing_in:
            signing_in.execute("SELECT id FROM users FOR KEY SHARE")
            signing_in.execute("INSERT INTO sessions VALUES ('two', %s, %s, %s)", (UUID(user.id), AT, AT + WEEK))
            deletion = pool.submit(stores.accounts.delete, user.id, at=AT)
            wait_until_blocked(postgres)
            signing_in.commit()
        assert deletion.result() == Deleted(users=1, sessions=2)
        assert [envelope.id for envelope in stores.reaper.due(AT)] == ["one", "two"]


def test_a_tombstone_waits_for_a_sign_in_under_way_and_ends_its_session_too(postgres, url):
    with accounts_stores(url, statement_seconds=30, operation_seconds=40) as stores, ThreadPoolExecutor(1) as pool:
        user = sign_in(stores, session="one")
        with contextlib.closing(psycopg.connect(url)) as signing_in:
            signing_in.execute("SELECT id FROM users FOR KEY SHARE")
            signing_in.execute("INSERT INTO sessions VALUES ('two', %s, %s, %s)", (UUID(user.id), AT, AT + WEEK))
            stone = pool.submit(stores.accounts.tombstone, user.id, "one", at=AT)
            wait_until_blocked(postgres)
            signing_in.commit()
        assert stone.result() is True
        assert [(row.id, row.is_tombstone) for row in stores.accounts.sessions(user.id)] == [("one", True)]


def test_a_sign_in_does_not_wait_for_what_another_clears_away(url):
    with accounts_stores(url, statement_seconds=0.5) as stores:
        sign_in(stores, session="over", until=AT + timedelta(seconds=1))
        with contextlib.closing(psycopg.connect(url)) as other:
            other.execute("SELECT id FROM sessions WHERE id = 'over' FOR UPDATE")
            assert sign_in(stores, at=AT + WEEK, until=AT + 2 * WEEK)
        assert stores.accounts.session("over") is not None


@pytest.mark.parametrize("state", ["40001", "40P01"], ids=["serialization failure", "deadlock"])
@pytest.mark.parametrize(("times", "works"), [(1, True), (2, True), (3, False)], ids=["once", "twice", "three times"])
def test_a_transaction_that_gave_way_to_another_is_tried_again_and_not_for_ever(url, state, times, works):
    left = [f"DO $$ BEGIN RAISE 'give way' USING ERRCODE = '{state}'; END $$"] * times
    with accounts_stores(url) as stores:
        user = sign_in(stores, session="one")

        def give_way(_connection, cursor, statement, *_):
            if statement.startswith("DELETE") and left:
                cursor.execute(left.pop())

        event.listen(stores.accounts._database._engine, "before_cursor_execute", give_way)
        if works:
            assert stores.accounts.end(user.id, ["one"], reap_from=AT) == 1
        else:
            with pytest.raises(AccountsFault) as fault:
                stores.accounts.end(user.id, ["one"], reap_from=AT)
            assert fault.value.reason == "slow"
        assert (stores.accounts.session("one") is None) == works
