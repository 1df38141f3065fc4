"""Whatever happens, the hybrid edition shows what the stateless one would: at the latest once its copy was renewed."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from services.conftest import NOW, Clock
from services.test_hybrid import Visitor, settled

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.plaid.client import PlaidClient
from keepless.core.models import CacheUse
from keepless.core.secret import Secret
from keepless.errors import CacheFault
from keepless.services.snapshots import StatelessPlaidClient
from keepless.services.vault import new_vault
from keepless.services.views import View

TODAY = NOW.date()
AS_OF_NOTHING = NOW.replace(year=2000)
LINES = View("lines", "1", lambda bank: msgspec.json.encode(bank.transactions))

days = st.sampled_from([5, 30, 89, 200])
shifts = st.sampled_from([-1, 0, 1])  # a visitor may be a day behind the bank, or ahead of it
deeds = st.lists(
    st.one_of(
        *[st.tuples(st.just("change"), st.just(way)) for way in ("added", "modified", "removed", "pending", "booked")],
        st.tuples(st.just("looks"), days, shifts),
        st.tuples(st.just("streams"), days, shifts),
        st.tuples(st.just("insists"), days, shifts),
        st.tuples(st.just("waits"), st.sampled_from([1, 11, 1500])),
        st.tuples(st.just("webhook")),
        st.tuples(st.just("cache_away")),
        st.tuples(st.just("cache_back")),
        st.tuples(st.just("entry_lost")),
        st.tuples(
            st.just("plaid_fails"), st.sampled_from(["/transactions/sync", "/transactions/get", "/liabilities/get"])
        ),
    ),
    max_size=5,
)


class Shaky(MemoryCache):
    """A cache that is away at times."""

    is_away = False

    def read(self, wanted):
        self._be_there()
        return super().read(wanted)

    def claim(self, name, *, seconds):
        self._be_there()
        return super().claim(name, seconds=seconds)

    def keep(self, name, claim, parts, *, until):
        self._be_there()
        return super().keep(name, claim, parts, until=until)

    def lose(self, name):
        self._entries.pop(name, None)

    def _be_there(self):
        if self.is_away:
            raise CacheFault("unreachable")


def period(length, shift):
    end = TODAY + timedelta(days=shift)
    return end - timedelta(days=length - 1), end


def told(snapshots):
    """What the banks say, but for when; rows of a day in any order."""
    (bank,) = snapshots.banks
    rows = sorted(bank.transactions, key=lambda row: (row.date, row.id))
    return msgspec.structs.replace(bank, fetched_at=AS_OF_NOTHING, transactions=rows)


class Story(Visitor):
    def live(self, start, end):
        return StatelessPlaidClient(self.plaid, self.pool, self.vault).get_dashboard_data(start, end)

    def change(self, way):
        try:
            self.local_plaid.change(self.token, **{way: 3})
        except AssertionError:  # not so many are pending
            assert way == "booked"

    def looks(self, length, shift):
        answer = self.client().get_dashboard_data(*period(length, shift))
        settled_if_there(self)
        return answer

    def insists(self, length, shift):
        answer = self.client(asked_anew_after=timedelta()).get_dashboard_data(*period(length, shift))
        settled_if_there(self)
        return answer

    def streams(self, length, shift):
        return list(self.client().read_each(*period(length, shift), LINES))

    def waits(self, minutes):
        self.clock.pass_by(minutes=minutes)

    def webhook(self):
        self.keeping.mark_stale(self.item_id)

    def cache_away(self):
        self.cache.is_away = True

    def cache_back(self):
        self.cache.is_away = False

    def entry_lost(self):
        self.cache.lose(self.name)

    def plaid_fails(self, call):
        self.local_plaid.fault(call, error_code="PLANNED_MAINTENANCE", count=1)


def settled_if_there(visitor):
    if not visitor.cache.is_away:
        settled(visitor)


@pytest.fixture(scope="module")
def time_of_all():
    """One clock for the adapter, the cache and the services; each story begins it anew."""
    return Clock()


@pytest.fixture(scope="module")
def asked(local_plaid, time_of_all):
    secret = Secret("secret-of-a-test")
    client = PlaidClient(local_plaid.url, "client-of-a-test", secret, "local", clock=time_of_all)
    yield client
    client.close()


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=deeds, first=st.tuples(days, shifts), deeds=deeds, last=st.tuples(days, shifts))
def test_what_is_shown_at_a_quiet_moment_is_what_the_bank_says(  # noqa: PLR0917 - fixtures come by name
    local_plaid, asked, pool, sealer, time_of_all, before, first, deeds, last
):
    time_of_all.now = NOW
    vault = new_vault(NOW, days=30, session_id="session", secret=bytes(16))
    story = Story((local_plaid, asked, pool, Shaky(time_of_all), sealer, time_of_all, vault))
    for name, *how in [*before, ("looks", *first), *deeds]:
        getattr(story, name)(*how)
    local_plaid.end_faults()
    story.cache_back()
    story.webhook()
    story.clock.pass_by(seconds=1)  # a mark of the very moment of a claim counts as later
    story.looks(*last)
    copy = story.looks(*last)
    assert (copy.use, copy.problems) == (CacheUse.HIT, ())
    assert told(copy) == told(story.live(*period(*last)))
