"""One run of the reaper against the local Plaid: what goes, what stays, and how it ends when something fails."""

import threading
from datetime import timedelta

import msgspec
import pytest

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.sealing.reaper import Installation, ReaperKeys, ReaperSeal, generate
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import AccountsFault
from keepless.services.accounts import row_id
from keepless.services.envelopes import EnvelopeNames
from keepless.services.pace import Pace
from keepless.services.reaper import MOST_UNANSWERED, PAGE, Reaper, Survey
from keepless.services.reaping import Reaping
from keepless.services.vault import BankKey, new_vault

HOME = Installation("local", "client-of-a-test")
PAIR, OTHER = generate(), generate()
USER = "7f3a0000-0000-4000-8000-000000000001"


@pytest.fixture
def stores():
    return MemoryStores()


@pytest.fixture
def store(stores):
    return stores.reaper


@pytest.fixture
def client(local_plaid):
    """Plaid as the reaper asks it: once, since what is tried again is tried at its pace."""
    patience = Patience(connect=2.0, read=2.0, budget=4.0, tries=1)
    made = PlaidClient(
        local_plaid.url, HOME.client_id, Secret("secret-of-a-test"), "local", clock=lambda: None, patience=patience
    )
    yield made
    made.close()


class Time:
    """Seconds that pass only where somebody waits, and how many that were."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def stopping():
    return threading.Event()


@pytest.fixture
def reaper(store, client, clock, time, stopping):
    """Makes the reaper of one run, which begins now."""

    def make(*, plaid=client, over=store, at_once=4, stopping=stopping):
        return Reaper(
            over,
            ReaperKeys.parse(PAIR.private, HOME),
            plaid,
            clock=clock,
            pace=Pace(600, monotonic=time, pause=time.pass_by),
            stopping=stopping,
            at_once=at_once,
            between_rounds=(0.0, 0.0),
        )

    return make


@pytest.fixture
def connect(local_plaid, clock, store):
    """A bank that a session holds, covered as the web tier does it; its key and the vault."""

    def connected(*, session="session", days=7, user="", token=None, seal=PAIR, item_id=None):
        token = token or local_plaid.connect()
        item_id = item_id or next(item["item_id"] for item in local_plaid.items() if item["access_token"] == token)
        key = BankKey(BankRef(item_id, "ins_109508", "First Platypus Bank"), Secret(token))
        vault = new_vault(clock(), days=days, session_id=session, secret=bytes(16))
        vault = msgspec.structs.replace(vault, user=user, banks=(key,))
        assert Reaping(store, ReaperSeal.parse(seal.public, HOME), str(HOME)).cover(vault)
        return key, vault

    return connected


def live(local_plaid):
    return {item["item_id"] for item in local_plaid.items() if item["state"] == "live"}


def removals(local_plaid):
    return sum(item["calls"].get("/item/remove", 0) for item in local_plaid.items())


def sign_in(stores, clock, session, *, days=7):
    stores.accounts.ask("link", at=clock(), until=clock() + timedelta(minutes=15))
    user = stores.accounts.sign_in(
        "link",
        "ana@example.test",
        new_user_id=USER,
        session_id=row_id(session),
        at=clock(),
        until=clock() + timedelta(days=days),
    )
    assert user is not None


def quiet(_reached):
    """Nobody looks at the progress."""


def test_an_item_whose_session_is_over_is_removed_and_its_envelope_goes(reaper, connect, clock, store, local_plaid):
    connect()
    clock.pass_by(days=8)
    reaped = reaper().reap(quiet)
    assert (reaped.due, reaped.removed, reaped.left, reaped.stopped) == (1, 1, 0, None)
    assert live(local_plaid) == set()
    assert store.count(clock()) == (0, 0)


def test_one_whose_session_lives_is_not_touched(reaper, connect, clock, local_plaid):
    key, _ = connect()
    clock.pass_by(days=6)
    assert reaper().reap(quiet).due == 0
    assert live(local_plaid) == {key.bank.item_id}
    assert removals(local_plaid) == 0


def test_a_session_that_ended_a_moment_ago_is_left_the_minutes_that_clocks_may_differ(reaper, connect, clock):
    connect()
    clock.pass_by(days=7, seconds=60 + 59)  # the cookie is good for one of these minutes
    assert reaper().survey().due == 0
    clock.pass_by(seconds=1)
    assert reaper().survey().due == 1


def test_an_account_whose_session_lives_on_keeps_its_banks_beyond_the_cookies_end(
    reaper, connect, clock, stores, local_plaid
):
    sign_in(stores, clock, "session", days=30)
    key, _ = connect(user=USER)
    clock.pass_by(days=20)
    assert reaper().reap(quiet).due == 0
    assert live(local_plaid) == {key.bank.item_id}


def test_a_session_that_was_ended_elsewhere_is_reaped_at_once(reaper, connect, clock, stores, local_plaid):
    sign_in(stores, clock, "session")
    connect(user=USER)
    clock.pass_by(hours=1)
    stores.accounts.end(USER, [row_id("session")], reap_from=clock())
    clock.pass_by(minutes=5)
    assert reaper().reap(quiet).removed == 1
    assert live(local_plaid) == set()


def test_r13_an_item_that_is_gone_already_counts_as_such_and_its_envelope_goes(
    reaper, connect, clock, store, local_plaid
):
    key, _ = connect()
    local_plaid.call("/item/remove", {"access_token": key.token.reveal()})
    clock.pass_by(days=8)
    reaped = reaper().reap(quiet)
    assert (reaped.removed, reaped.gone, reaped.left) == (0, 1, 0)
    assert store.count(clock()) == (0, 0)


def test_the_survey_changes_nothing(reaper, connect, clock, store, local_plaid):
    connect(session="over", days=1)
    connect(session="lives", days=30)
    connect(session="of another key", days=1, seal=OTHER)
    clock.pass_by(days=8)
    before = store.due(clock())
    assert reaper().survey() == Survey(due=2, living=1, unopened=1)
    assert store.due(clock()) == before
    assert removals(local_plaid) == 0


def test_a_bank_that_another_device_still_holds_is_left_to_it(reaper, connect, clock, store, local_plaid):
    """Restored from a recovery file: two sessions, one item."""
    key, _ = connect(session="at home", days=1)
    connect(session="on the way", days=30, token=key.token.reveal(), item_id=key.bank.item_id)
    clock.pass_by(days=8)
    reaped = reaper().reap(quiet)
    assert (reaped.held, reaped.removed, reaped.left) == (1, 0, 0)
    assert live(local_plaid) == {key.bank.item_id}
    clock.pass_by(days=30)
    reaped = reaper().reap(quiet)
    assert (reaped.due, reaped.removed, reaped.left) == (2, 2, 0)
    assert live(local_plaid) == set()
    assert removals(local_plaid) == 1
    assert store.count(clock()) == (0, 0)


@pytest.mark.parametrize(("first", "second"), [("at home", "on the way"), ("on the way", "at home")])
def test_where_one_device_has_a_dead_token_the_other_ones_good_token_removes_the_item(
    reaper, connect, clock, store, *, local_plaid, first, second
):
    """In either order of their envelopes, which is that of a hash."""
    key, _ = connect(session=first)
    _, answer = local_plaid.call("/item/access_token/invalidate", {"access_token": key.token.reveal()})
    connect(session=second, token=answer["new_access_token"], item_id=key.bank.item_id)
    clock.pass_by(days=8)
    assert reaper().reap(quiet).removed == 2
    assert live(local_plaid) == set()
    assert store.count(clock()) == (0, 0)


class Interrupted:
    """A Plaid before whose answer something else happens, once."""

    def __init__(self, real, happens):
        self._real = real
        self._happens = happens

    def remove(self, token):
        happens, self._happens = self._happens, lambda: None
        happens()
        return self._real.remove(token)


def test_who_signs_in_again_after_the_page_was_read_keeps_the_bank(
    reaper, connect, clock, store, *, client, local_plaid
):
    """Two are due. While the first is removed, the person of the second signs in again."""
    one, two = connect(session="one", days=1), connect(session="two", days=1)
    clock.pass_by(days=8)
    first, second = (one, two) if store.due(clock())[0].id.startswith(part_of(one)) else (two, one)
    key, former = second
    revived = msgspec.structs.replace(former, session_id="again", expires_at=clock() + timedelta(days=7))
    reaping = Reaping(store, ReaperSeal.parse(PAIR.public, HOME), str(HOME))
    plaid = Interrupted(client, lambda: reaping.cover(revived, former))
    reaped = reaper(plaid=plaid, at_once=1).reap(quiet)
    assert (reaped.removed, reaped.changed, reaped.left) == (1, 1, 0)
    assert live(local_plaid) == {key.bank.item_id}
    assert first[0].bank.item_id not in live(local_plaid)


def part_of(connected):
    return EnvelopeNames(str(HOME)).item_part(connected[0].bank.item_id)


def test_an_envelope_of_another_key_is_reported_and_kept(reaper, connect, clock, store, local_plaid):
    key, _ = connect(seal=OTHER)
    clock.pass_by(days=8)
    reaped = reaper().reap(quiet)
    assert (reaped.unopened, reaped.removed, reaped.left) == (1, 0, 1)
    assert live(local_plaid) == {key.bank.item_id}
    assert store.count(clock()) == (1, 0)


def test_what_fails_at_first_is_removed_in_a_later_round(reaper, connect, clock, local_plaid):
    keys = [connect(session=str(number))[0] for number in range(5)]
    clock.pass_by(days=8)
    for key in keys[:2]:
        local_plaid.fault("/item/remove", access_token=key.token.reveal(), error_code="INTERNAL_SERVER_ERROR", count=2)
    reaped = reaper().reap(quiet)
    assert (reaped.removed, reaped.failed, reaped.left) == (5, {}, 0)
    assert live(local_plaid) == set()


def test_what_goes_on_failing_is_left_for_the_next_run_and_counted_by_its_code(reaper, connect, clock, local_plaid):
    keys = [connect(session=str(number))[0] for number in range(5)]
    clock.pass_by(days=8)
    local_plaid.fault("/item/remove", access_token=keys[0].token.reveal(), error_code="INTERNAL_SERVER_ERROR")
    reaped = reaper().reap(quiet)
    assert (reaped.removed, reaped.failed, reaped.left) == (4, {"INTERNAL_SERVER_ERROR": 1}, 1)
    local_plaid.end_faults()
    assert reaper().reap(quiet).removed == 1
    assert live(local_plaid) == set()


@pytest.mark.parametrize(
    "cut", [{"reset": True}, {"half_body": True}, {"garbage": True}], ids=["reset", "half a body", "html"]
)
def test_an_answer_that_is_lost_loses_nothing(reaper, connect, clock, store, *, local_plaid, cut):
    connect()
    clock.pass_by(days=8)
    local_plaid.fault("/item/remove", count=1, **cut)
    reaped = reaper().reap(quiet)
    assert reaped.removed + reaped.gone == 1
    assert live(local_plaid) == set()
    assert store.count(clock()) == (0, 0)


def test_where_plaid_says_that_it_is_enough_the_pace_slows_and_all_is_removed(
    reaper, connect, clock, time, local_plaid
):
    for number in range(6):
        connect(session=str(number))
    clock.pass_by(days=8)
    local_plaid.fault("/item/remove", error_code="RATE_LIMIT", count=3)
    reaped = reaper(at_once=1).reap(quiet)
    assert (reaped.removed, reaped.failed, reaped.left) == (6, {}, 0)
    assert time.now >= 5 + 10 + 20


def test_a_plaid_that_does_not_answer_ends_the_run_early_with_everything_kept(reaper, connect, clock, local_plaid):
    count = 3 * MOST_UNANSWERED
    for number in range(count):
        connect(session=str(number))
    clock.pass_by(days=8)
    local_plaid.fault("/item/remove", reset=True)
    reaped = reaper(at_once=1).reap(quiet)
    assert reaped.stopped == "Plaid is not answering (UNREACHABLE)"
    assert reaped.failed.keys() == {"UNREACHABLE"}
    assert MOST_UNANSWERED <= reaped.failed["UNREACHABLE"] <= MOST_UNANSWERED + 1  # one may have been under way
    assert reaped.left == count
    assert not reaped.refused


def test_keys_that_plaid_does_not_take_end_the_run_at_the_first_call(reaper, connect, clock, local_plaid):
    for number in range(5):
        connect(session=str(number))
    clock.pass_by(days=8)
    local_plaid.fault("/item/remove", error_code="INVALID_API_KEYS")
    reaped = reaper(at_once=1).reap(quiet)
    assert reaped.refused
    assert reaped.stopped == "Plaid does not take these settings (INVALID_API_KEYS)"
    assert reaped.left == 5


def test_a_request_to_stop_ends_it_with_the_rest_kept(reaper, connect, clock, stopping, local_plaid):
    for number in range(8):
        connect(session=str(number))
    clock.pass_by(days=8)

    def stop_after_three(reached):
        if reached.removed == 3:
            stopping.set()

    reaped = reaper(at_once=1).reap(stop_after_three)
    assert reaped.stopped == "it was asked to stop"
    assert 3 <= reaped.removed <= 4  # one may have been under way
    assert reaped.left == 8 - reaped.removed == len(live(local_plaid))


class Failing:
    """A store of which one method fails after so many calls, for so many."""

    def __init__(self, real, method, *, after, calls=1_000):
        self._real = real
        self._method = method
        self._left = after
        self._calls = calls

    def __getattr__(self, name):
        def call(*arguments, **options):
            if name == self._method:
                self._left -= 1
                if -self._calls <= self._left < 0:
                    raise AccountsFault("unreachable")
            return getattr(self._real, name)(*arguments, **options)

        return call


@pytest.mark.parametrize(("method", "after"), [("due", 9), ("drop", 3)], ids=["looking again", "dropping a row"])
def test_a_database_that_goes_meanwhile_ends_the_run_and_the_next_one_finishes(
    reaper, connect, clock, store, *, local_plaid, method, after
):
    for number in range(20):
        connect(session=str(number))
    clock.pass_by(days=8)
    reaped = reaper(over=Failing(store, method, after=after), at_once=1).reap(quiet)
    assert reaped.stopped == "the database could not be used: unreachable"
    assert 0 < reaped.removed < 20 == reaped.removed + reaped.left
    finishing = reaper(stopping=threading.Event()).reap(quiet)
    assert finishing.left == 0
    assert live(local_plaid) == set()
    assert store.count(clock()) == (0, 0)


def test_a_database_that_fails_for_a_moment_stops_nothing(reaper, connect, clock, store, local_plaid):
    for number in range(6):
        connect(session=str(number))
    clock.pass_by(days=8)
    reaped = reaper(over=Failing(store, "drop", after=2, calls=2), at_once=1).reap(quiet)
    assert (reaped.removed, reaped.gone, reaped.left, reaped.stopped) == (4, 2, 0, None)
    assert store.count(clock()) == (0, 0)


def test_where_nobody_can_say_what_is_left_it_says_so(reaper, connect, clock, store):
    connect()
    clock.pass_by(days=8)
    assert reaper(over=Failing(store, "count", after=1)).reap(quiet).left is None


def test_a_database_that_is_away_from_the_start_is_raised(reaper, store):
    with pytest.raises(AccountsFault):
        reaper(over=Failing(store, "count", after=0)).reap(quiet)


def test_it_goes_page_by_page_and_tells_how_far_it_is(reaper, connect, clock, store, local_plaid):
    key, vault = connect(session="first")
    reaping = Reaping(store, ReaperSeal.parse(PAIR.public, HOME), str(HOME))
    many = tuple(BankKey(BankRef(f"item-{n}", "", ""), Secret(f"access-sandbox-{n}")) for n in range(PAGE + 10))
    reaping.cover(msgspec.structs.replace(vault, session_id="many", banks=many))
    clock.pass_by(days=8)
    told = []
    reaped = reaper(at_once=8).reap(told.append)
    assert (reaped.removed, reaped.gone, reaped.left) == (1, PAGE + 10, 0)
    assert [each.done for each in told] == list(range(1, PAGE + 12))
    assert key.bank.item_id not in live(local_plaid)
