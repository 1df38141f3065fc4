"""What the web tier leaves for the reaper, and that it neither stops for it nor does it twice."""

import threading

import msgspec
import pytest

from keepless.adapters.memory_accounts import MemoryStores
from keepless.adapters.sealing.reaper import Installation, ReaperKeys, ReaperSeal, generate
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import AccountsFault
from keepless.services import envelopes
from keepless.services.accounts import row_id
from keepless.services.envelopes import LAST_DAY, EnvelopeNames
from keepless.services.reaping import MOST_WAITING, Reaping
from keepless.services.vault import BankKey

HOME = Installation("local", "client-of-a-test")
PAIR = generate()
USER = "7f3a0000-0000-4000-8000-000000000001"
keys = ReaperKeys.parse(PAIR.private, HOME)
names = EnvelopeNames(str(HOME))


class Store:
    """A store whose writes are counted, and that a test takes away."""

    def __init__(self) -> None:
        self._real = MemoryStores().reaper
        self.away = False
        self.full = False  # takes nothing in, and gives and drops what it has
        self.writes = 0

    def __getattr__(self, name):
        def call(*arguments, **options):
            if self.away or (self.full and name == "put"):
                raise AccountsFault("unreachable")
            self.writes += name in ("put", "drop")
            return getattr(self._real, name)(*arguments, **options)

        return call

    def all(self):
        return self._real.due(LAST_DAY)


@pytest.fixture
def store():
    return Store()


@pytest.fixture
def faults():
    return []


@pytest.fixture
def reaping(store, faults):
    return Reaping(store, ReaperSeal.parse(PAIR.public, HOME), str(HOME), on_fault=faults.append, again_after=0.01)


def bank(number: int, token: str = "") -> BankKey:
    return BankKey(BankRef(f"item-{number}", "ins_1", "A bank"), Secret(token or f"token-{number}"))


def holding(vault, *banks, **changed):
    return msgspec.structs.replace(vault, banks=banks, **changed)


def opened(store):
    """The tokens in all envelopes, by their item's number and session."""
    return {keys.open(each.id, each.sealed).reveal() for each in store.all()}


def test_each_bank_has_an_envelope_that_the_private_key_opens(reaping, store, vault):
    assert reaping.cover(holding(vault, bank(1), bank(2)))
    assert opened(store) == {"token-1", "token-2"}
    assert {each.id for each in store.all()} == {names.of("item-1", "session"), names.of("item-2", "session")}


def test_it_is_due_when_the_vault_ends_and_names_no_row_without_an_account(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    [envelope] = store.all()
    assert (envelope.until, envelope.session_id) == (vault.expires_at, None)


def test_with_an_account_it_names_the_row_of_the_session(reaping, store, vault):
    reaping.cover(holding(vault, bank(1), user=USER))
    assert [each.session_id for each in store.all()] == [row_id("session")]


def test_nothing_of_the_bank_or_the_person_can_be_read_in_it(reaping, store, vault):
    reaping.cover(holding(vault, bank(1), user=USER))
    at_rest = msgspec.json.encode(store.all()) + store.all()[0].sealed
    for secret in (b"token-1", b"item-1", b"ins_1", b"A bank", USER.encode(), b'"session"'):
        assert secret not in at_rest


def test_a_cookie_that_is_written_again_as_it_was_writes_nothing_here(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    before = store.writes
    for _ in range(5):
        reaping.cover(holding(vault, bank(1)), holding(vault, bank(1)))
    assert store.writes == before


def test_a_second_bank_is_stored_alone(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    [first] = store.all()
    reaping.cover(holding(vault, bank(1), bank(2)), holding(vault, bank(1)))
    assert first in store.all()
    assert opened(store) == {"token-1", "token-2"}


def test_r5_a_rotated_token_takes_the_place_of_the_old_one(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    reaping.cover(holding(vault, bank(1, "token-new")), holding(vault, bank(1)))
    assert opened(store) == {"token-new"}


def test_another_end_of_the_session_is_stored(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    longer = holding(vault, bank(1), expires_at=vault.expires_at.replace(year=vault.expires_at.year + 1))
    reaping.cover(longer)
    assert [each.until for each in store.all()] == [longer.expires_at]


def test_who_signs_in_again_takes_the_banks_out_of_the_former_session(reaping, store, vault):
    former = holding(vault, bank(1), bank(2), user=USER)
    reaping.cover(former)
    reaping.cover(msgspec.structs.replace(former, session_id="next"), former)
    assert {each.session_id for each in store.all()} == {row_id("next")}
    assert opened(store) == {"token-1", "token-2"}


def test_until_the_new_envelope_is_stored_the_former_one_stays(reaping, store, vault):
    former = holding(vault, bank(1), user=USER)
    reaping.cover(former)
    store.full = True
    assert not reaping.cover(msgspec.structs.replace(former, session_id="next"), former)
    assert [each.session_id for each in store.all()] == [row_id("session")]
    store.full = False
    assert settled(reaping)
    assert [each.session_id for each in store.all()] == [row_id("next")]


def test_a_former_session_that_a_slow_tab_writes_back_is_covered_anew(reaping, store, vault):
    """Else the bank would be reaped with the session that took it over, while this one lives on."""
    former = holding(vault, bank(1))
    reaping.cover(former)
    reaping.cover(holding(vault, bank(1), session_id="next", user=USER), former)
    reaping.cover(holding(vault, bank(1), bank(2)), former)
    assert {(each.id, each.session_id) for each in envelopes.of_item(store, names.item_part("item-1"))} == {
        (names.of("item-1", "session"), None),
        (names.of("item-1", "next"), row_id("next")),
    }


def test_one_bank_in_two_browsers_has_an_envelope_for_each(reaping, store, vault):
    reaping.cover(holding(vault, bank(1)))
    reaping.cover(holding(vault, bank(1), session_id="on another device"))
    assert len(envelopes.of_item(store, names.item_part("item-1"))) == 2


def test_a_bank_that_is_gone_at_plaid_leaves_none_in_any_browser(reaping, store, vault):
    reaping.cover(holding(vault, bank(1), bank(2)))
    reaping.cover(holding(vault, bank(1), session_id="on another device"))
    assert reaping.uncover(["item-1"])
    assert opened(store) == {"token-2"}


@pytest.mark.parametrize("removed", [["item-1"], []], ids=["one", "none"])
def test_the_banks_that_are_left_of_an_ended_session_keep_the_end_that_they_were_given(reaping, store, vault, removed):
    """The session was ended elsewhere and is to be reaped soon; that its browser then revokes puts nothing off."""
    before = holding(vault, bank(1), bank(2), user=USER)
    reaping.cover(before)
    sooner = [msgspec.structs.replace(each, until=vault.issued_at) for each in store.all()]
    store.put(sooner)
    other_process = Reaping(store, ReaperSeal.parse(PAIR.public, HOME), str(HOME))
    other_process.cover(before.without_banks(removed), before)
    assert {each.until for each in store.all()} == {vault.issued_at}


def test_a_bank_whose_item_id_plaid_did_not_tell_is_left_to_its_cookie(reaping, store, vault):
    assert reaping.cover(holding(vault, BankKey(BankRef("", "", ""), Secret("token"))))
    assert store.all() == []


def settled(reaping) -> bool:
    """Whether nothing waits, after the time that it takes to try again."""
    patience = threading.Event()
    for _ in range(500):
        if not any(reaping.status().values()):
            return True
        patience.wait(0.01)
    return False


def test_a_database_that_is_away_stops_nobody_and_is_counted(reaping, store, faults, vault):
    store.away = True
    assert not reaping.cover(holding(vault, bank(1)))
    assert not reaping.uncover(["item-2"])
    assert faults.count("unreachable") >= 2
    store.away = False
    assert settled(reaping)
    assert opened(store) == {"token-1"}


def test_a_bank_that_is_gone_before_it_could_be_stored_is_not_stored_any_more(reaping, store, vault):
    store.away = True
    reaping.cover(holding(vault, bank(1), bank(2)))
    reaping.uncover(["item-1"])
    store.away = False
    assert settled(reaping)
    assert opened(store) == {"token-2"}


def test_what_waits_is_bounded(reaping, store, vault):
    store.away = True
    for start in range(0, MOST_WAITING + 100, 100):
        reaping.cover(holding(vault, *map(bank, range(start, start + 100))))
    assert reaping.status()["waiting_to_be_stored"] == MOST_WAITING
    store.away = False
    assert settled(reaping)


def test_what_waits_holds_no_token_in_clear(reaping, store, vault):
    store.away = True
    reaping.cover(holding(vault, bank(1)))
    assert "token-1" not in repr(vars(reaping))
    store.away = False
    assert settled(reaping)
