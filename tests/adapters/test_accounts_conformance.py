"""What every database of accounts does, be it this process's memory, SQLite or PostgreSQL."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from threading import Barrier
from uuid import UUID

import pytest
from support.databases import KINDS, accounts_stores, sqlite_url

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sql import schema
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault
from keepless.ports import Deleted, ReaperEnvelope, SessionRow, User

AT = datetime(2026, 11, 23, 14, 30, 0, 123456, tzinfo=UTC)
WEEK = timedelta(days=7)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
NOBODY = str(UUID(int=0))
_numbers = count(1)


@pytest.fixture(scope="module", params=["memory", *KINDS])
def made(request, tmp_path_factory) -> Iterator:
    """Stores of each kind, and what empties them."""
    if request.param == "memory":
        yield MemoryStores
        return
    if request.param == "sqlite":
        url = sqlite_url(tmp_path_factory.mktemp("accounts"))
    else:
        url = request.getfixturevalue("postgres").new_database()
    schema.upgrade(Secret(url))
    # Tests of threads wait in a line here, on a machine that others use too.
    with accounts_stores(url, statement_seconds=20, operation_seconds=30) as stores:
        yield lambda: _emptied(stores)


def _emptied(stores):
    for user in stores.accounts.users():
        stores.accounts.delete(user.id, at=AT)
    late = AT + 100 * WEEK
    stores.accounts.ask("sweep", at=late, until=late + SECOND)  # what a sign-in finds over goes with it
    swept = stores.accounts.sign_in("sweep", "x@example.test", new_user_id=NOBODY, session_id="x", at=late, until=late)
    stores.accounts.delete(swept.id, at=AT)
    stores.reaper.drop([envelope.id for envelope in stores.reaper.due(late, limit=10_000)])
    return stores


@pytest.fixture
def stores(made):
    return made()


@pytest.fixture
def accounts(stores):
    return stores.accounts


def sign_in(accounts, email="ana@example.test", *, session: str | None = None, at=AT, until=None) -> User:
    """Signs somebody in over a link of their own."""
    number = next(_numbers)
    accounts.ask(f"link {number}", at=at, until=at + 15 * MINUTE)
    user = accounts.sign_in(
        f"link {number}",
        email,
        new_user_id=str(UUID(int=number)),
        session_id=session or f"session {number}",
        at=at,
        until=until or at + WEEK,
    )
    assert user is not None
    return user


def envelope(name: str, session_id: str | None = None, *, until=AT + WEEK, sealed=b"sealed") -> ReaperEnvelope:
    return ReaperEnvelope(id=name, session_id=session_id, until=until, sealed=sealed)


def due(stores, now) -> list[str]:
    return [each.id for each in stores.reaper.due(now)]


def ids(rows) -> list[str]:
    return [row.id for row in rows]


# Signing in


def test_the_first_sign_in_makes_a_user_of_the_free_tier_and_a_session(accounts):
    accounts.ask("link", at=AT, until=AT + MINUTE)
    made = str(UUID(int=next(_numbers)))
    user = accounts.sign_in("link", "ana@example.test", new_user_id=made, session_id="session", at=AT, until=AT + WEEK)
    assert user == User(id=made, email="ana@example.test", tier=Tier.FREE, created_at=AT, updated_at=AT)
    assert accounts.user(made) == accounts.find("ana@example.test") == user
    row = SessionRow(id="session", user_id=made, tier=Tier.FREE, created_at=AT, expires_at=AT + WEEK)
    assert accounts.session("session") == row
    assert accounts.sessions(made) == [row]


def test_the_next_sign_in_finds_the_user_as_they_are(accounts):
    first = sign_in(accounts, session="one")
    accounts.set_tier(first.id, Tier.PRO, at=AT + SECOND)
    second = sign_in(accounts, session="two", at=AT + MINUTE)
    assert (second.id, second.tier, second.created_at) == (first.id, Tier.PRO, AT)
    assert ids(accounts.sessions(first.id)) == ["two", "one"]


def test_a_link_works_once(accounts):
    accounts.ask("link", at=AT, until=AT + MINUTE)
    first = {"new_user_id": str(UUID(int=next(_numbers))), "session_id": "one", "at": AT, "until": AT + WEEK}
    assert accounts.sign_in("link", "ana@example.test", **first)
    assert accounts.sign_in("link", "ben@example.test", **first | {"session_id": "two"}) is None
    assert accounts.find("ben@example.test") is None
    assert accounts.session("two") is None


def test_a_link_that_nobody_asked_for_signs_nobody_in(accounts):
    wanted = {"new_user_id": NOBODY, "session_id": "one", "at": AT, "until": AT + WEEK}
    assert accounts.sign_in("link", "ana@example.test", **wanted) is None
    assert accounts.users() == []


@pytest.mark.parametrize(("late", "works"), [(-SECOND, True), (0 * SECOND, False), (SECOND, False)])
def test_a_link_works_until_its_time_is_over(accounts, late, works):
    accounts.ask("link", at=AT, until=AT + MINUTE)
    wanted = {"new_user_id": NOBODY, "session_id": "one", "at": AT + MINUTE + late, "until": AT + WEEK}
    assert (accounts.sign_in("link", "ana@example.test", **wanted) is not None) == works


def test_a_link_is_no_session_and_a_session_is_no_link(accounts):
    accounts.ask("link", at=AT, until=AT + MINUTE)
    assert accounts.session("link") is None
    user = sign_in(accounts, session="session")
    wanted = {"new_user_id": NOBODY, "session_id": "two", "at": AT, "until": AT + WEEK}
    assert accounts.sign_in("session", "ana@example.test", **wanted) is None
    assert accounts.end(user.id, ["link"], reap_from=AT) == 0
    assert accounts.sign_in("link", "ana@example.test", **wanted)


def test_a_session_id_that_is_taken_changes_nothing(accounts):
    ana = sign_in(accounts, session="session")
    accounts.ask("link", at=AT, until=AT + MINUTE)
    wanted = {"new_user_id": NOBODY, "at": AT, "until": AT + WEEK}
    with pytest.raises(AccountsFault) as refused:
        accounts.sign_in("link", "ben@example.test", session_id="session", **wanted)
    assert refused.value.reason == "refused"
    assert accounts.find("ben@example.test") is None
    assert accounts.session("session").user_id == ana.id
    assert accounts.sign_in("link", "ben@example.test", session_id="another", **wanted)


def test_of_many_uses_of_a_link_at_once_one_signs_in(accounts):
    accounts.ask("link", at=AT, until=AT + MINUTE)
    together = Barrier(20)

    def use(number):
        together.wait()
        user_id = str(UUID(int=1_000_000 + number))
        wanted = {"new_user_id": user_id, "session_id": f"of {number}", "at": AT, "until": AT + WEEK}
        return accounts.sign_in("link", "ana@example.test", **wanted)

    with ThreadPoolExecutor(20) as pool:
        users = [user for user in pool.map(use, range(20)) if user]
    assert len(users) == 1
    assert accounts.users() == users
    assert len(accounts.sessions(users[0].id)) == 1


def test_first_sign_ins_of_one_address_at_once_make_one_user(accounts):
    for number in range(12):
        accounts.ask(f"link {number}", at=AT, until=AT + MINUTE)
    together = Barrier(12)

    def use(number):
        together.wait()
        user_id = str(UUID(int=2_000_000 + number))
        wanted = {"new_user_id": user_id, "session_id": f"of {number}", "at": AT, "until": AT + WEEK}
        return accounts.sign_in(f"link {number}", "ana@example.test", **wanted)

    with ThreadPoolExecutor(12) as pool:
        users = list(pool.map(use, range(12)))
    assert set(map(repr, users)) == {"User(tier=free)"}
    assert {user.id for user in users} == {accounts.users()[0].id}
    assert len(accounts.users()) == 1
    assert len(accounts.sessions(users[0].id)) == 12


def test_a_sign_in_beside_a_deletion_leaves_a_whole_account_or_none(accounts):
    user = sign_in(accounts)
    for number in range(10):
        accounts.ask(f"link {number}", at=AT, until=AT + MINUTE)
    together = Barrier(11)

    def use(number):
        together.wait()
        user_id = str(UUID(int=3_000_000 + number))
        wanted = {"new_user_id": user_id, "session_id": f"of {number}", "at": AT, "until": AT + WEEK}
        return accounts.sign_in(f"link {number}", "ana@example.test", **wanted)

    def delete():
        together.wait()
        return accounts.delete(user.id, at=AT)

    with ThreadPoolExecutor(11) as pool:
        deletion = pool.submit(delete)
        users = list(pool.map(use, range(10)))
    assert deletion.result().users == 1
    assert accounts.user(user.id) is None
    left = accounts.users()
    after = [each for each in users if each.id != user.id]
    assert {each.id for each in after} == {each.id for each in left}
    assert sum(len(accounts.sessions(each.id)) for each in left) == len(after)


def test_a_sign_in_clears_away_what_is_over_and_leaves_tombstones(accounts):
    ana = sign_in(accounts, "ana@example.test", session="over", until=AT + MINUTE)
    sign_in(accounts, "ana@example.test", session="alive")
    ben = sign_in(accounts, "ben@example.test", session="stone")
    accounts.tombstone(ben.id, "stone", at=AT)
    accounts.ask("link", at=AT, until=AT + MINUTE)
    assert ids(accounts.sessions(ana.id)) == ["alive", "over"]
    sign_in(accounts, "cem@example.test", at=AT + timedelta(days=1))
    assert ids(accounts.sessions(ana.id)) == ["alive"]
    assert accounts.session("stone").is_tombstone
    wanted = {"new_user_id": NOBODY, "session_id": "new", "at": AT, "until": AT + WEEK}
    assert accounts.sign_in("link", "dan@example.test", **wanted) is None


def test_a_session_is_not_cleared_away_while_a_clock_that_is_behind_takes_it_for_alive(accounts):
    sign_in(accounts, session="session", until=AT + MINUTE)
    sign_in(accounts, "ben@example.test", at=AT + 2 * MINUTE - SECOND)
    assert accounts.session("session") is not None
    sign_in(accounts, "ben@example.test", at=AT + 2 * MINUTE)
    assert accounts.session("session") is None


# Sessions


def test_a_session_that_is_not_there_is_none(accounts):
    assert accounts.session("nobody's") is None
    assert accounts.sessions(NOBODY) == []


def test_sessions_are_told_newest_first_with_those_that_are_over(accounts):
    user = sign_in(accounts, session="b")
    sign_in(accounts, session="a")
    sign_in(accounts, session="newest", at=AT + SECOND, until=AT + 2 * SECOND)
    sign_in(accounts, session="oldest", at=AT - SECOND)
    sign_in(accounts, "ben@example.test", session="ben's")
    assert ids(accounts.sessions(user.id)) == ["newest", "a", "b", "oldest"]


def test_sessions_end_one_by_one_or_all_but_never_another_users(accounts):
    ana = sign_in(accounts, session="one")
    for name in ("two", "three"):
        sign_in(accounts, session=name)
    sign_in(accounts, "ben@example.test", session="ben's")
    assert accounts.end(ana.id, ["one", "one", "ben's", "nobody's"], reap_from=None) == 1
    assert accounts.end(ana.id, ["one"], reap_from=None) == 0
    assert accounts.end(ana.id, [], reap_from=None) == 0
    assert accounts.session("ben's") is not None
    assert accounts.end(ana.id, {"two", "three"}, reap_from=AT) == 2
    assert accounts.sessions(ana.id) == []
    assert accounts.user(ana.id) is not None


def test_more_sessions_end_than_one_statement_names(accounts):
    ana = sign_in(accounts, session="one")
    assert accounts.end(ana.id, [*(f"none {number}" for number in range(1_200)), "one"], reap_from=AT) == 1


def test_moments_come_back_as_they_were_and_in_utc(accounts):
    moment = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    user = sign_in(accounts, session="one", at=moment, until=moment + WEEK)
    row = accounts.session("one")
    found = accounts.user(user.id)
    for told in (row.created_at, row.expires_at - WEEK, found.created_at, found.updated_at):
        assert told == AT
        assert told.utcoffset() == timedelta()


# Users and tiers


def test_a_user_that_is_not_there_is_none(accounts):
    assert accounts.user(NOBODY) is None
    assert accounts.find("nobody@example.test") is None
    assert accounts.users() == []


@pytest.mark.parametrize("wrong", ["", "cus_123", "{00000000-0000-0000-0000-000000000000}", "0" * 32, "x\0y", "é"])
def test_what_is_no_id_of_a_user_finds_nobody(stores, wrong):
    sign_in(stores.accounts)
    assert stores.accounts.user(wrong) is None
    assert stores.accounts.sessions(wrong) == []
    assert stores.accounts.set_tier(wrong, Tier.PRO, at=AT) is False
    assert stores.accounts.end(wrong, ["session"], reap_from=AT) == 0
    assert stores.accounts.tombstone(wrong, "session", at=AT) is False
    assert stores.accounts.delete(wrong, at=AT) == Deleted()
    assert stores.capsules.get(wrong) is None
    assert stores.capsules.has(wrong) is False
    assert stores.capsules.replace(wrong, "sealed") is False
    assert stores.capsules.drop(wrong) is False


def test_users_are_told_page_by_page_in_the_order_of_their_addresses(accounts):
    names = ["a.b@example.test", "a@example.test", "a_b@example.test", "ab@example.test", "é@example.test", "Ω@x.test"]
    for name in reversed(names):
        sign_in(accounts, name)
    told, page = [], accounts.users(limit=2)
    while page:
        told += page
        page = accounts.users(after=page[-1].email, limit=2)
    assert [user.email for user in told] == sorted(names) == [user.email for user in accounts.users()]


def test_an_address_is_found_as_it_is_written(accounts):
    sign_in(accounts, "ana@example.test")
    assert accounts.find("Ana@example.test") is None
    assert accounts.find("ana@example.tes") is None
    assert accounts.find("an_@example.test") is None


@pytest.mark.parametrize("tier", list(Tier), ids=str)
def test_a_tier_is_set_and_seen_in_every_session(accounts, tier):
    user = sign_in(accounts, session="one")
    assert accounts.set_tier(user.id, tier, at=AT + MINUTE) is True
    found = accounts.user(user.id)
    assert (found.tier, found.created_at, found.updated_at) == (tier, AT, AT + MINUTE)
    assert accounts.session("one").tier is tier
    assert accounts.sessions(user.id)[0].tier is tier
    assert accounts.users()[0].tier is tier


def test_news_of_a_tier_that_come_late_change_nothing(accounts):
    user = sign_in(accounts)
    assert accounts.set_tier(user.id, Tier.PRO, at=AT + MINUTE)
    assert accounts.set_tier(user.id, Tier.FREE, at=AT + MINUTE - SECOND) is False
    assert accounts.user(user.id).tier is Tier.PRO
    assert accounts.set_tier(user.id, Tier.ENTERPRISE, at=AT + MINUTE) is True
    assert accounts.set_tier(NOBODY, Tier.PRO, at=AT + WEEK) is False


# Leaving


def test_a_tombstone_ends_the_other_sessions_and_stays(stores):
    accounts = stores.accounts
    user = sign_in(accounts, session="here")
    sign_in(accounts, session="there")
    sign_in(accounts, "ben@example.test", session="ben's")
    assert accounts.tombstone(user.id, "here", at=AT + MINUTE) is True
    row = accounts.session("here")
    assert row.is_tombstone
    assert row.created_at == AT
    assert accounts.session("there") is None
    assert not accounts.session("ben's").is_tombstone
    assert accounts.tombstone(user.id, "here", at=AT + 2 * MINUTE) is True
    assert accounts.session("here") == row


def test_a_tombstone_for_a_session_that_is_not_theirs_changes_nothing(accounts):
    user = sign_in(accounts, session="here")
    sign_in(accounts, "ben@example.test", session="ben's")
    before = accounts.sessions(user.id)
    assert accounts.tombstone(user.id, "ben's", at=AT) is False
    assert accounts.tombstone(user.id, "nobody's", at=AT) is False
    assert accounts.tombstone(NOBODY, "here", at=AT) is False
    assert accounts.sessions(user.id) == before
    assert not accounts.session("ben's").is_tombstone


def test_deleting_a_user_removes_every_row_of_theirs_and_says_how_many(stores):
    accounts = stores.accounts
    ana, ben = sign_in(accounts, session="one"), sign_in(accounts, "ben@example.test", session="ben's")
    sign_in(accounts, session="two")
    stores.capsules.put(ana.id, "ana's")
    stores.capsules.put(ben.id, "ben's")
    accounts.tombstone(ana.id, "one", at=AT)
    assert accounts.delete(ana.id, at=AT) == Deleted(users=1, sessions=1, trend_capsules=1)
    assert accounts.user(ana.id) is accounts.find("ana@example.test") is accounts.session("one") is None
    assert stores.capsules.get(ana.id) is None
    assert (accounts.users(), stores.capsules.get(ben.id)) == ([ben], "ben's")
    assert accounts.delete(ana.id, at=AT) == Deleted()


def test_who_comes_back_after_a_deletion_is_somebody_new(accounts):
    before = sign_in(accounts)
    accounts.set_tier(before.id, Tier.PRO, at=AT)
    accounts.delete(before.id, at=AT)
    after = sign_in(accounts)
    assert after.id != before.id
    assert after.tier is Tier.FREE


def test_a_database_that_answers_pings(accounts):
    assert accounts.ping() is None


# Trend capsules


def test_a_capsule_is_kept_replaced_and_dropped(stores):
    user = sign_in(stores.accounts)
    assert stores.capsules.get(user.id) is None
    assert stores.capsules.has(user.id) is False
    assert stores.capsules.replace(user.id, "nobody asked for it") is False
    assert stores.capsules.get(user.id) is None
    stores.capsules.put(user.id, "zeroth")
    assert stores.capsules.has(user.id) is True
    assert stores.capsules.replace(user.id, "first") is True
    assert stores.capsules.get(user.id) == "first"
    stores.capsules.put(user.id, "v1.key.second" * 5_000)
    assert stores.capsules.get(user.id) == "v1.key.second" * 5_000
    assert stores.capsules.drop(user.id) is True
    assert stores.capsules.drop(user.id) is False
    assert stores.capsules.get(user.id) is None


@pytest.mark.parametrize("user_id", [NOBODY, "no id"])
def test_no_capsule_is_kept_for_somebody_who_is_gone(stores, user_id):
    with pytest.raises(AccountsFault) as refused:
        stores.capsules.put(user_id, "sealed")
    assert refused.value.reason == "refused"
    assert stores.capsules.get(user_id) is None


# Reaper envelopes


def test_an_envelope_comes_back_as_it_was_once_it_is_due(stores):
    sealed = bytes(range(256))
    stores.reaper.put([envelope("one", None, sealed=sealed), envelope("two", "nobody's", until=AT)])
    assert stores.reaper.due(AT - SECOND) == []
    assert due(stores, AT) == ["two"]
    assert stores.reaper.due(AT + WEEK) == [
        envelope("one", None, sealed=sealed),
        envelope("two", "nobody's", until=AT),
    ]
    assert stores.reaper.count(AT) == (1, 1)
    assert stores.reaper.count(AT + WEEK) == (2, 0)


def test_an_envelope_takes_the_place_of_an_earlier_one(stores):
    stores.reaper.put([envelope("one", "a", until=AT), envelope("two", until=AT)])
    stores.reaper.put([envelope("one", "b", sealed=b"anew")])
    assert due(stores, AT) == ["two"]
    assert stores.reaper.due(AT + WEEK)[0] == envelope("one", "b", sealed=b"anew")


def test_the_last_of_several_of_one_id_stays(stores):
    stores.reaper.put([envelope("one", sealed=b"first"), envelope("one", sealed=b"last")])
    assert [each.sealed for each in stores.reaper.due(AT + WEEK)] == [b"last"]


def test_no_envelopes_are_no_work(stores):
    stores.reaper.put([])
    assert stores.reaper.drop([]) == 0
    assert stores.reaper.count(AT) == (0, 0)


def test_envelopes_are_dropped_by_id(stores):
    stores.reaper.put([envelope("one"), envelope("two")])
    assert stores.reaper.drop(["one", "one", "three"]) == 1
    assert due(stores, AT + WEEK) == ["two"]
    assert stores.reaper.drop([*(f"none {number}" for number in range(1_200)), "two"]) == 1


def test_due_envelopes_are_told_page_by_page_by_id(stores):
    names = [f"{letter}{number}" for letter in "aB_é" for number in range(3)]
    stores.reaper.put([envelope(name, until=AT) for name in names])
    told, page = [], stores.reaper.due(AT, limit=5)
    while page:
        told += ids(page)
        page = stores.reaper.due(AT, after=told[-1], limit=5)
    assert told == sorted(names)


def test_no_envelope_is_due_while_its_session_lives(stores):
    sign_in(stores.accounts, session="alive", until=AT + 2 * WEEK)
    stores.reaper.put([envelope("of a session", "alive", until=AT), envelope("of nobody", until=AT)])
    assert due(stores, AT + WEEK) == ["of nobody"]
    assert stores.reaper.count(AT + WEEK) == (1, 1)
    # As long as the session is let in, that is: a minute beyond its end, for clocks that differ.
    assert due(stores, AT + 2 * WEEK + MINUTE - SECOND) == ["of nobody"]
    assert due(stores, AT + 2 * WEEK + MINUTE) == ["of a session", "of nobody"]


def test_an_ended_session_leaves_its_envelopes_to_the_reaper_from_the_moment_that_is_said(stores):
    user = sign_in(stores.accounts, session="one")
    sign_in(stores.accounts, session="two")
    stores.reaper.put([envelope("1", "one"), envelope("2", "two"), envelope("3", "one", until=AT)])
    stores.accounts.end(user.id, ["one"], reap_from=AT + MINUTE)
    assert due(stores, AT + MINUTE - SECOND) == ["3"]
    assert due(stores, AT + MINUTE) == ["1", "3"]


def test_an_ended_session_leaves_its_envelopes_in_their_time_where_nothing_is_said(stores):
    user = sign_in(stores.accounts, session="one", until=AT + WEEK)
    stores.reaper.put([envelope("1", "one")])
    stores.accounts.end(user.id, ["one"], reap_from=None)
    assert due(stores, AT + WEEK - SECOND) == []
    assert due(stores, AT + WEEK) == ["1"]


def test_nobody_brings_another_users_envelopes_forward(stores):
    user = sign_in(stores.accounts)
    sign_in(stores.accounts, "ben@example.test", session="ben's")
    stores.reaper.put([envelope("ben's", "ben's")])
    stores.accounts.end(user.id, ["ben's"], reap_from=AT)
    stores.accounts.end(user.id, ["ben's"], reap_from=AT)
    stores.accounts.delete(user.id, at=AT)
    assert due(stores, AT + MINUTE) == []


def test_a_tombstone_holds_no_envelope_however_young_it_is(stores):
    user = sign_in(stores.accounts, session="here")
    stores.reaper.put([envelope("one", "here", until=AT)])
    assert due(stores, AT) == []
    assert stores.accounts.tombstone(user.id, "here", at=AT)
    assert due(stores, AT) == ["one"]


def test_a_tombstone_lets_the_envelopes_of_the_other_sessions_be_due(stores):
    user = sign_in(stores.accounts, session="here")
    sign_in(stores.accounts, session="there")
    stores.reaper.put([envelope("here", "here"), envelope("there", "there")])
    stores.accounts.tombstone(user.id, "here", at=AT + MINUTE)
    assert due(stores, AT + MINUTE) == ["there"]
    assert due(stores, AT + WEEK) == ["here", "there"]


def test_envelopes_outlive_a_deleted_user_and_are_due_from_then_on(stores):
    user = sign_in(stores.accounts, session="one")
    stores.reaper.put([envelope("theirs", "one"), envelope("another's", "two")])
    stores.accounts.delete(user.id, at=AT + MINUTE)
    assert due(stores, AT + MINUTE) == ["theirs"]
    assert stores.reaper.count(AT + MINUTE) == (1, 1)


def test_many_threads_change_many_things_and_none_is_refused(stores):
    users = [sign_in(stores.accounts, f"{name}@example.test", session=f"first {name}") for name in "abc"]

    def change(number):
        user = users[number % 3]
        sign_in(stores.accounts, user.email, session=f"s{number}")
        stores.reaper.put([envelope(f"{number % 5}", f"s{number}"), envelope(f"{number % 7}", f"s{number}")])
        with contextlib.suppress(IndexError):
            stores.accounts.end(user.id, [stores.accounts.sessions(user.id)[-1].id], reap_from=AT)
        stores.capsules.put(user.id, f"{number}")
        stores.reaper.drop([f"{number % 3}"])
        return stores.accounts.set_tier(user.id, Tier.PRO, at=AT + number * SECOND)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(change, range(64)))
    assert [user.tier for user in stores.accounts.users()] == [Tier.PRO] * 3
