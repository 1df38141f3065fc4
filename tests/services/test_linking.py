"""Connecting banks and letting them go again."""

import pytest

from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import ConnectionLost, PlaidFault, TooManyBanks, UnknownBank
from keepless.services.linking import Linking
from keepless.services.vault import MAX_BANKS, BankKey


@pytest.fixture
def linking(plaid, pool):
    return Linking(plaid, pool)


def public_token(local_plaid, user="demo"):
    body = {
        "institution_id": "ins_109508",
        "initial_products": ["transactions", "liabilities"],
        "options": {"override_username": user, "override_password": "pass_good"},
    }
    status, answer = local_plaid.call("/sandbox/public_token/create", body)
    assert status == 200, answer
    return Secret(answer["public_token"])


def connected(linking, local_plaid, vault, user="demo"):
    return linking.connect(vault, public_token(local_plaid, user), seal=lambda grown: grown)


def states(local_plaid):
    return [item["state"] for item in local_plaid.items()]


def test_a_bank_is_connected_under_its_name(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, vault)
    assert [key.bank.name for key in grown.banks] == ["First Platypus Bank"]
    assert grown.banks[0].bank.item_id == local_plaid.items()[0]["item_id"]
    assert grown.session_id == vault.session_id


def test_what_seal_answers_is_what_connect_answers(linking, local_plaid, vault):
    assert linking.connect(vault, public_token(local_plaid), seal=lambda grown: len(grown.banks)) == 1


def test_r14_a_bank_that_cannot_be_sealed_is_removed_at_once(linking, local_plaid, vault):
    def fail(_vault):
        raise TooManyBanks("it does not fit")

    with pytest.raises(ConnectionLost) as lost:
        linking.connect(vault, public_token(local_plaid), seal=fail)
    assert lost.value.removed
    assert states(local_plaid) == ["removed"]


def test_r14_a_bank_that_cannot_even_be_removed_is_reported_as_such(linking, local_plaid, vault):
    def fail(_vault):
        local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR")
        raise ValueError

    with pytest.raises(ConnectionLost) as lost:
        linking.connect(vault, public_token(local_plaid), seal=fail)
    assert not lost.value.removed
    assert states(local_plaid) == ["live"]


def test_one_bank_too_many_is_refused_before_its_token_is_exchanged(linking, local_plaid, vault):
    for number in range(MAX_BANKS):
        vault = vault.with_bank(BankKey(BankRef(f"item-{number}", "ins_1", "Bank"), Secret("access-none")))
    token = public_token(local_plaid)
    with pytest.raises(TooManyBanks):
        linking.connect(vault, token, seal=lambda grown: grown)
    assert "/item/public_token/exchange" not in local_plaid.items()[0]["calls"]
    with pytest.raises(TooManyBanks):
        linking.link_token(vault)


def test_a_public_token_that_is_none_is_plaids_to_refuse(linking, vault):
    with pytest.raises(PlaidFault) as refused:
        linking.connect(vault, Secret("public-sandbox-none"), seal=lambda grown: grown)
    assert refused.value.code == "INVALID_PUBLIC_TOKEN"


def test_a_link_token_is_made_for_a_new_bank_and_for_one_that_needs_a_login(linking, local_plaid, vault):
    assert linking.link_token(vault).token.startswith("link-")
    grown = connected(linking, local_plaid, vault)
    item = grown.banks[0].bank.item_id
    assert linking.link_token(grown, update_item=item).token.startswith("link-")
    with pytest.raises(UnknownBank):
        linking.link_token(grown, update_item="another")


def test_disconnecting_removes_every_bank_and_says_plaids_request_ids(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, connected(linking, local_plaid, vault), "user_good")
    gone = linking.disconnect(grown)
    assert (gone.remaining, gone.kept) == (None, ())
    assert [removed.bank.item_id for removed in gone.removed] == [key.bank.item_id for key in grown.banks]
    assert all(removed.request_id for removed in gone.removed)
    assert states(local_plaid) == ["removed", "removed"]


def test_r13_a_bank_that_cannot_be_removed_is_kept_and_named_and_the_rest_is_gone(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, connected(linking, local_plaid, vault), "user_good")
    stubborn = grown.banks[0]
    local_plaid.fault("/item/remove", access_token=stubborn.token.reveal(), error_code="INTERNAL_SERVER_ERROR")
    gone = linking.disconnect(grown)
    assert [problem.bank for problem in gone.kept] == [stubborn.bank]
    assert gone.remaining is not None
    assert gone.remaining.banks == (stubborn,)
    assert sorted(states(local_plaid)) == ["live", "removed"]
    local_plaid.end_faults()
    assert linking.disconnect(gone.remaining).remaining is None
    assert states(local_plaid) == ["removed", "removed"]


def test_r13_a_bank_that_is_gone_already_counts_as_removed(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, vault)
    linking.disconnect(grown)
    again = linking.disconnect(grown)
    assert [(removed.request_id, again.remaining) for removed in again.removed] == [(None, None)]


def test_disconnecting_nothing_is_nothing(linking, vault):
    gone = linking.disconnect(vault)
    assert (gone.removed, gone.kept, gone.remaining) == ((), (), None)


def test_one_bank_is_disconnected_by_itself_and_plaids_request_id_is_said(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, connected(linking, local_plaid, vault), "user_good")
    removed = linking.disconnect_bank(grown, grown.banks[0].bank.item_id)
    assert removed.bank == grown.banks[0].bank
    assert removed.request_id
    assert [item["state"] for item in local_plaid.items() if item["item_id"] == removed.bank.item_id] == ["removed"]
    assert sorted(states(local_plaid)) == ["live", "removed"]


def test_r13_one_bank_that_is_gone_already_counts_as_removed(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, vault)
    item = grown.banks[0].bank.item_id
    linking.disconnect_bank(grown, item)
    assert linking.disconnect_bank(grown, item).request_id is None


def test_r13_one_bank_that_cannot_be_removed_is_plaids_fault_and_stays(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, vault)
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR", error_type="API_ERROR", status=500)
    with pytest.raises(PlaidFault, match="INTERNAL_SERVER_ERROR"):
        linking.disconnect_bank(grown, grown.banks[0].bank.item_id)
    assert states(local_plaid) == ["live"]


def test_a_bank_that_is_not_connected_is_not_disconnected(linking, local_plaid, vault):
    grown = connected(linking, local_plaid, vault)
    with pytest.raises(UnknownBank):
        linking.disconnect_bank(grown, "another")
    assert states(local_plaid) == ["live"]
