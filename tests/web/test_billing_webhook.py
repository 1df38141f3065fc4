"""POST /api/webhooks/billing: only what the billing service signed sets a tier, in any order, late and repeated."""

import json
from datetime import timedelta

import pytest
from support.members import club
from support.stripe_events import ANA, SECRET, Event, checkout, signature, subscription, with_price

from keepless.errors import AccountsFault
from keepless.web.billing_webhook import MAX_BODY

PATH = "/api/webhooks/billing"


@pytest.fixture
def members(lone_site):
    with club(lone_site) as made:
        made.member()
        yield made


@pytest.fixture
def later(members):
    """A moment that many seconds after Ana signed up, to date events with."""
    return lambda seconds: members.user().created_at + timedelta(seconds=seconds)


def post(members, body, header, **options):
    headers = {"Content-Type": "application/json"} | ({} if header is None else {"Stripe-Signature": header})
    return members.site.app.test_client().post(PATH, data=body, headers=headers, **options)


def send(members, event):
    return post(members, event.body, signature(event.body, members.site.clock()))


def outcome(answer):
    assert answer.status_code == 200, answer.text
    return answer.json["outcome"]


def tier(members, email="ana@example.test"):
    return members.user(email).tier


def count(members, name):
    line = f'keepless_webhooks_total{{outcome="{name}"}} '
    return float(members.site.parts.metrics.exposition().decode().partition(line)[2].partition("\n")[0] or 0)


def test_a_subscription_that_is_paid_sets_the_tier_and_is_counted(members, later):
    before = count(members, "billing_set")
    assert outcome(send(members, subscription(created=later(5)))) == "set"
    assert tier(members) == "pro"
    assert count(members, "billing_set") == before + 1


def test_a_life_of_a_subscription(members, later):
    told = [
        (checkout(created=later(1)), "pro"),
        (subscription("created", created=later(2), status="incomplete"), "pro"),
        (subscription(created=later(3)), "pro"),
        (subscription(created=later(4), items=with_price("enterprise")), "enterprise"),
        (subscription(created=later(5), status="past_due", items=with_price("enterprise")), "enterprise"),
        (subscription(created=later(6), status="unpaid", items=with_price("enterprise")), "free"),
        (subscription(created=later(7), items=with_price("pro")), "pro"),
        (subscription("deleted", created=later(8), status="canceled"), "free"),
    ]
    for event, expected in told:
        send(members, event)
        assert tier(members) == expected, event.type


def test_events_may_come_in_any_order(members, later):
    events = [
        subscription("created", created=later(1)),
        subscription(created=later(2), items=with_price("enterprise")),
        subscription("deleted", created=later(3), items=with_price("enterprise")),
    ]
    for event in reversed(events):
        send(members, event)
    assert tier(members) == "free"


def test_of_one_second_the_end_of_a_subscription_wins_in_any_order(members, later):
    for event in (subscription("deleted", created=later(3)), subscription(created=later(3))):
        send(members, event)
    assert tier(members) == "free"


def test_an_event_that_comes_again_changes_nothing(members, later):
    bought, ended = subscription(created=later(1)), subscription("deleted", created=later(2))
    assert outcome(send(members, bought)) == "set"
    assert outcome(send(members, bought)) == "set"
    assert outcome(send(members, ended)) == "set"
    assert outcome(send(members, bought)) == "ignored"
    assert tier(members) == "free"


def test_what_the_operator_set_is_not_undone_by_an_older_event(members, later):
    members.site.clock.ahead = timedelta(minutes=1)
    try:
        members.set_tier("enterprise")
        assert outcome(send(members, subscription("deleted", created=later(5)))) == "ignored"
        assert tier(members) == "enterprise"
    finally:
        members.site.clock.ahead *= 0


def test_an_event_dated_far_ahead_holds_nobody_up_for_longer_than_five_minutes(members):
    assert outcome(send(members, subscription(created=4_000_000_000))) == "set"
    assert members.user().updated_at - members.site.clock() <= timedelta(minutes=5)


def test_a_checkout_goes_by_the_address_where_it_names_no_id(members, later):
    assert outcome(send(members, checkout(created=later(1), client_reference_id=None))) == "set"
    assert tier(members) == "pro"


def test_an_id_counts_before_an_address(members, later):
    members.member(email="bea@example.test")
    event = checkout(created=later(9), customer_details={"email": "bea@example.test"})
    assert outcome(send(members, event)) == "set"
    assert (tier(members), tier(members, "bea@example.test")) == ("pro", "free")


@pytest.mark.parametrize(
    "event",
    [
        subscription(metadata={"keepless_user": "11111111-2222-4333-8444-555555555555"}),
        subscription(metadata={}),
        checkout(client_reference_id=None, customer_details={"email": "nobody@example.test"}),
        Event("invoice.paid", {"customer_email": "ana@example.test"}),
    ],
    ids=["an unknown id", "no id", "an unknown address", "another event"],
)
def test_what_is_of_nobody_here_or_of_no_concern_is_one_and_the_same_answer(members, event):
    before = count(members, "billing_ignored")
    answer = send(members, event)
    assert (answer.status_code, answer.json) == (200, {"outcome": "ignored"})
    assert count(members, "billing_ignored") == before + 1
    assert tier(members) == "free"


@pytest.mark.parametrize("header", [None, "", "x", "t=1,v1=" + "0" * 64, "\u00e9"])
def test_a_webhook_without_a_real_signature_is_401_and_changes_nothing(members, later, header):
    answer = post(members, subscription(created=later(1)).body, header)
    assert (answer.status_code, answer.json["code"]) == (401, "webhook_refused")
    assert tier(members) == "free"


def test_the_reason_of_a_refusal_is_counted(members, later):
    body = subscription(created=later(1)).body
    before = [count(members, f"billing_refused_{reason}") for reason in ("signature", "stale", "malformed")]
    post(members, body, signature(body, members.site.clock(), secret="whsec_other"))
    post(members, body, signature(body, members.site.clock() - timedelta(seconds=302)))
    post(members, body, None)
    after = [count(members, f"billing_refused_{reason}") for reason in ("signature", "stale", "malformed")]
    assert after == [number + 1 for number in before]


def test_two_headers_are_as_one_that_names_its_time_twice(members, later):
    body = subscription(created=later(1)).body
    good = signature(body, members.site.clock())
    answer = post(members, body, f"{good},{good}")  # as servers join two of one name (RFC 9110, 5.3)
    assert answer.status_code == 401


def test_it_may_come_from_elsewhere_since_it_is_signed(members, later):
    body = subscription(created=later(1)).body
    headers = {"Stripe-Signature": signature(body, members.site.clock()), "Sec-Fetch-Site": "cross-site"}
    assert members.site.app.test_client().post(PATH, data=body, headers=headers).status_code == 200


def test_a_long_event_is_read_and_a_longer_one_is_not(members, later):
    padded = subscription(created=later(1), description="x" * (MAX_BODY - 2000))
    assert len(padded.body) > 128 * 1024
    assert outcome(send(members, padded)) == "set"
    answer = send(members, subscription(created=later(2), description="x" * MAX_BODY))
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_with_the_database_down_it_is_to_be_sent_again(members, later, monkeypatch):
    def down(*_arguments, **_options):
        raise AccountsFault("unreachable")

    event, before = subscription(created=later(1)), count(members, "billing_unavailable")
    monkeypatch.setattr(type(members.stores.accounts), "set_tier", down)
    answer = send(members, event)
    assert (answer.status_code, answer.json["code"]) == (503, "accounts_unavailable")
    assert answer.headers["Retry-After"]
    assert count(members, "billing_unavailable") == before + 1
    monkeypatch.undo()
    assert outcome(send(members, event)) == "set"


def test_without_a_secret_there_is_no_such_address(lone_site):
    body = subscription().body
    headers = {"Stripe-Signature": signature(body, lone_site.clock())}
    assert lone_site.browser().post(PATH, data=body, headers=headers).status_code == 404


def test_it_is_not_had_by_get(members):
    assert members.site.browser().get(PATH).status_code == 405


def test_r17_neither_the_user_nor_the_payer_nor_the_signature_is_in_the_log(members, later, log):
    event = checkout(created=later(1))
    header = signature(event.body, members.site.clock())
    post(members, event.body, header)
    post(members, event.body + b" ", header)
    line = next(each for each in map(json.loads, log.getvalue().splitlines()) if each["event"] == "billing")
    assert (line["outcome"], line["tier"]) == ("set", "pro")
    assert line["user"]
    for secret in (ANA, "ana@example", "Ana@Example", SECRET, header.partition("v1=")[2], "cus_Example"):
        assert secret not in log.getvalue()


def test_it_is_a_line_of_the_users_own_audit_trail(lone_site):
    taken = []

    class Trail:
        def record(self, did, *, who, outcome="done", **facts):
            taken.append((did, who, outcome, facts))

    with club(lone_site, audit=Trail()) as members:
        members.member()
        send(members, subscription(created=members.user().created_at + timedelta(seconds=1)))
        send(members, Event("invoice.paid"))
    assert taken == [("tier_set", ANA, "done", {"tier": "pro"})]
