"""What is stored with an account: whose key opens it, who may bring it up to date, and that it is sealed."""

from datetime import UTC, datetime, timedelta

import pytest
from core.capsules import NOON
from support.databases import accounts_stores

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sealing.capsules import CapsuleEnvelope
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.core.capsule import BankMonth, BankName, Capsule
from keepless.errors import AccountsFault
from keepless.services.trend_keeping import TrendKeeping
from keepless.services.trend_store import Stored, TrendStore, Whose

ANA = "3f1c9d52-6a0e-4c57-9f0b-0d6f0a4f9a01"
HERE, THERE = b"h" * 32, b"t" * 32
keeping = TrendKeeping(CapsuleEnvelope("local"), PassphraseEnvelope())


def known(*months):
    return Capsule(
        banks={"ins_1": BankName(NOON, "First Bank")},
        months={("ins_1", month): BankMonth(days=31, as_of=NOON, sums={}) for month in months},
    )


@pytest.fixture
def stores(database):
    with accounts_stores(database) as made:
        now = datetime.now(UTC)
        made.accounts.ask("link", at=now, until=now + timedelta(minutes=15))
        made.accounts.sign_in(
            "link", "ana@example.test", new_user_id=ANA, session_id="session", at=now, until=now + timedelta(days=7)
        )
        yield made


@pytest.fixture
def store(stores):
    return TrendStore(stores.capsules, keeping)


def test_nothing_is_stored_before_somebody_asks_for_it(store):
    kept = keeping.seal(HERE, known("2026-08"))
    assert store.bring_up_to_date(ANA, HERE, kept) is None
    assert store.look(ANA, HERE) == Stored()


def test_what_is_stored_opens_with_the_key_of_its_browser_alone(store):
    store.begin(ANA, keeping.seal(HERE, known("2026-08")))
    assert store.look(ANA, HERE) == Stored(whose=Whose.HERE, capsule=known("2026-08"))
    for other in (THERE, None):
        assert store.look(ANA, other) == Stored(whose=Whose.ELSEWHERE)


def test_its_browser_brings_it_up_to_date_and_another_leaves_it_alone(store):
    store.begin(ANA, keeping.seal(HERE, known("2026-08")))
    assert store.bring_up_to_date(ANA, THERE, keeping.seal(THERE, known("2020-01"))) is Whose.ELSEWHERE
    assert store.look(ANA, HERE).capsule == known("2026-08")
    assert store.bring_up_to_date(ANA, HERE, keeping.seal(HERE, known("2026-08", "2026-10"))) is Whose.HERE
    assert store.look(ANA, HERE).capsule == known("2026-08", "2026-10")


def test_another_browser_takes_its_place_where_it_is_told_to(store):
    store.begin(ANA, keeping.seal(HERE, known("2026-08")))
    store.begin(ANA, keeping.seal(THERE, known("2026-10")))
    assert store.look(ANA, THERE).capsule == known("2026-10")
    assert store.look(ANA, HERE).whose is Whose.ELSEWHERE


def test_what_is_stored_goes_when_the_person_says_so_and_does_not_come_back_by_itself(store):
    kept = keeping.seal(HERE, known("2026-08"))
    store.begin(ANA, kept)
    for _ in range(2):
        store.end(ANA)
    assert store.bring_up_to_date(ANA, HERE, kept) is None
    assert store.look(ANA, HERE) == Stored()


def test_it_goes_with_the_account(stores, store):
    store.begin(ANA, keeping.seal(HERE, known("2026-08")))
    assert stores.accounts.delete(ANA, at=datetime.now(UTC)).trend_capsules == 1
    assert stores.capsules.get(ANA) is None
    with pytest.raises(AccountsFault):
        store.begin(ANA, keeping.seal(HERE, known("2026-08")))


def test_the_row_is_the_sealed_text_and_nothing_readable(stores, store):
    kept = keeping.seal(HERE, known("2026-08"))
    store.begin(ANA, kept)
    assert stores.capsules.get(ANA) == kept.sealed
    assert "First" not in kept.sealed


@pytest.mark.parametrize("text", ["", "x", "kt1.AAAA", "kt1." + "A" * 80])
def test_a_row_that_was_tampered_with_is_nobodys(text):
    class Row:
        def get(self, _user_id):
            return text

    assert TrendStore(Row(), keeping).look(ANA, HERE) == Stored(whose=Whose.ELSEWHERE)


def test_memory_does_as_a_database_does():
    stores, now = MemoryStores(), datetime.now(UTC)
    with pytest.raises(AccountsFault):
        TrendStore(stores.capsules, keeping).begin(ANA, keeping.seal(HERE, known()))
    stores.accounts.ask("link", at=now, until=now + timedelta(minutes=15))
    stores.accounts.sign_in("link", "a@b.test", new_user_id=ANA, session_id="s", at=now, until=now + timedelta(days=7))
    TrendStore(stores.capsules, keeping).begin(ANA, keeping.seal(HERE, known("2026-08")))
    assert TrendStore(stores.capsules, keeping).look(ANA, HERE).whose is Whose.HERE
