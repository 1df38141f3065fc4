"""HybridPlaidClient: copies at once, renewed behind by one reader at a time; the banks where there are none."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from types import SimpleNamespace

import msgspec
import pytest
from services.conftest import NOW

from keepless.core.models import BankProblem, CacheUse
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.services.hybrid import FRESH_FOR, HybridPlaidClient
from keepless.services.keeping import Keeping
from keepless.services.views import Prepared, Same, View

TODAY = NOW.date()
START = TODAY - timedelta(days=89)
ASKED = ("cursor_now", "fetch", "sync", "liabilities", "identify")  # of Plaid, by a session that looks
SUMS = View("sums", "1", lambda bank: str(sum(row.amount for row in bank.transactions)).encode())


class Visitor:
    """One session with one bank, which looks again and again; each look is a request with a client of its own."""

    def __init__(self, parts, user="demo"):
        self.local_plaid, self.plaid, self.pool, self.cache, self.sealer, self.clock, self.vault = parts
        self.keeping = Keeping(self.cache, self.sealer, self.clock)
        self.token = self.local_plaid.connect(user)
        self.sleep = lambda _seconds: None
        self.vault = self.client().store_token_in_session(Secret(self.token))

    @property
    def item_id(self):
        return self.vault.banks[0].bank.item_id

    @property
    def name(self):
        return self.sealer.name(self.item_id)

    def entry(self):
        return self.cache.read([(self.name, "rows")])[0]

    def puts(self, rows):
        """Something in the place of the copy."""
        claim = self.cache.claim(self.name, seconds=60)
        assert self.cache.keep(self.name, claim, {"rows": rows}, until=NOW + timedelta(days=1))

    def client(self, **options):
        shelf = self.keeping.shelf(self.vault)
        options = {"sleep": self.sleep} | options
        return HybridPlaidClient(self.plaid, self.pool, self.vault, shelf=shelf, clock=self.clock, **options)

    def looks(self, **options):
        return self.client().get_dashboard_data(START, TODAY, **options)

    def streams(self, view=SUMS):
        return [told for told in self.client().read_each(START, TODAY, view) if told is not None]

    def calls(self):
        (item,) = [item for item in self.local_plaid.items() if item["access_token"] == self.token]
        return {path: count for path, count in item["calls"].items() if count}

    def calls_of(self, act):
        before = self.calls()
        act()
        return {
            path: count - before.get(path, 0) for path, count in self.calls().items() if count > before.get(path, 0)
        }


@pytest.fixture
def parts(local_plaid, plaid, pool, cache, sealer, clock, vault):  # noqa: PLR0917 - fixtures come by name
    return local_plaid, plaid, pool, cache, sealer, clock, vault


@pytest.fixture
def visitor(parts):
    return Visitor(parts)


def settled(visitor):
    """Whatever runs behind an answer is over: the bank's claim is free again."""
    for _ in range(2_000):
        claim = visitor.cache.claim(visitor.name, seconds=60)
        if claim is not None:
            visitor.cache.release(visitor.name, claim)
            return
        time.sleep(0.005)
    raise AssertionError("still being renewed")


def test_a_first_look_asks_the_bank_and_a_second_one_asks_nobody(visitor):
    first = visitor.looks()
    assert (first.use, first.problems) == (CacheUse.MISS, ())
    again = []
    assert visitor.calls_of(lambda: again.append(visitor.looks())) == {}
    assert again[0].use is CacheUse.HIT
    assert again[0].banks == first.banks


def test_a_copy_is_fresh_for_ten_minutes_and_then_shown_and_renewed_by_one_call(visitor):
    first = visitor.looks().banks[0]
    visitor.local_plaid.change(visitor.token, added=12, modified=5, removed=3)
    visitor.clock.pass_by(seconds=FRESH_FOR.total_seconds() - 1)
    assert visitor.looks().use is CacheUse.HIT
    visitor.clock.pass_by(seconds=1)

    def look():
        stale = visitor.looks()
        assert (stale.use, stale.banks[0]) == (CacheUse.STALE, first)
        settled(visitor)

    assert visitor.calls_of(look) == {"/transactions/sync": 1}
    fresh = visitor.looks()
    assert fresh.use is CacheUse.HIT
    assert fresh.banks[0].fetched_at == visitor.clock.now
    assert set(fresh.transactions()) == set(visitor.looks(use_cache=False).transactions())
    assert len(fresh.transactions()) == len(first.transactions) + 12 - 3


def test_a_stream_tells_of_the_copy_and_then_of_the_news(visitor):
    visitor.looks()
    visitor.local_plaid.change(visitor.token, added=20)
    visitor.clock.pass_by(hours=1)
    copy, news = visitor.streams()
    assert (copy.cache, news.cache) == (CacheUse.STALE, CacheUse.MISS)
    assert isinstance(copy.answer, Prepared)
    assert news.answer.rows == copy.answer.rows + 20
    assert news.answer.fetched_at == visitor.clock.now > copy.answer.fetched_at


def test_a_stream_says_that_there_are_no_news(visitor):
    visitor.looks()
    visitor.clock.pass_by(hours=1)
    copy, same = visitor.streams()
    assert isinstance(copy.answer, Prepared)
    assert same.answer == Same(visitor.clock.now)
    assert [told.cache for told in visitor.streams()] == [CacheUse.HIT]


def test_a_view_is_made_once_and_then_kept_beside_the_copy(visitor):
    made = []
    view = View("sums", "1", lambda bank: made.append(bank) or b"made")
    for _ in range(3):
        assert [told.answer.body for told in visitor.streams(view)] == [b"made"]
    assert len(made) == 1


def test_a_view_for_another_day_is_made_anew(visitor):
    visitor.streams(View("sums", "Saturday", lambda _bank: b"Saturday's"))
    (told,) = visitor.streams(View("sums", "Sunday", lambda _bank: b"Sunday's"))
    assert told.answer.body == b"Sunday's"
    assert told.cache is CacheUse.HIT


def test_a_ready_view_is_there_only_where_a_copy_tells_it_all(visitor):
    assert visitor.client().ready(START, TODAY, SUMS) is None
    visitor.looks()
    assert visitor.client().ready(START, TODAY, SUMS).cache is CacheUse.HIT
    visitor.clock.pass_by(hours=1)
    assert visitor.client().ready(START, TODAY, SUMS).cache is CacheUse.STALE
    settled(visitor)
    assert visitor.client().ready(START, TODAY, SUMS).answer.fetched_at == visitor.clock.now
    visitor.keeping.note_login(visitor.item_id, needed=True)
    assert visitor.client().ready(START, TODAY, SUMS) is None


def test_a_longer_period_than_the_copys_is_read_anew_and_then_serves_both(visitor):
    visitor.looks()
    long_ago = TODAY - timedelta(days=700)
    longer = visitor.client().get_dashboard_data(long_ago, TODAY)
    assert longer.use is CacheUse.MISS
    assert visitor.client().get_dashboard_data(long_ago, TODAY).use is CacheUse.HIT
    shorter = visitor.looks()
    assert shorter.use is CacheUse.HIT
    assert shorter.banks == visitor.looks(use_cache=False).banks


def test_without_the_cache_the_bank_is_asked_and_what_it_says_is_kept(visitor):
    visitor.looks()
    visitor.local_plaid.change(visitor.token, added=1)
    asked = visitor.looks(use_cache=False)
    assert visitor.looks().banks == asked.banks


class TestWhenTheBankFails:
    def test_a_copy_is_shown_and_then_what_is_wrong(self, visitor):
        first = visitor.looks().banks[0]
        visitor.clock.pass_by(days=3)
        visitor.local_plaid.fault("*", error_code="INSTITUTION_DOWN")
        copy, problem = visitor.streams()
        assert copy.answer.fetched_at == first.fetched_at
        assert (problem.answer.code, problem.cache) == ("INSTITUTION_DOWN", CacheUse.STALE)
        assert visitor.looks().banks[0] == first

    def test_a_failed_renewal_gives_its_claim_back(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.fault("*", error_code="INSTITUTION_DOWN")
        visitor.streams()
        visitor.local_plaid.end_faults()
        assert isinstance(visitor.streams()[1].answer, Same)

    def test_without_a_copy_there_is_only_the_problem(self, visitor):
        visitor.local_plaid.fault("*", error_code="INSTITUTION_DOWN")
        (told,) = visitor.streams()
        assert isinstance(told.answer, BankProblem)
        looked = visitor.looks()
        assert (looked.banks, [problem.code for problem in looked.problems]) == ((), ["INSTITUTION_DOWN"])

    def test_a_login_that_is_needed_is_said_beside_the_copy_from_then_on(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.call("/sandbox/item/reset_login", {"access_token": visitor.token})
        assert [told.answer.code for told in visitor.streams()[1:]] == ["ITEM_LOGIN_REQUIRED"]
        looked = visitor.looks()
        assert [problem.code for problem in looked.problems] == ["ITEM_LOGIN_REQUIRED"]
        assert looked.banks

    def test_what_went_wrong_behind_an_answer_is_said_with_the_next(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.fault("*", error_code="INSTITUTION_DOWN")
        assert visitor.looks().problems == ()
        settled(visitor)
        assert [(each.code, each.retryable) for each in visitor.looks().problems] == [("INSTITUTION_DOWN", True)]
        settled(visitor)
        visitor.local_plaid.end_faults()
        visitor.looks()
        settled(visitor)
        assert (visitor.looks().problems, visitor.looks().use) == ((), CacheUse.HIT)

    def test_an_item_that_is_gone_takes_its_copy_with_it(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.call("/item/remove", {"access_token": visitor.token})
        visitor.streams()
        looked = visitor.looks()
        assert (looked.banks, looked.use) == ((), CacheUse.BYPASS)

    def test_a_second_sync_page_that_fails_loses_nothing(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.change(visitor.token, added=600)
        visitor.local_plaid.fault("/transactions/sync", error_code="INSTITUTION_DOWN", spare=1)
        visitor.streams()
        visitor.local_plaid.end_faults()
        visitor.streams()
        assert set(visitor.looks().transactions()) == set(visitor.looks(use_cache=False).transactions())


class TestWebhooks:
    def test_news_of_more_than_a_sync_tells_are_followed_by_reading_everything(self, visitor):
        visitor.looks()
        visitor.keeping.mark_stale(visitor.item_id, outdated=True)
        calls = visitor.calls_of(visitor.streams)
        assert calls["/liabilities/get"] == 1
        assert calls["/transactions/get"] >= 1
        assert visitor.looks().use is CacheUse.HIT

    def test_news_make_the_next_look_renew_at_once(self, visitor):
        visitor.looks()
        visitor.local_plaid.change(visitor.token, added=1)
        visitor.keeping.mark_stale(visitor.item_id)
        assert visitor.looks().use is CacheUse.STALE
        settled(visitor)
        assert visitor.looks().use is CacheUse.HIT

    def test_an_item_that_is_forgotten_is_not_kept_again_by_whoever_reads_it_now(self, visitor, monkeypatch):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        sync = visitor.plaid.sync

        def forget_and_sync(*given, **more):
            visitor.keeping.forget(visitor.item_id)
            return sync(*given, **more)

        monkeypatch.setattr(visitor.plaid, "sync", forget_and_sync)
        assert [type(told.answer) for told in visitor.streams()] == [Prepared, Same]
        assert visitor.looks().use is CacheUse.BYPASS
        visitor.clock.pass_by(minutes=3)
        assert visitor.looks().use is CacheUse.MISS


class TestTime:
    def test_a_copy_is_of_no_use_after_seven_days_wherever_it_was_kept(self, visitor, clock):
        visitor.looks()
        stolen = visitor.entry()
        clock.pass_by(days=7, seconds=1)
        visitor.vault = msgspec.structs.replace(visitor.vault, expires_at=clock.now + timedelta(days=7))
        assert visitor.entry().sealed is None

        class Thief(type(visitor.cache)):
            def read(self, wanted):
                return [stolen for _ in wanted]

        visitor.keeping = Keeping(Thief(clock), visitor.sealer, clock)
        assert visitor.looks().use is CacheUse.MISS

    def test_a_copy_ends_with_its_session(self, visitor, clock):
        visitor.vault = msgspec.structs.replace(visitor.vault, expires_at=clock.now + timedelta(hours=1))
        visitor.looks()
        clock.pass_by(minutes=61)
        assert visitor.entry().sealed is None


class Broken:
    """A cache whose `methods` fail, as long as a test wants; the others are a real one's."""

    def __init__(self, cache, methods):
        self._cache, self.methods = cache, methods

    def __getattr__(self, name):
        if name in self.methods:
            return self._fail
        return getattr(self._cache, name)

    def _fail(self, *_args, **_options):
        raise CacheFault("unreachable")


class TestWhenTheCacheFails:
    def broken(self, visitor, *methods):
        cache = Broken(visitor.cache, methods)
        visitor.keeping = Keeping(cache, visitor.sealer, visitor.clock)
        return cache

    @pytest.mark.parametrize("method", ["read", "claim", "keep"])
    def test_the_bank_is_asked_and_the_answer_says_so(self, visitor, method):
        self.broken(visitor, method)
        looked = visitor.looks()
        assert looked.banks
        assert looked.use is CacheUse.BYPASS

    @pytest.mark.parametrize("method", ["read", "claim", "keep"])
    def test_a_stream_goes_on_without_it(self, visitor, method):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        self.broken(visitor, method)
        told = visitor.streams()
        assert isinstance(told[0].answer, Prepared)
        assert told[-1].cache is CacheUse.BYPASS

    def test_a_copy_that_can_be_read_is_shown_where_neither_cache_nor_bank_does_more(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        self.broken(visitor, "claim")
        visitor.local_plaid.fault("*", error_code="INSTITUTION_DOWN")
        looked = visitor.looks()
        assert (len(looked.banks), len(looked.problems), looked.use) == (1, 1, CacheUse.BYPASS)
        assert [type(told.answer) for told in visitor.streams()] == [Prepared, BankProblem]

    def test_what_could_not_be_forgotten_is_forgotten_before_anything_is_read_again(self, visitor):
        visitor.looks()
        cache = self.broken(visitor, "forget", "read")
        assert not visitor.keeping.forget(visitor.item_id)
        cache.methods = ()
        assert visitor.looks().use is CacheUse.BYPASS
        assert visitor.keeping.status()["waiting_to_be_forgotten"] == 0

    @pytest.mark.parametrize("rubbish", [b"", b"\x00", b"klc1", b"x" * 70_000, b"\x80\x04\x95pickle"])
    def test_rubbish_in_its_place_is_a_miss_and_is_overwritten(self, visitor, rubbish):
        visitor.looks()
        visitor.puts(rubbish)
        assert visitor.looks().use is CacheUse.MISS
        assert visitor.looks().use is CacheUse.HIT

    def test_r10_an_entry_swapped_with_anothers_is_a_miss(self, visitor, parts):
        other = Visitor(parts, "user_good")
        mine, theirs = visitor.looks(), other.looks()
        visitor.puts(other.entry().sealed)
        assert visitor.looks().banks == mine.banks != theirs.banks


class TestManyAtOnce:
    def test_two_hundred_visitors_of_one_item_make_one_sync_call(self, visitor):
        visitor.looks()
        visitor.clock.pass_by(hours=1)
        visitor.local_plaid.fault("/transactions/sync", latency_ms=200)

        def look(number):
            return visitor.streams() if number % 2 else visitor.looks()

        def all_look():
            with ThreadPoolExecutor(200) as crowd:
                list(crowd.map(look, range(200)))
            settled(visitor)

        visitor.sleep = time.sleep
        assert visitor.calls_of(all_look) == {"/transactions/sync": 1}

    def test_a_crowd_without_a_copy_reads_the_bank_once(self, visitor):
        visitor.local_plaid.fault("/transactions/get", latency_ms=200)
        visitor.sleep = time.sleep

        def all_look():
            with ThreadPoolExecutor(30) as crowd:
                assert len({len(each.transactions()) for each in crowd.map(lambda _: visitor.looks(), range(30))}) == 1

        calls = visitor.calls_of(all_look)
        assert calls["/transactions/sync"] == 1
        assert calls["/liabilities/get"] == 1

    def test_one_who_waits_too_long_for_another_asks_for_themselves(self, visitor):
        visitor.cache.claim(visitor.name, seconds=60)
        looked = visitor.looks()
        assert looked.banks
        assert looked.use is CacheUse.BYPASS


def test_a_bank_that_is_waited_for_is_claimed_by_a_thread_that_asks_it_and_by_none_that_waits_its_turn(visitor):
    """Or all threads would wait for a claim behind them, and a reader who leaves would keep it from everybody."""
    visitor.looks()
    visitor.clock.pass_by(hours=1)
    with ThreadPoolExecutor(1) as busy:
        visitor.pool, free, turn = busy, visitor.pool, Event()
        busy.submit(turn.wait)
        reading = visitor.client().read_each(START, TODAY, SUMS)
        assert isinstance(next(reading).answer, Prepared)
        claim = visitor.cache.claim(visitor.name, seconds=60)
        assert claim is not None
        visitor.cache.release(visitor.name, claim)
        turn.set()
        assert [told.cache for told in reading] == [CacheUse.MISS]
    visitor.pool = free


def test_what_is_renewed_behind_does_not_wait_for_the_banks_that_are_waited_for(visitor):
    visitor.looks()
    known = visitor.name
    visitor.vault = visitor.client().store_token_in_session(Secret(visitor.local_plaid.connect("user_good")))
    visitor.vault = msgspec.structs.replace(visitor.vault, banks=visitor.vault.banks[::-1])
    visitor.clock.pass_by(hours=1)
    asked = visitor.plaid.fetch

    def fetch(*given, **more):
        for _ in range(400):  # not before the other bank is renewed
            if visitor.cache.read([(known, "rows")])[0].revision != before:
                return asked(*given, **more)
            time.sleep(0.01)
        raise AssertionError("its renewal has not begun")

    before = visitor.cache.read([(known, "rows")])[0].revision
    visitor.plaid = SimpleNamespace(**{name: getattr(visitor.plaid, name) for name in ASKED} | {"fetch": fetch})
    assert visitor.looks().use is CacheUse.MISS


def test_a_copy_of_a_bank_that_has_ended_is_not_shown_where_the_cache_cannot_be_written_to(visitor, monkeypatch):
    visitor.looks()
    visitor.clock.pass_by(hours=1)

    def full(*_given, **_more):
        raise CacheFault("full")

    monkeypatch.setattr(visitor.cache, "claim", full)
    visitor.local_plaid.fault("/transactions/get", error_code="INTERNAL_SERVER_ERROR", count=3)
    assert len(visitor.looks().banks) == 1
    visitor.local_plaid.fault("/transactions/get", error_code="USER_PERMISSION_REVOKED")
    answer = visitor.looks()
    assert (answer.banks, [problem.code for problem in answer.problems]) == ((), ["USER_PERMISSION_REVOKED"])
