"""A permission that ends soon, on the statement and in JSON: from the item itself, and from Plaid's warnings."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from keepless.services.dashboards import Bank
from keepless.web.renewals import renewals

TODAY = date(2026, 11, 22)


def bank(renew_by, name="Harbour Bank"):
    return Bank(
        item_id="item",
        institution_id="ins_1",
        name=name,
        fetched_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
        accounts=(),
        renew_by=renew_by,
    )


def noon(days):
    return datetime(2026, 11, 22, 12, tzinfo=UTC) + timedelta(days=days)


@pytest.mark.parametrize(("days", "said"), [(-1, False), (0, True), (1, True), (14, True), (15, False)])
def test_the_last_two_weeks_before_the_end_are_when_it_is_said(days, said):
    assert bool(list(renewals([bank(noon(days))], TODAY, None))) == said


def test_it_is_said_with_the_banks_name_and_the_day():
    (told,) = renewals([bank(noon(11))], TODAY, None)
    assert told.sentence == "Harbour Bank ends its permission on 3 December. Log in again to keep it."
    assert told.item_id == "item"


def test_the_day_is_that_of_the_visitors_calendar():
    late = datetime(2026, 12, 3, 2, tzinfo=UTC)
    (told,) = renewals([bank(late)], TODAY, ZoneInfo("America/New_York"))
    assert "2 December" in told.sentence


def test_a_bank_without_an_end_and_one_without_a_name():
    assert list(renewals([bank(None)], TODAY, None)) == []
    (told,) = renewals([bank(noon(2), name="")], TODAY, None)
    assert told.sentence.startswith("A bank ends its permission")


@pytest.fixture
def item(visitor, local_plaid):
    """The visitor's one bank, as the local Plaid lists it."""
    (listed,) = local_plaid.items()
    return listed


@pytest.fixture
def plaid_says(site, local_plaid, item):
    """Sends a webhook of Plaid's about that bank, or another."""

    def send(code, item_id=item["item_id"], **fields):
        body = json.dumps({"webhook_type": "ITEM", "webhook_code": code, "item_id": item_id, **fields}).encode()
        headers = {"Plaid-Verification": local_plaid.world.postman.key.sign(body, datetime.now(UTC))}
        answer = site.app.test_client().post("/api/webhooks/plaid", data=body, headers=headers)
        assert answer.status_code == 200

    return send


@pytest.fixture
def consent_ends(local_plaid, item):
    """Sets when the bank's own consent ends."""

    def end(moment):
        body = {"access_token": item["access_token"], "ends_at": moment.isoformat()}
        assert local_plaid.call("/sandbox/consent", body)[0] == 200

    return end


def ends(visitor):
    """What the dashboard and the stream say of the one bank, which is the same."""
    (listed,) = visitor.get("/api/dashboard").json["banks"]
    lines = [json.loads(line) for line in visitor.get("/api/live").text.splitlines()]
    (streamed,) = (line for line in lines if line["type"] == "bank")
    assert streamed["renew_by"] == listed["renew_by"]
    return listed["renew_by"]


def in_days(days):
    return (datetime.now(UTC) + timedelta(days=days)).replace(microsecond=0)


def plaids(moment):
    return moment.isoformat().replace("+00:00", "Z")


def test_the_items_own_end_of_consent_is_told(visitor, consent_ends):
    assert ends(visitor) is None
    end = in_days(100)
    consent_ends(end)
    assert ends(visitor) == plaids(end)
    assert "ends its permission" not in visitor.get("/statement").text


@pytest.mark.parametrize(
    ("code", "field"), [("PENDING_DISCONNECT", "disconnect_time"), ("PENDING_EXPIRATION", "consent_expiration_time")]
)
def test_plaids_warning_is_told_until_the_login_is_repaired(visitor, item, plaid_says, code, field):
    end = in_days(7)
    plaid_says(code, **{field: plaids(end)})
    assert ends(visitor) == plaids(end)
    page = visitor.get("/statement").text
    assert "First Platypus Bank ends its permission on" in page
    assert f"/setup#reconnect={item['item_id']}" in page
    plaid_says("LOGIN_REPAIRED")
    assert ends(visitor) is None


@pytest.mark.parametrize("path", ["/statement", "/promise", "/setup"])
def test_while_the_server_has_a_warning_in_memory_the_signature_line_says_so(visitor, plaid_says, path):
    assert "on the server: <strong>nothing</strong>" in visitor.get(path).text
    plaid_says("PENDING_DISCONNECT", disconnect_time=plaids(in_days(7)))
    assert "on the server: <strong>a date, in memory only</strong>" in visitor.get(path).text
    plaid_says("LOGIN_REPAIRED")
    assert "on the server: <strong>nothing</strong>" in visitor.get(path).text


def test_a_login_repaired_here_ends_the_warning_too(visitor, item, plaid_says):
    plaid_says("PENDING_DISCONNECT", disconnect_time=plaids(in_days(7)))
    assert visitor.post("/api/link-done", json={"repaired": item["item_id"]}).status_code == 200
    assert ends(visitor) is None


def test_of_two_ends_the_earlier_counts(visitor, consent_ends, plaid_says):
    first, second = in_days(5), in_days(9)
    consent_ends(second)
    plaid_says("PENDING_DISCONNECT", disconnect_time=plaids(first))
    assert ends(visitor) == plaids(first)
    consent_ends(first)
    plaid_says("PENDING_DISCONNECT", disconnect_time=plaids(second))
    assert ends(visitor) == plaids(first)


@pytest.mark.parametrize("told", [None, "", "soon", "2026-12-03"])
def test_a_warning_without_a_time_is_of_seven_days(visitor, plaid_says, told):
    plaid_says("PENDING_DISCONNECT", disconnect_time=told)
    ahead = datetime.fromisoformat(ends(visitor)) - datetime.now(UTC)
    assert timedelta(days=6, hours=23) < ahead <= timedelta(days=7)


def test_a_warning_of_another_visitors_bank_is_not_told(visitor, plaid_says):
    plaid_says("PENDING_DISCONNECT", "another-item", disconnect_time=plaids(in_days(7)))
    assert ends(visitor) is None


def test_a_warning_that_plaid_did_not_sign_is_not_believed(site, visitor, item):
    body = {"webhook_type": "ITEM", "webhook_code": "PENDING_DISCONNECT", "item_id": item["item_id"]}
    assert site.app.test_client().post("/api/webhooks/plaid", json=body).status_code == 401
    assert ends(visitor) is None
