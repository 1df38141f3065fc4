from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import SealBroken, SessionExpired, SessionUnreadable, TooManyBanks, UnknownBank
from keepless.services.vault import MAX_BANKS, MAX_ENCODED, ONE_MORE, BankKey, Vault, decode, encode, new_vault

NOW = datetime(2026, 3, 1, 12, 0, 30, 999_999, tzinfo=UTC)


def fresh(**given: object) -> Vault:
    return new_vault(NOW, **{"days": 7, "session_id": "s" * 22, "secret": b"c" * 16} | given)


def bank(number: int, *, name: str = "Harbour Bank", token: str | None = None, item_id: str | None = None) -> BankKey:
    ref = BankRef(item_id or f"{number:02d}" + "x" * 35, f"ins_{100_000 + number}", name)
    return BankKey(ref, Secret(token or f"access-sandbox-{UUID(int=number)}"))


def with_banks(vault: Vault, *keys: BankKey) -> Vault:
    for key in keys:
        vault = vault.with_bank(key)
    return vault


texts = st.text(st.characters(codec="utf-8"), max_size=40)
times = st.integers(0, 7_258_118_400).map(lambda second: datetime.fromtimestamp(second, UTC))
keys = st.builds(
    BankKey,
    st.builds(BankRef, texts, texts, texts),
    (texts | st.uuids().map(lambda unique: f"access-production-{unique}")).map(Secret),
)
vaults = st.builds(
    Vault,
    session_id=texts,
    secret=st.binary(max_size=32),
    issued_at=times,
    expires_at=times,
    banks=st.lists(keys, max_size=5).map(tuple),
    keep_connected=st.booleans(),
)


def shortened(vault: Vault) -> Vault:
    return msgspec.structs.replace(
        vault,
        banks=tuple(
            BankKey(
                msgspec.structs.replace(key.bank, name=key.bank.name.encode()[:48].decode("utf-8", "ignore")), key.token
            )
            for key in vault.banks
        ),
    )


@given(vaults)
def test_a_vault_comes_back_as_it_was_but_for_long_names(vault: Vault):
    assert decode(encode(vault)) == shortened(vault)


@given(st.binary(max_size=400))
def test_foreign_bytes_are_a_vault_or_malformed(raw: bytes):
    try:
        vault = decode(raw)
    except SealBroken:
        return
    assert decode(encode(vault)) == shortened(vault)


@given(vaults, st.data())
def test_a_cut_vault_is_malformed(vault: Vault, data: st.DataObject):
    raw = encode(vault)
    cut = data.draw(st.integers(0, len(raw) - 1))
    with pytest.raises(SealBroken, match="malformed"):
        decode(raw[:cut])


GOOD = [1, "id", b"secret", 1, 2, False, []]
FOREIGN = {
    "nothing": b"",
    "JSON": b'{"token":"x"}',
    "a pickle": b"\x80\x04K\x01.",
    "another format": msgspec.msgpack.encode([2, *GOOD[1:]]),
    "a field too many": msgspec.msgpack.encode([*GOOD, "more"]),
    "a field too few": msgspec.msgpack.encode(GOOD[:-1]),
    "a map": msgspec.msgpack.encode({"format": 1}),
    "a time before 1970": msgspec.msgpack.encode([1, "id", b"s", -1, 2, False, []]),
    "a time beyond the calendar": msgspec.msgpack.encode([1, "id", b"s", 1, 2**62, False, []]),
    "a time that is a float": msgspec.msgpack.encode([1, "id", b"s", 1.5, 2, False, []]),
    "a token of another length": msgspec.msgpack.encode([*GOOD[:-1], [[b"\0" * 16, "i", "n", "x"]]]),
    "a token of an unknown environment": msgspec.msgpack.encode([*GOOD[:-1], [[b"\x07" + b"\0" * 16, "i", "n", "x"]]]),
    "a token of no bytes": msgspec.msgpack.encode([*GOOD[:-1], [[b"", "i", "n", "x"]]]),
    "a token that is not UTF-8": msgspec.msgpack.encode([*GOOD[:-1], [[b"\xff\xfe", "i", "n", "x"]]]),
    "a bank without a name": msgspec.msgpack.encode([*GOOD[:-1], [[b"\xfftoken", "i", "n"]]]),
    "text that is not UTF-8": msgspec.msgpack.encode(GOOD).replace(b"\xa2id", b"\xa2\xff\xfe"),
    "10,000 nested arrays": b"\x91" * 10_000,
}


def test_the_foreign_examples_start_from_something_that_decodes():
    assert decode(msgspec.msgpack.encode(GOOD)).session_id == "id"


@pytest.mark.parametrize("raw", FOREIGN.values(), ids=FOREIGN.keys())
def test_a_foreign_plaintext_is_malformed(raw: bytes):
    with pytest.raises(SealBroken, match="malformed"):
        decode(raw)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
def test_a_token_of_plaids_shape_takes_the_room_of_its_uuid(environment: str):
    token = f"access-{environment}-{uuid4()}"
    vault = fresh().with_bank(bank(1, token=token))
    as_text = fresh().with_bank(bank(1, token=token.upper()))
    assert decode(encode(vault)).banks[0].token.reveal() == token
    assert len(encode(as_text)) - len(encode(vault)) == 1 + len(token) - 17


UNIQUE = "0fa3b2c1-1111-4222-8333-abcdefabcdef"


@pytest.mark.parametrize(
    "token",
    [
        f"access-sandbox-{UNIQUE.upper()}",
        f"access-sandbox-{{{UNIQUE}}}",
        f"access-sandbox-urn:uuid:{UNIQUE}",
        f"access-sandbox-{UNIQUE.replace('-', '')}",
        f"access-development-{UNIQUE}",
        f"public-sandbox-{UNIQUE}",
        f"access-sandbox-{UNIQUE}-more",
        "access-sandbox-",
        "access",
        "",
        "a token of another kind, é",
    ],
)
def test_a_token_of_any_other_shape_stays_exactly_as_it_was(token: str):
    key = BankKey(bank(1).bank, Secret(token))
    assert decode(encode(fresh().with_bank(key))).banks[0].token.reveal() == token


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a" * 47 + "é", "a" * 47),
        ("a" * 46 + "é", "a" * 46 + "é"),
        ("銀" * 30, "銀" * 16),
        ("🏦" * 30, "🏦" * 12),
        ("Harbour Bank", "Harbour Bank"),
        ("", ""),
        ("half a pair \ud83c", "half a pair ?"),
    ],
)
def test_a_name_is_cut_at_a_characters_end(name: str, kept: str):
    assert decode(encode(fresh().with_bank(bank(1, name=name)))).banks[0].bank.name == kept


def test_twenty_banks_with_the_longest_ids_and_names_fit():
    vault = with_banks(fresh(), *(bank(number, name="銀行" * 40) for number in range(MAX_BANKS)))
    assert len(encode(vault)) <= MAX_ENCODED
    assert len(vault.banks) == 20


def test_input_17_the_twenty_first_bank_is_refused_before_and_after_the_exchange():
    nineteen = with_banks(fresh(), *(bank(number, name="銀行" * 40) for number in range(MAX_BANKS - 1)))
    nineteen.require_room()
    full = nineteen.with_bank(bank(19))
    with pytest.raises(TooManyBanks):
        full.require_room()
    with pytest.raises(TooManyBanks):
        full.with_bank(bank(20))


def test_one_bank_that_is_too_big_for_the_cookie_is_refused():
    with pytest.raises(TooManyBanks):
        fresh().with_bank(bank(1, token="t" * MAX_ENCODED))


def test_where_there_is_room_for_one_more_any_bank_of_plaids_shape_fits():
    """Grows a vault with long foreign tokens to the edge of its room: what require_room lets in has to fit."""
    for length in range(1_000, MAX_ENCODED):
        try:
            vault = fresh().with_bank(bank(1, token="t" * length))
            vault.require_room()
        except TooManyBanks:
            break
        largest = vault
    grown = largest.with_bank(bank(2, name="銀行" * 40, item_id="i" * 64))
    assert MAX_ENCODED - ONE_MORE <= len(encode(grown)) <= MAX_ENCODED


def test_a_bank_connected_again_keeps_its_place_and_has_the_new_token():
    vault = with_banks(fresh(), bank(1), bank(2), bank(3))
    again = vault.with_bank(bank(2, token="access-new"))
    assert [key.bank.item_id for key in again.banks] == [key.bank.item_id for key in vault.banks]
    assert [key.token.reveal() for key in again.banks][1] == "access-new"


def test_a_full_vault_still_takes_a_new_token_for_a_bank_it_has():
    full = with_banks(fresh(), *(bank(number) for number in range(MAX_BANKS)))
    assert full.with_bank(bank(7, token="access-new")).bank_of(bank(7).bank.item_id).token.reveal() == "access-new"


def test_banks_are_removed_by_item_and_unknown_items_do_not_matter():
    vault = with_banks(fresh(), bank(1), bank(2), bank(3))
    rest = vault.without_banks(key for key in [bank(1).bank.item_id, bank(3).bank.item_id, "unknown"])
    assert rest.banks == (bank(2),)
    assert rest.expires_at == vault.expires_at


def test_a_bank_is_found_by_its_item_or_unknown():
    vault = with_banks(fresh(), bank(1), bank(2))
    assert vault.bank_of(bank(2).bank.item_id) == bank(2)
    with pytest.raises(UnknownBank):
        vault.bank_of("another")


def test_a_new_vault_is_empty_and_counts_its_life_from_whole_seconds():
    vault = fresh(days=30, keep_connected=True)
    assert vault.banks == ()
    assert vault.issued_at == NOW.replace(microsecond=0)
    assert vault.expires_at - vault.issued_at == timedelta(days=30)
    assert decode(encode(vault)) == vault


@pytest.mark.parametrize(
    ("moment", "raises"),
    [
        (timedelta(seconds=-61), SessionUnreadable),
        (timedelta(seconds=-60), None),
        (timedelta(0), None),
        (timedelta(days=7, seconds=59), None),
        (timedelta(days=7, seconds=60), SessionExpired),
        (timedelta(days=4_000), SessionExpired),
    ],
)
def test_a_vault_lives_from_issue_to_expiry_with_a_minute_of_skew(moment: timedelta, raises: type[Exception] | None):
    vault = fresh()
    now = vault.issued_at + moment
    if raises is None:
        vault.require_alive(now)
    else:
        with pytest.raises(raises):
            vault.require_alive(now)


def test_input_7_a_vault_from_the_future_says_so():
    with pytest.raises(SessionUnreadable) as refusal:
        fresh().require_alive(NOW - timedelta(hours=1))
    assert refusal.value.reason == "future"


def test_r17_a_vault_does_not_print_its_tokens_or_its_secret():
    vault = with_banks(fresh(secret=b"cache-secret-000"), bank(1))
    printed = f"{vault!r} {vault} {vault.banks!r}"
    assert "access-" not in printed
    assert "cache-secret" not in printed
    assert vault.session_id not in printed


def test_a_bank_alone_is_the_same_session_issued_when_it_arrived():
    vault = with_banks(fresh(days=30, keep_connected=True), bank(1), bank(2))
    later = vault.issued_at + timedelta(days=3, microseconds=5)
    alone = vault.alone(bank(2), since=later)
    assert alone.banks == (bank(2),)
    assert alone.issued_at == vault.issued_at + timedelta(days=3)
    assert (alone.session_id, alone.secret, alone.expires_at) == (vault.session_id, vault.secret, vault.expires_at)
    assert alone.keep_connected


def test_vaults_are_joined_behind_the_first_whose_session_it_stays():
    first, other = with_banks(fresh(), bank(1), bank(2)), with_banks(fresh(session_id="other"), bank(3))
    joined = first.joined([other, with_banks(fresh(), bank(2))])
    assert joined.banks == (bank(1), bank(2), bank(3))
    assert joined.session_id == first.session_id
    assert first.joined([]) == first


@pytest.mark.parametrize(("mine", "theirs"), [(7, 30), (30, 7)])
def test_joining_prolongs_nothing(mine: int, theirs: int):
    joined = with_banks(fresh(days=mine), bank(1)).joined([with_banks(fresh(days=theirs), bank(2))])
    assert joined.expires_at - joined.issued_at == timedelta(days=7)


def test_of_a_bank_in_both_the_others_token_counts_and_its_place_stays():
    vault = with_banks(fresh(), bank(1), bank(2))
    joined = vault.joined([with_banks(fresh(), bank(1, token="access-new"))])
    assert [key.token.reveal() for key in joined.banks] == ["access-new", bank(2).token.reveal()]


def test_what_fits_is_as_many_banks_as_one_cookie_takes_from_the_first_on():
    few = with_banks(fresh(), bank(1), bank(2))
    assert few.fitting() == few
    many = few.joined(with_banks(fresh(), bank(number)) for number in range(3, 30))
    assert many.fitting().banks == many.banks[:MAX_BANKS]
    long = few.joined(with_banks(fresh(), bank(number, token="t" * 600)) for number in range(3, 9))
    assert len(encode(long.fitting())) <= MAX_ENCODED < len(encode(long))
    assert 2 < len(long.fitting().banks) < 8
