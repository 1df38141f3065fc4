"""Recovery files, made and used by the services themselves, on the real seals and the local Plaid."""

from dataclasses import dataclass

import msgspec
import pytest
from support.local_plaid import LocalPlaid

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.adapters.sealing.passphrase import PassphraseEnvelope
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import InvalidField, NotInTier, SealBroken, TooManyBanks
from keepless.services.recovery import ForeignFile, Recovered, Recovery, Restoring
from keepless.services.vault import MAX_BANKS, BankKey

WORDS = Secret("twelve letters and more")
FILES = PassphraseEnvelope(kind="recovery")
KEYS = generate()


def recovery_with(keys, environment="local", clock=None):
    return Recovery(Envelope(Keyring.parse(keys), environment), FILES, clock)


@pytest.fixture
def recovery(clock):
    return recovery_with(KEYS, clock=clock)


@dataclass
class Connected:
    """A bank at the local Plaid, as a vault has it."""

    local_plaid: LocalPlaid
    key: BankKey

    def rotate(self):
        _, made = self.local_plaid.call("/item/access_token/invalidate", {"access_token": self.key.token.reveal()})
        return BankKey(self.key.bank, Secret(made["new_access_token"]))

    def remove(self):
        self.local_plaid.call("/item/remove", {"access_token": self.key.token.reveal()})


@pytest.fixture
def connect(local_plaid, plaid):
    def connected():
        token = Secret(local_plaid.connect())
        return Connected(local_plaid, BankKey(plaid.identify(token), token))

    return connected


def full(vault, number=MAX_BANKS):
    for place in range(number):
        bank = BankRef(f"item-of-a-full-vault-{place:016}", f"ins_{place}", "First Platypus Bank")
        token = Secret(f"access-sandbox-00000000-0000-4000-8000-{place:012}")
        vault = vault.with_bank(BankKey(bank, token))
    return vault


def test_a_file_gives_back_the_banks_and_when_it_was_made(recovery, vault, clock):
    made = recovery.from_file(WORDS, recovery.to_file(WORDS, full(vault)))
    assert made.keys == full(vault).banks
    assert made.made_at == clock.now.replace(microsecond=0)


def test_a_file_of_twenty_banks_is_a_few_kilobytes(recovery, vault):
    assert len(recovery.to_file(WORDS, full(vault))) < 7_000


def test_the_passphrase_alone_gives_no_token(recovery, vault):
    """What is inside is sealed once more, by keys that only the server has."""
    inside = FILES.open(WORDS, recovery.to_file(WORDS, full(vault, 1)))
    assert inside.startswith(b"v1.")
    assert b"access-" not in inside
    assert full(vault, 1).banks[0].bank.item_id.encode() not in inside


def test_the_servers_keys_alone_give_no_token(recovery, vault):
    with pytest.raises(SealBroken):
        recovery.from_file(Secret("another dozen letters"), recovery.to_file(WORDS, full(vault, 1)))


@pytest.mark.parametrize(
    ("keys", "environment"), [(generate(), "local"), (KEYS, "production")], ids=["keys", "environment"]
)
def test_what_another_server_sealed_is_told_from_a_wrong_passphrase(recovery, vault, clock, keys, environment):
    with pytest.raises(ForeignFile):
        recovery_with(keys, environment, clock).from_file(WORDS, recovery.to_file(WORDS, full(vault, 1)))


def test_a_file_outlives_the_newest_key_as_long_as_its_own_is_listed(recovery, vault, clock):
    text = recovery.to_file(WORDS, full(vault, 1))
    assert recovery_with(f"{generate()},{KEYS}", clock=clock).from_file(WORDS, text).keys == full(vault, 1).banks


def test_r8_a_sealed_text_of_another_purpose_is_none(recovery, clock):
    sealer = Envelope(Keyring.parse(KEYS), "local")
    text = FILES.seal(WORDS, sealer.seal("session", b"whatever").encode())
    with pytest.raises(ForeignFile):
        recovery.from_file(WORDS, text)


@pytest.mark.parametrize("passphrase", ["", "eleven char", "x" * 1_001], ids=["none", "eleven", "1,001"])
def test_a_passphrase_has_twelve_to_a_thousand_characters(recovery, vault, passphrase):
    with pytest.raises(InvalidField):
        recovery.to_file(Secret(passphrase), full(vault, 1))
    with pytest.raises(InvalidField):
        recovery.from_file(Secret(passphrase), "{}")


def test_restoring_puts_the_banks_behind_those_that_are_there(plaid, pool, vault, connect):
    here, there = connect(), connect()
    restored = Restoring(plaid, pool).restore(
        vault.with_bank(here.key), Recovered((there.key,), vault.issued_at), most=20
    )
    assert restored.vault.banks == (here.key, there.key)
    assert restored.banks == (there.key.bank,)
    assert restored.problems == ()


def test_a_key_that_plaid_does_not_know_is_a_problem_by_name_and_the_others_are_restored(plaid, pool, vault, connect):
    good, removed, rotated = connect(), connect(), connect()
    removed.remove()
    rotated.rotate()
    recovered = Recovered((removed.key, good.key, rotated.key), vault.issued_at)
    restored = Restoring(plaid, pool).restore(vault, recovered, most=20)
    assert restored.vault.banks == (good.key,)
    assert [(problem.bank, problem.code) for problem in restored.problems] == [
        (removed.key.bank, "ITEM_NOT_FOUND"),
        (rotated.key.bank, "INVALID_ACCESS_TOKEN"),
    ]


def test_an_old_file_does_not_replace_a_newer_key(plaid, pool, vault, connect):
    bank = connect()
    newer = bank.rotate()
    restored = Restoring(plaid, pool).restore(vault.with_bank(newer), Recovered((bank.key,), vault.issued_at), most=20)
    assert restored.vault.banks == (newer,)


def test_a_newer_file_replaces_an_old_key_in_its_place(plaid, pool, vault, connect):
    bank, other = connect(), connect()
    newer = bank.rotate()
    before = vault.with_bank(bank.key).with_bank(other.key)
    restored = Restoring(plaid, pool).restore(before, Recovered((newer,), vault.issued_at), most=20)
    assert restored.vault.banks == (newer, other.key)


def test_while_plaid_is_down_nothing_is_restored_and_nothing_is_lost(plaid, pool, vault, connect, local_plaid):
    here, there = connect(), connect()
    local_plaid.fault("/item/get", error_code="PLANNED_MAINTENANCE")
    before = vault.with_bank(here.key)
    restored = Restoring(plaid, pool).restore(before, Recovered((there.key,), vault.issued_at), most=20)
    assert restored.vault == before
    assert [problem.retryable for problem in restored.problems] == [True]


def test_where_there_is_no_room_plaid_is_not_even_asked(plaid, pool, vault, connect, local_plaid):
    bank = connect()
    calls = [item["calls"] for item in local_plaid.items()]
    recovered = Recovered((bank.key,), vault.issued_at)
    with pytest.raises(TooManyBanks):
        Restoring(plaid, pool).restore(full(vault), recovered, most=20)
    with pytest.raises(NotInTier) as refused:
        Restoring(plaid, pool).restore(full(vault, 2), recovered, most=2)
    assert (refused.value.what, refused.value.most) == ("banks", 2)
    assert [item["calls"] for item in local_plaid.items()] == calls


def test_who_has_more_banks_than_their_tier_may_still_renew_their_keys(plaid, pool, vault, connect):
    bank = connect()
    newer = bank.rotate()
    before = full(vault, 2).with_bank(bank.key)
    restored = Restoring(plaid, pool).restore(before, Recovered((newer,), vault.issued_at), most=2)
    assert restored.vault == msgspec.structs.replace(before, banks=(*before.banks[:2], newer))
