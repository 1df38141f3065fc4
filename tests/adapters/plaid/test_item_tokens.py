"""A new token for an item, and the way back to it, over HTTP."""

from datetime import UTC, datetime

import pytest

from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault
from keepless.services.breakers import GuardedPlaid

NOW = datetime.now(UTC)


def refusal(call, token):
    with pytest.raises(PlaidFault) as fault:
        call(token)
    return fault.value


def test_a_rotation_gives_a_new_token_and_ends_the_old_one(bench, local_plaid):
    old = Secret(local_plaid.connect())
    bank = bench.client.identify(old)
    new = bench.client.rotate(old)
    assert bench.client.identify(new) == bank
    assert refusal(bench.client.identify, old).code == "INVALID_ACCESS_TOKEN"


def test_a_public_token_leads_to_the_new_token(bench, local_plaid):
    old = Secret(local_plaid.connect())
    public_token = bench.client.public_token(old)
    new = bench.client.rotate(old)
    assert bench.client.exchange(public_token).access_token == new


@pytest.mark.parametrize(
    "lost", [{"half_body": True}, {"reset": True}, {"garbage": True}], ids=lambda kind: next(iter(kind))
)
def test_a_rotation_whose_answer_is_lost_is_asked_again_and_says_that_the_token_is_dead(bench, local_plaid, lost):
    old = Secret(local_plaid.connect())
    local_plaid.fault("/item/access_token/invalidate", performs=True, count=1, **lost)
    fault = refusal(bench.client.rotate, old)
    assert (fault.code, fault.retryable) == ("INVALID_ACCESS_TOKEN", False)


def test_a_dead_token_is_no_failure_of_plaids(bench, local_plaid):
    old = Secret(local_plaid.connect())
    bench.client.rotate(old)
    before = bench.client.status()["last_failure"]
    refusal(bench.client.rotate, old)
    refusal(bench.client.public_token, old)
    assert bench.client.status()["last_failure"] == before


def test_that_plaid_makes_no_public_tokens_any_more_is_final_and_no_fault_of_this_installations(bench, local_plaid):
    guarded = GuardedPlaid(bench.client, lambda: NOW)
    token = Secret(local_plaid.connect())
    local_plaid.fault(
        "/item/public_token/create", error_type="INVALID_REQUEST", error_code="NO_LONGER_AVAILABLE", status=400
    )
    fault = refusal(guarded.public_token, token)
    assert (fault.code, fault.retryable, fault.action) == ("NO_LONGER_AVAILABLE", False, Action.NONE)
    assert guarded.status()["state"] == "working"
