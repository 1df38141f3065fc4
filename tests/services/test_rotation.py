"""New tokens for old ones: whatever answer is lost, the item's token is found again."""

import pytest

from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import Patience
from keepless.core.secret import Secret
from keepless.errors import Action
from keepless.services.rotation import AT_ONCE, WAYS_BACK, Rotation
from keepless.services.turns import SECONDS, Turns
from keepless.services.vault import BankKey

INVALIDATE, EXCHANGE, CREATE = (
    "/item/access_token/invalidate",
    "/item/public_token/exchange",
    "/item/public_token/create",
)
LOST = [{"reset": True}, {"half_body": True}, {"silence": 0.3}, {"garbage": True}]
# Each call is made once, so that a lost answer is lost; and given up before silence is over.
ONE_TRY = Patience(read=0.2, tries=1)


@pytest.fixture
def lone_plaid(local_plaid, clock):
    client = PlaidClient(
        local_plaid.url, "client-of-a-test", Secret("secret-of-a-test"), "local", clock=clock, patience=ONE_TRY
    )
    yield client
    client.close()


@pytest.fixture
def forgotten():
    return []


@pytest.fixture
def rotation(lone_plaid, pool, clock, forgotten):
    return Rotation(lone_plaid, pool, Turns(clock), forget=forgotten.append)


@pytest.fixture
def banks(vault, local_plaid, plaid):
    """A vault with so many banks at the local Plaid."""

    def with_banks(number):
        filled = vault
        for _ in range(number):
            token = Secret(local_plaid.connect())
            filled = filled.with_bank(BankKey(plaid.identify(token), token))
        return filled

    return with_banks


def tokens_of(vault):
    return [key.token for key in vault.banks]


def live_tokens(local_plaid):
    """By item id, what Plaid itself takes."""
    return {item["item_id"]: Secret(item["access_token"]) for item in local_plaid.items() if item["state"] == "live"}


def reads_all(vault, local_plaid):
    return {key.bank.item_id: key.token for key in vault.banks} == live_tokens(local_plaid)


def test_every_bank_gets_a_new_token_in_its_place(rotation, banks, local_plaid, forgotten):
    before = banks(3)
    rotated = rotation.go(before, rotation.begin(before).ways)
    assert [key.bank for key in rotated.vault.banks] == [key.bank for key in before.banks]
    assert not set(tokens_of(rotated.vault)) & set(tokens_of(before))
    assert reads_all(rotated.vault, local_plaid)
    assert (rotated.ways, rotated.problems) == ((), ())
    assert sorted(forgotten) == sorted(key.bank.item_id for key in before.banks)


def test_beginning_changes_nothing_at_plaid(rotation, banks, local_plaid):
    before = banks(2)
    begun = rotation.begin(before)
    assert [way.item_id for way in begun.ways] == [key.bank.item_id for key in before.banks]
    assert all(len(way.tokens) == WAYS_BACK for way in begun.ways)
    assert reads_all(before, local_plaid)


def test_a_few_banks_are_done_at_once_and_the_rest_are_next(rotation, banks, local_plaid):
    before = banks(AT_ONCE + 1)
    first = rotation.go(before, rotation.begin(before).ways)
    assert (len(first.banks), len(first.ways)) == (AT_ONCE, 1)
    second = rotation.go(first.vault, first.ways)
    assert (len(second.banks), len(second.ways)) == (1, 0)
    assert reads_all(second.vault, local_plaid)


@pytest.mark.parametrize("lost", LOST, ids=lambda kind: next(iter(kind)))
def test_an_answer_that_is_lost_is_found_again_at_the_next_try(rotation, banks, local_plaid, lost):
    before = banks(1)
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, performs=True, count=1, **lost)
    first = rotation.go(before, ways)
    assert first.vault == before
    assert [problem.retryable for problem in first.problems] == [True]
    assert not reads_all(before, local_plaid)
    second = rotation.go(first.vault, first.ways)
    assert reads_all(second.vault, local_plaid)
    assert second.ways == ()


@pytest.mark.parametrize("lost", LOST, ids=lambda kind: next(iter(kind)))
def test_the_answer_to_the_finding_may_be_lost_as_well(rotation, banks, local_plaid, lost):
    before = banks(1)
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, performs=True, count=1, **lost)
    local_plaid.fault(EXCHANGE, performs=True, count=1, **lost)
    vault = before
    for _ in range(3):
        rotated = rotation.go(vault, ways)
        vault, ways = rotated.vault, rotated.ways
    assert reads_all(vault, local_plaid)


def test_an_answer_of_ours_that_is_lost_is_found_again(rotation, banks, local_plaid, clock):
    """The browser has the old cookies still: the same request once more."""
    before = banks(2)
    ways = rotation.begin(before).ways
    lost = rotation.go(before, ways)
    clock.pass_by(seconds=SECONDS)
    again = rotation.go(before, ways)
    assert tokens_of(again.vault) == tokens_of(lost.vault)
    assert reads_all(again.vault, local_plaid)


def test_after_a_lost_answer_it_can_also_be_begun_again(rotation, banks, local_plaid, clock):
    before = banks(2)
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, performs=True, half_body=True, count=1)
    first = rotation.go(before, ways)
    begun = rotation.begin(first.vault, first.ways)
    assert {way.item_id for way in begun.ways} == {key.bank.item_id for key in before.banks}
    assert begun.problems == ()
    clock.pass_by(seconds=SECONDS)
    assert reads_all(rotation.go(first.vault, begun.ways).vault, local_plaid)


def test_a_call_that_never_reached_plaid_is_made_again(rotation, banks, local_plaid):
    before = banks(1)
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, reset=True, count=1)
    first = rotation.go(before, ways)
    assert reads_all(first.vault, local_plaid)
    assert reads_all(rotation.go(first.vault, first.ways).vault, local_plaid)


def test_one_bank_that_fails_leaves_the_others_their_new_tokens(rotation, banks, local_plaid):
    before = banks(3)
    failing = before.banks[1]
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, error_code="INTERNAL_SERVER_ERROR", access_token=failing.token.reveal(), count=1)
    rotated = rotation.go(before, ways)
    assert [problem.bank for problem in rotated.problems] == [failing.bank]
    assert [way.item_id for way in rotated.ways] == [failing.bank.item_id]
    assert rotated.vault.banks[1] == failing
    assert reads_all(rotated.vault, local_plaid)


def test_without_a_way_back_no_token_is_given_up(rotation, banks, local_plaid):
    before = banks(2)
    without = before.banks[0]
    local_plaid.fault(CREATE, error_code="INTERNAL_SERVER_ERROR", access_token=without.token.reveal())
    begun = rotation.begin(before)
    assert [problem.bank for problem in begun.problems] == [without.bank]
    rotated = rotation.go(before, begun.ways)
    assert rotated.vault.banks[0] == without
    assert reads_all(rotated.vault, local_plaid)


def test_where_plaid_makes_no_way_back_any_more_nothing_is_touched(rotation, banks, local_plaid):
    before = banks(2)
    local_plaid.fault(CREATE, error_type="INVALID_REQUEST", error_code="NO_LONGER_AVAILABLE", status=400)
    begun = rotation.begin(before)
    assert begun.ways == ()
    assert {(problem.code, problem.action) for problem in begun.problems} == {("NO_LONGER_AVAILABLE", Action.NONE)}
    assert reads_all(before, local_plaid)


def test_one_way_back_is_enough_to_go(rotation, banks, local_plaid):
    before = banks(1)
    local_plaid.fault(CREATE, error_code="INTERNAL_SERVER_ERROR", spare=1)
    begun = rotation.begin(before)
    assert [len(way.tokens) for way in begun.ways] == [1]
    assert reads_all(rotation.go(before, begun.ways).vault, local_plaid)


def test_a_way_back_that_ran_out_keeps_the_entry_and_says_so(rotation, banks, plaid, clock):
    before = banks(1)
    ways = rotation.begin(before).ways
    plaid.rotate(before.banks[0].token)
    for public_token in ways[0].tokens:  # used up, which to us is as if it had run out
        plaid.exchange(public_token)
    rotated = rotation.go(before, ways)
    assert rotated.vault == before
    assert [(problem.code, problem.action) for problem in rotated.problems] == [("INVALID_ACCESS_TOKEN", Action.RELINK)]
    assert rotated.ways == ()
    clock.pass_by(seconds=SECONDS)
    assert [problem.code for problem in rotation.begin(before).problems] == ["INVALID_ACCESS_TOKEN"]


def test_a_way_that_leads_to_another_item_is_not_taken(rotation, banks, local_plaid, plaid):
    before = banks(2)
    mine, other = rotation.begin(before).ways
    plaid.rotate(before.banks[0].token)
    rotated = rotation.go(before, [type(mine)(mine.item_id, other.tokens)])
    assert rotated.vault == before
    assert [problem.code for problem in rotated.problems] == ["INVALID_ACCESS_TOKEN"]


def test_r5_while_one_request_is_at_a_bank_another_does_nothing(rotation, banks, local_plaid):
    before = banks(2)
    ways = rotation.begin(before).ways
    rotated = rotation.go(before, ways)
    assert rotation.go(before, ways) is None
    assert reads_all(rotated.vault, local_plaid)


def test_a_bank_that_failed_can_be_tried_again_at_once(rotation, banks, local_plaid):
    before = banks(1)
    ways = rotation.begin(before).ways
    local_plaid.fault(INVALIDATE, error_code="INTERNAL_SERVER_ERROR", count=1)
    assert rotation.go(before, ways).problems
    assert reads_all(rotation.go(before, ways).vault, local_plaid)


def test_a_bank_that_was_removed_leaves_the_line(rotation, banks, plaid):
    before = banks(1)
    ways = rotation.begin(before).ways
    plaid.remove(before.banks[0].token)
    rotated = rotation.go(before, ways)
    assert [problem.action for problem in rotated.problems] == [Action.DROP]
    assert (rotated.vault, rotated.ways) == (before, ())
