"""Public tokens of an item that exists: they find the access token that it has when they are exchanged."""

import json
from datetime import UTC, datetime, timedelta

import plaid
import pytest
from support.local_plaid import local_plaid as serve

from keepless.sandbox.options import Options


def refusal(call, body):
    with pytest.raises(plaid.ApiException) as caught:
        call(body)
    return json.loads(caught.value.body)["error_code"]


def made_for(api, access_token):
    return api.item_create_public_token({"access_token": access_token})


def exchanged(api, public_token):
    return api.item_public_token_exchange({"public_token": public_token})


def test_a_public_token_says_when_it_is_over(api, link):
    made = made_for(api, link())
    assert made["public_token"].startswith("public-sandbox-")
    assert timedelta(minutes=29) < made["expiration"] - datetime.now(UTC) <= timedelta(minutes=30)


def test_exchanged_without_more_ado_it_gives_the_same_token(api, link):
    access_token = link()
    assert exchanged(api, made_for(api, access_token)["public_token"])["access_token"] == access_token


def test_after_a_rotation_it_gives_the_new_token_of_the_same_item(api, link):
    access_token = link()
    item_id = api.item_get({"access_token": access_token})["item"]["item_id"]
    public_token = made_for(api, access_token)["public_token"]
    new = api.item_access_token_invalidate({"access_token": access_token})["new_access_token"]
    found = exchanged(api, public_token)
    assert (found["access_token"], found["item_id"]) == (new, item_id)
    assert api.item_get({"access_token": new})["item"]["item_id"] == item_id


def test_it_is_good_once_and_another_beside_it_stays_good(api, link):
    access_token = link()
    first, second = (made_for(api, access_token)["public_token"] for _ in range(2))
    exchanged(api, first)
    assert refusal(api.item_public_token_exchange, {"public_token": first}) == "INVALID_PUBLIC_TOKEN"
    assert exchanged(api, second)["access_token"] == access_token


def test_that_of_a_removed_item_finds_nothing(api, link):
    access_token = link()
    public_token = made_for(api, access_token)["public_token"]
    api.item_remove({"access_token": access_token})
    assert refusal(api.item_public_token_exchange, {"public_token": public_token}) == "INVALID_PUBLIC_TOKEN"


def test_after_half_an_hour_it_finds_nothing():
    now = [datetime.now(UTC)]
    with serve(Options(port=0, rate_limits="off", now=lambda: now[0])) as served:
        access_token = served.connect()
        _, made = served.call("/item/public_token/create", {"access_token": access_token})
        now[0] += timedelta(minutes=30, seconds=1)
        status, answer = served.call("/item/public_token/exchange", {"public_token": made["public_token"]})
    assert (status, answer["error_code"]) == (400, "INVALID_PUBLIC_TOKEN")
