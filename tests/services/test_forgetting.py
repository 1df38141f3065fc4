"""Forgetting somebody altogether: in order, by whoever may, and to its end however often it is broken off."""

import uuid
from datetime import timedelta

import msgspec
import pytest
from forgetting.people import EMAIL, signed_in

from keepless.adapters.memory_accounts import MemoryStores
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import AccountsFault, PlaidFault, SessionEnded, SessionExpired, StepUpNeeded
from keepless.services.accounts import row_id
from keepless.services.forgetting import SIGNED_IN_WITHIN, Forgetting
from keepless.services.vault import SKEW, BankKey

WEEK = timedelta(days=7)


class World:
    """Plaid, a cache and a database that write down in which order they are asked, and fail where a test says so."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.done: list[tuple[str, str]] = []
        self.failing: set[str] = set()
        self.stores = MemoryStores()

    def remove(self, token: Secret) -> str | None:
        if token.reveal() in self.failing:
            raise PlaidFault("INTERNAL_SERVER_ERROR", error_type="API_ERROR")
        again = ("remove", token.reveal()) in self.done
        self.done.append(("remove", token.reveal()))
        return None if again else f"request-{token.reveal()}"

    def forget(self, item_id: str) -> bool:
        self.done.append(("forget", item_id))
        return "cache" not in self.failing

    def __getattr__(self, name: str):
        """The database's methods."""
        asked = getattr(self.stores.accounts, name)

        def ask(*arguments, **named):
            if "database" in self.failing or name in self.failing:
                raise AccountsFault("unreachable")
            if name in {"tombstone", "delete"}:
                self.done.append((name, ""))
            return asked(*arguments, **named)

        return ask

    def steps(self) -> list[str]:
        """What was done, each kind of step once, in order."""
        return list(dict.fromkeys(step for step, _ in self.done))


@pytest.fixture
def world(clock):
    return World(clock)


@pytest.fixture
def forgetting(world, pool, clock):
    return Forgetting(world, pool, clock, store=world, forget=world.forget)


@pytest.fixture
def account(world, clock):
    """The vault of somebody who has just signed in, with two banks."""
    vault, _ = signed_in(world.stores.accounts, clock())
    return with_banks(vault)


def with_banks(vault, *names):
    banks = [BankKey(BankRef(f"item-{name}", "ins_1", f"Bank {name}"), Secret(name)) for name in names or ("a", "b")]
    return msgspec.structs.replace(vault, banks=tuple(banks))


def leave(forgetting, vault, **options):
    return forgetting.leave(vault, expired=options.pop("expired", False), **options)


def test_the_order_is_tombstone_copies_plaid_rows(forgetting, world, account):
    assert leave(forgetting, account).is_done
    assert world.steps() == ["tombstone", "forget", "remove", "delete"]
    for name in ("a", "b"):
        assert world.done.index(("forget", f"item-{name}")) < world.done.index(("remove", name))
    assert world.done[-1] == ("delete", "")


def test_what_is_gone_is_told_with_plaids_request_ids_and_the_rows(forgetting, account, clock):
    forgotten = leave(forgetting, account)
    assert [(each.name, each.request_id, each.at) for each in forgotten.progress.gone] == [
        ("Bank a", "request-a", clock.now),
        ("Bank b", "request-b", clock.now),
    ]
    assert (forgotten.progress.account, forgotten.deleted.users, forgotten.deleted.sessions) == (EMAIL, 1, 1)


def test_other_sessions_end_first_and_are_counted(forgetting, world, account, clock):
    elsewhere, _ = signed_in(world.stores.accounts, clock())
    stranger, _ = signed_in(world.stores.accounts, clock(), "ben@example.test")
    world.failing.add("a")
    assert leave(forgetting, account).progress.sessions == 1
    assert world.stores.accounts.session(row_id(elsewhere.session_id)) is None
    assert world.stores.accounts.session(row_id(stranger.session_id)) is not None
    assert world.stores.accounts.session(row_id(account.session_id)).is_tombstone


def test_a_bank_that_is_not_confirmed_is_kept_and_the_account_with_it(forgetting, world, account):
    world.failing.add("a")
    forgotten = leave(forgetting, account)
    assert [problem.bank.item_id for problem in forgotten.kept] == ["item-a"]
    assert [key.token.reveal() for key in forgotten.remaining.banks] == ["a"]
    assert [each.name for each in forgotten.progress.gone] == ["Bank b"]
    assert "delete" not in world.steps()
    world.failing.clear()
    again = leave(forgetting, forgotten.remaining, before=forgotten.progress)
    assert again.is_done
    assert {each.request_id for each in again.progress.gone} == {"request-a", "request-b"}


def test_a_copy_that_the_cache_keeps_keeps_its_bank_whose_first_request_id_stays(forgetting, world, account):
    world.failing.add("cache")
    forgotten = leave(forgetting, account)
    assert (forgotten.kept, set(forgotten.copies)) == ((), {"item-a", "item-b"})
    assert len(forgotten.remaining.banks) == 2
    assert "delete" not in world.steps()
    world.failing.clear()
    again = leave(forgetting, forgotten.remaining, before=forgotten.progress)
    assert again.is_done
    assert [each.request_id for each in again.progress.gone] == ["request-a", "request-b"]


@pytest.mark.parametrize("failing", ["database", "session", "user", "sessions", "tombstone"])
def test_with_a_database_that_is_down_banks_go_and_rows_do_not(forgetting, world, account, failing):
    world.failing.add(failing)
    forgotten = leave(forgetting, account)
    assert (forgotten.database, forgotten.is_done, forgotten.deleted) == ("unreachable", False, None)
    assert (len(forgotten.progress.gone), forgotten.remaining.banks) == (2, ())
    assert forgotten.remaining.user == account.user
    world.failing.clear()
    assert leave(forgetting, forgotten.remaining, before=forgotten.progress).is_done
    assert world.stores.accounts.user(account.user) is None


def test_with_a_database_that_fails_at_the_end_the_account_waits_for_the_next_attempt(forgetting, world, account):
    world.failing.add("delete")
    forgotten = leave(forgetting, account)
    assert (forgotten.database, forgotten.remaining.banks) == ("unreachable", ())
    world.failing.clear()
    again = leave(forgetting, forgotten.remaining, before=forgotten.progress)
    assert (again.is_done, again.deleted.users, len(again.progress.gone)) == (True, 1, 2)


def test_twice_ends_the_same(forgetting, account):
    assert leave(forgetting, account).is_done
    again = leave(forgetting, account)
    assert (again.is_done, again.deleted) == (True, None)
    assert [each.request_id for each in again.progress.gone] == [None, None]


def test_a_visitor_without_an_account_needs_no_database(forgetting, world, vault, clock):
    world.failing.add("database")
    assert leave(forgetting, with_banks(vault)).is_done
    assert world.steps() == ["forget", "remove"]


def test_an_expired_session_without_an_account_may_go(forgetting, vault):
    assert leave(forgetting, with_banks(vault), expired=True).is_done


def test_somebody_who_signed_in_within_five_minutes_is_not_asked_anything(forgetting, account, clock):
    clock.pass_by(seconds=SIGNED_IN_WITHIN.total_seconds())
    assert leave(forgetting, account).is_done


@pytest.mark.parametrize("typed", ["", "ben@example.test", "ana@example.tes", "ana@example.testt", "nonsense", "\0"])
def test_after_five_minutes_the_address_is_asked_and_a_wrong_one_changes_nothing(
    forgetting, world, account, clock, typed
):
    clock.pass_by(seconds=SIGNED_IN_WITHIN.total_seconds() + 1)
    with pytest.raises(StepUpNeeded):
        leave(forgetting, account, typed=typed)
    assert world.done == []
    assert world.stores.accounts.user(account.user) is not None


@pytest.mark.parametrize("typed", [EMAIL, "  Ana@Example.TEST "])
def test_the_address_may_be_written_as_people_write_it(forgetting, account, clock, typed):
    clock.pass_by(hours=1)
    assert leave(forgetting, account, typed=typed).is_done


def test_once_begun_nothing_more_is_asked(forgetting, world, account, clock):
    world.failing.add("a")
    forgotten = leave(forgetting, account)
    world.failing.clear()
    clock.pass_by(days=30)
    assert leave(forgetting, forgotten.remaining, expired=True, before=forgotten.progress).is_done


def test_r3_a_session_that_was_signed_out_deletes_nothing(forgetting, world, account):
    world.stores.accounts.end(account.user, [row_id(account.session_id)], reap_from=None)
    with pytest.raises(SessionEnded):
        leave(forgetting, account, typed=EMAIL)
    assert world.done == []


def test_a_session_of_an_account_that_is_over_deletes_nothing(forgetting, world, account, clock):
    clock.pass_by(seconds=(WEEK + SKEW).total_seconds())
    for expired in (False, True):
        with pytest.raises(SessionExpired):
            leave(forgetting, account, expired=expired, typed=EMAIL)
    assert world.done == []


def test_a_cookie_whose_user_is_gone_still_ends_its_connections(forgetting, world, account, clock):
    """From another browser of theirs, or saved before an answer was lost."""
    world.stores.accounts.delete(account.user, at=clock())
    forgotten = leave(forgetting, account, expired=True)
    assert (forgotten.is_done, forgotten.deleted, forgotten.progress.account) == (True, None, None)
    assert world.steps() == ["forget", "remove"]


def test_a_session_id_of_somebody_elses_row_deletes_nobody(forgetting, world, account, clock):
    other, _ = signed_in(world.stores.accounts, clock(), "ben@example.test")
    crossed = msgspec.structs.replace(account, session_id=other.session_id)
    with pytest.raises(SessionEnded):
        leave(forgetting, crossed, typed=EMAIL)
    assert world.done == []


def test_a_session_that_ends_between_the_look_and_the_tombstone_deletes_nothing(forgetting, world, account):
    asked = world.stores.accounts.sessions

    def and_end_it(user_id):
        rows = asked(user_id)
        world.stores.accounts.end(user_id, [row_id(account.session_id)], reap_from=None)
        return rows

    world.stores.accounts.sessions = and_end_it
    with pytest.raises(SessionEnded):
        leave(forgetting, account)
    assert world.steps() == ["tombstone"]


def test_where_accounts_were_turned_off_nobody_can_say_that_a_session_lives(world, pool, clock, vault):
    forgetting = Forgetting(world, pool, clock, store=None, forget=world.forget)
    with pytest.raises(SessionEnded):
        leave(forgetting, msgspec.structs.replace(with_banks(vault), user=str(uuid.uuid4())))
    assert world.done == []


def test_what_plaid_has_confirmed_is_told_on(world, pool, clock, account):
    told = []
    world.failing.add("a")
    leave(Forgetting(world, pool, clock, store=world, forget=world.forget, gone=told.append), account)
    assert told == ["item-b"]
