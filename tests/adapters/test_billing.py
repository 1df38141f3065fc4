"""Stripe's signature scheme against Stripe's own library, and what its events say (docs/billing.md)."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import stripe
from hypothesis import given
from hypothesis import strategies as st
from support.stripe_events import ANA, SECRET, Event, checkout, signature, subscription, with_price

from keepless.adapters.billing import StripeEvents
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.errors import WebhookRefused

NOW = datetime.now(UTC).replace(microsecond=0)  # today: Stripe's library has no clock of ours
PRO = subscription()
GOOD = signature(PRO.body, NOW)


def events(now=NOW, secret=SECRET):
    return StripeEvents(Secret(secret), lambda: now)


def said(event):
    """What an event comes to, sent and signed at the moment."""
    return events().read(signature(event.body, NOW), event.body)


def refusal(header, body=PRO.body, *, now=NOW):
    with pytest.raises(WebhookRefused) as refused:
        events(now).read(header, body)
    return refused.value.reason


def by_hand(body, time, *, secret=SECRET):
    return hmac.new(secret.encode(), str(time).encode() + b"." + body, hashlib.sha256).hexdigest()


# --- the signature ---------------------------------------------------------------------------------------------------


def test_what_stripes_library_signs_is_read():
    assert said(PRO).tier is Tier.PRO


def test_stripes_library_takes_what_the_tests_sign_by_hand():
    seconds = int(NOW.timestamp())
    header = f"t={seconds},v1={by_hand(PRO.body, seconds)}"
    assert header == GOOD
    assert stripe.WebhookSignature.verify_header(PRO.body, header, SECRET, 300)
    assert stripe.Webhook.construct_event(PRO.body, header, SECRET).type == "customer.subscription.updated"


@given(body=st.text(st.characters(codec="utf-8"), max_size=200), secret=st.text("abcdef0123456789_", min_size=1))
def test_any_body_and_secret_are_signed_alike_on_both_sides(body, secret):
    raw = body.encode()
    header = signature(raw, NOW, secret=secret)
    assert stripe.WebhookSignature.verify_header(raw, header, secret, 300)
    events(secret=secret).read(header, raw)
    with pytest.raises(WebhookRefused):
        events(secret=secret).read(header, raw + b" ")


def test_of_several_signatures_one_that_holds_is_enough_as_while_a_secret_is_rolled():
    other = by_hand(PRO.body, int(NOW.timestamp()), secret="whsec_of_before")
    time, _, good = GOOD.partition(",")
    for header in (f"{time},v1={other},{good}", f"{time},{good},v1={other}", f"{time},v0={other},{good},v2=x"):
        assert events().read(header, PRO.body) is not None
        assert stripe.WebhookSignature.verify_header(PRO.body, header, SECRET, 300)


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_a_signature_is_good_for_300_seconds_both_ways(seconds):
    assert events(NOW + timedelta(seconds=seconds)).read(GOOD, PRO.body) is not None


@pytest.mark.parametrize(("seconds", "reason"), [(301, "stale"), (86_400, "stale"), (-301, "future")])
def test_and_not_a_second_longer(seconds, reason):
    assert refusal(GOOD, now=NOW + timedelta(seconds=seconds)) == reason


def test_a_body_of_one_changed_byte_is_refused_wherever_it_is():
    for place in range(0, len(PRO.body), 7):
        changed = PRO.body[:place] + bytes((PRO.body[place] ^ 1,)) + PRO.body[place + 1 :]
        assert refusal(GOOD, changed) == "signature"


def test_a_body_that_was_serialised_anew_is_refused():
    assert refusal(GOOD, PRO.body.replace(b"\n", b"")) == "signature"


FORGED = {
    "no header": ("", "malformed"),
    "a word": ("x", "malformed"),
    "no signature": (GOOD.partition(",")[0], "malformed"),
    "no time": (GOOD.partition(",")[2], "malformed"),
    "the time twice": (f"{GOOD.partition(',')[0]},{GOOD}", "malformed"),
    "a second time behind": (f"{GOOD},t=1", "malformed"),
    "another time": (f"t={int(NOW.timestamp()) + 1},{GOOD.partition(',')[2]}", "signature"),
    "a time with a plus": (GOOD.replace("t=", "t=+"), "malformed"),
    "a time with a nought": (GOOD.replace("t=", "t=0"), "malformed"),
    "a time with a blank": (GOOD.replace("t=", "t= "), "malformed"),
    "a time with an underscore": (GOOD.replace("t=1", "t=1_"), "malformed"),
    "a time in other digits": (GOOD.replace("t=1", "t=\u0661"), "malformed"),
    "a time below zero": ("t=-1,v1=" + by_hand(PRO.body, -1), "malformed"),
    "a time without end": (f"t={'9' * 3000},v1=x", "malformed"),
    "v0 alone": (GOOD.replace("v1=", "v0="), "malformed"),
    "v1 in capitals": (GOOD.replace("v1=", "V1="), "malformed"),
    "an empty signature": (f"{GOOD.partition(',')[0]},v1=", "signature"),
    "a signature cut short": (GOOD[:-1], "signature"),
    "a signature with more behind": (GOOD + "0", "signature"),
    "a signature in capitals": (GOOD.partition("v1=")[0] + "v1=" + GOOD.partition("v1=")[2].upper(), "signature"),
    "a signature beyond ASCII": (f"{GOOD.partition(',')[0]},v1=\u00e9\udc80", "signature"),
    "another secret": (signature(PRO.body, NOW, secret="whsec_other"), "signature"),
    "an empty secret": (
        f"t={int(NOW.timestamp())},v1=" + by_hand(PRO.body, int(NOW.timestamp()), secret=""),
        "signature",
    ),
    "the body alone signed": (
        f"{GOOD.partition(',')[0]},v1={hmac.new(SECRET.encode(), PRO.body, hashlib.sha256).hexdigest()}",
        "signature",
    ),
    "a plain digest": (
        f"{GOOD.partition(',')[0]},v1={hashlib.sha256(PRO.body).hexdigest()}",
        "signature",
    ),
    "a header without end": (GOOD + ",v1=" + "0" * 5000, "malformed"),
}


@pytest.mark.parametrize("forgery", FORGED)
def test_a_forged_header_is_refused(forgery):
    header, reason = FORGED[forgery]
    assert refusal(header) == reason


def test_an_empty_body_can_be_signed_and_says_nothing():
    assert events().read(signature(b"", NOW), b"") is None


# --- what events say -------------------------------------------------------------------------------------------------


def test_a_change_names_its_user_its_tier_and_when():
    change = said(subscription("created"))
    assert (change.user_id, change.email, change.tier) == (ANA, "", Tier.PRO)
    assert change.at.replace(microsecond=0) == datetime.fromtimestamp(1_790_000_000, UTC)
    assert ANA not in repr(change)


@pytest.mark.parametrize(
    ("status", "tier"),
    [
        ("active", "pro"),
        ("trialing", "pro"),
        ("past_due", "pro"),
        ("canceled", "free"),
        ("unpaid", "free"),
        ("incomplete_expired", "free"),
        ("paused", "free"),
        ("incomplete", None),
        ("something_new", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("kind", ["created", "updated"])
def test_a_subscriptions_status_keeps_the_tier_or_ends_it(kind, status, tier):
    change = said(subscription(kind, status=status))
    assert (change.tier if change else None) == tier


def test_a_subscription_that_is_deleted_ends_the_tier_whatever_it_was():
    for about in ({}, {"status": "canceled"}, {"items": None}, {"items": with_price("unknown")}):
        assert said(subscription("deleted", **about)).tier is Tier.FREE


@pytest.mark.parametrize(
    ("lookup_key", "named", "tier"),
    [
        ("enterprise", "pro", "enterprise"),
        ("pro", None, "pro"),
        (None, "enterprise", "enterprise"),
        ("keepless-monthly", "pro", "pro"),
        ("free", None, None),
        (None, "free", "free"),
        ("PRO", None, None),
        (None, "gold", None),
        (None, None, None),
    ],
)
def test_the_price_says_the_tier_and_the_metadata_where_it_does_not(lookup_key, named, tier):
    metadata = {"keepless_user": ANA} | ({"keepless_tier": named} if named else {})
    change = said(subscription(items=with_price(lookup_key), metadata=metadata))
    assert (change.tier if change else None) == tier


def test_of_one_second_the_later_event_of_a_subscriptions_life_is_the_later_one():
    times = [said(subscription(kind)).at for kind in ("created", "updated", "deleted")]
    assert times == sorted(set(times))
    assert said(checkout()).at < times[0] < times[-1] < times[0] + timedelta(seconds=1)


@pytest.mark.parametrize("kind", ["completed", "async_payment_succeeded"])
def test_a_checkout_that_was_paid_sets_the_tier_that_its_metadata_names(kind):
    change = said(checkout(kind, metadata={"keepless_tier": "enterprise"}))
    assert (change.user_id, change.email, change.tier) == (ANA, "", Tier.ENTERPRISE)


@pytest.mark.parametrize(
    "about",
    [
        {"metadata": {}},
        {"metadata": None},
        {"metadata": {"keepless_tier": "T-shirt"}},
        {"metadata": {"keepless_tier": ["pro"]}},
        {"payment_status": "unpaid"},
        {"mode": "setup"},
        {"client_reference_id": None, "customer_details": None},
        {"client_reference_id": None, "customer_details": {"email": "not an address"}},
    ],
    ids=["no tier", "no metadata", "something else", "a list", "not paid yet", "no payment", "nobody", "no address"],
)
def test_a_checkout_for_anything_else_sets_none(about):
    assert said(checkout(**about)) is None


@pytest.mark.parametrize(
    "about",
    [
        {"client_reference_id": None},
        {"client_reference_id": "order-4711"},
        {"client_reference_id": None, "customer_details": None, "customer_email": "ANA@example.test"},
        {"client_reference_id": None, "customer_details": {"email": None}, "customer_email": " ana@example.test"},
    ],
    ids=["no reference", "another system's", "asked for by address", "details without one"],
)
def test_without_an_id_of_ours_a_checkout_goes_by_the_address_as_we_write_it(about):
    change = said(checkout(**about))
    assert (change.user_id, change.email) == ("", "ana@example.test")


def test_an_id_is_read_as_we_write_it():
    assert said(checkout(client_reference_id=ANA.upper())).user_id == ANA
    assert said(subscription(metadata={"keepless_user": UUID(ANA).hex})).user_id == ANA


@pytest.mark.parametrize("user", [None, "", "ana@example.test", 7, f"urn:uuid:{ANA}", "g" * 36, "0" * 4000])
def test_a_subscription_of_nobody_of_ours_sets_none(user):
    assert said(subscription(metadata={"keepless_user": user})) is None


@pytest.mark.parametrize(
    "event",
    [
        Event("invoice.paid", {"customer_email": "ana@example.test"}),
        Event("customer.deleted", {"metadata": {"keepless_user": ANA}}),
        Event("customer.subscription.trial_will_end", subscription().about),
        Event("checkout.session.expired", checkout().about),
        Event("checkout.session.async_payment_failed", checkout().about),
        subscription(items="of another shape"),
        subscription(metadata="of another shape"),
        subscription(created=-1),
        subscription(created=10**12),
        subscription(created="yesterday"),
        checkout(customer_details="of another shape"),
    ],
    ids=lambda event: f"{event.type} {event.created}",
)
def test_events_that_are_no_concern_of_ours_say_nothing(event):
    assert said(event) is None


@pytest.mark.parametrize("body", [b"null", b"[]", b"{}", b'{"type": 5}', b"{", b"[" * 60_000, b'{"data": {}}'])
def test_a_signed_body_of_any_shape_says_nothing(body):
    assert events().read(signature(body, NOW), body) is None


def test_a_signed_body_that_is_no_text_says_nothing():
    body, seconds = b"\xff\x00", int(NOW.timestamp())
    assert events().read(f"t={seconds},v1={by_hand(body, seconds)}", body) is None
