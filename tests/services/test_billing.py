"""Billing: what was signed sets a tier in a real database, whichever comes first, late or twice."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from support.databases import accounts_stores
from support.stripe_events import ANA, SECRET, checkout, signature, subscription, with_price

from keepless.adapters.billing import StripeEvents
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import AccountsFault, WebhookRefused
from keepless.services.billing import AHEAD, Billing, Outcome

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SIGNED_UP = NOW - timedelta(days=30)


def clock():
    return NOW


@pytest.fixture
def store(database):
    with accounts_stores(database) as stores:
        yield stores.accounts


@pytest.fixture
def billing(store):
    def begin():
        store.delete(ANA, at=NOW)
        store.ask("link", at=SIGNED_UP, until=SIGNED_UP + timedelta(minutes=15))
        store.sign_in(
            "link",
            "ana@example.test",
            new_user_id=ANA,
            session_id="session",
            at=SIGNED_UP,
            until=NOW + timedelta(days=7),
        )
        return Billing(StripeEvents(Secret(SECRET), clock), store, clock)

    return begin


def tell(billing, event):
    return billing.receive(signature(event.body, NOW), event.body)


def test_a_life_of_a_subscription_comes_to_the_same_in_every_order(store, billing):
    at = NOW - timedelta(days=1)
    life = [
        checkout(created=at),
        subscription("created", created=at),
        subscription(created=at, items=with_price("enterprise")),
        subscription("deleted", created=at),
    ]
    for order in permutations(life):
        fresh = billing()
        for event in order:
            tell(fresh, event)
        assert store.user(ANA).tier is Tier.FREE


def test_who_and_which_tier_is_told_to_the_log_and_the_trail_and_to_nobody_who_prints_it(billing):
    told = tell(billing(), subscription(created=NOW))
    assert (told.outcome, told.user_id, told.tier) == (Outcome.SET, ANA, Tier.PRO)
    assert ANA not in repr(told)


def test_an_event_of_before_the_account_sets_nothing(store, billing):
    assert tell(billing(), subscription(created=SIGNED_UP - timedelta(days=1))).outcome is Outcome.IGNORED
    assert store.user(ANA).tier is Tier.FREE


def test_a_date_that_is_far_ahead_counts_as_five_minutes_ahead(store, billing):
    fresh = billing()
    assert tell(fresh, subscription(created=NOW + timedelta(days=300))).outcome is Outcome.SET
    assert store.user(ANA).updated_at == NOW + AHEAD
    assert store.set_tier(ANA, Tier.FREE, at=NOW + AHEAD + timedelta(seconds=1))


def test_what_is_not_signed_does_not_reach_the_store(billing):
    class Nowhere:
        def __getattr__(self, name):
            raise AssertionError(name)

    event = subscription(created=NOW)
    with pytest.raises(WebhookRefused):
        Billing(StripeEvents(Secret(SECRET), clock), Nowhere(), clock).receive("t=1,v1=x", event.body)


def test_a_database_that_is_away_is_said(billing):
    class Away:
        def set_tier(self, *_arguments, **_options):
            raise AccountsFault("unreachable")

    with pytest.raises(AccountsFault):
        tell(Billing(StripeEvents(Secret(SECRET), clock), Away(), clock), subscription(created=NOW))
