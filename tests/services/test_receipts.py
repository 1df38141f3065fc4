"""What a receipt says of a deletion."""

from datetime import UTC, datetime, timedelta

import pytest

from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.adapters.sealing.receipts import ReceiptKeys, is_signed
from keepless.core.receipt import to_sign
from keepless.ports import Deleted
from keepless.services.forgetting import Forgotten, Gone, Progress
from keepless.services.receipts import Place, receipt_of, signed

NOW = datetime(2026, 11, 23, 14, 30, 5, tzinfo=UTC)
HERE = Place(issuer="https://keepless.example.test", environment="local")


def gone(request_id="req-1", name="First Platypus Bank"):
    return Gone(item="digest", name=name, institution_id="ins_1", request_id=request_id, at=NOW - timedelta(seconds=1))


def told(progress=None, *, deleted=None, place=HERE, **cookies):
    forgotten = Forgotten(progress=progress or Progress(), deleted=deleted)
    return receipt_of(forgotten, place, at=NOW, **cookies)


def stays(receipt):
    return [(each.what, each.count, each.until) for each in receipt.stays]


def test_a_bank_is_told_with_plaids_request_id_and_the_time():
    receipt = told(Progress(gone=(gone(),)))
    (bank,) = receipt.removed.banks
    assert (bank.name, bank.institution_id, bank.request_id, bank.at) == (
        "First Platypus Bank",
        "ins_1",
        "req-1",
        "2026-11-23T14:30:04Z",
    )
    assert [each.name for each in receipt.held.banks] == ["First Platypus Bank"]
    assert (receipt.issued_at, receipt.issuer) == ("2026-11-23T14:30:05Z", HERE.issuer)


@pytest.mark.parametrize(
    ("progress", "deleted", "outcome"),
    [
        (Progress(gone=(gone(),)), None, "removed"),
        (Progress(gone=(gone(), gone(None))), None, "removed"),
        (Progress(account="ana@example.test"), Deleted(users=1, sessions=1), "removed"),
        (Progress(gone=(gone(None),)), None, "gone_already"),
        (Progress(gone=(gone(None),)), Deleted(), "gone_already"),
        (Progress(), None, "gone_already"),
    ],
    ids=["a bank", "one of two", "an account", "nothing new", "no rows left", "nothing at all"],
)
def test_removed_now_is_said_only_where_something_was(progress, deleted, outcome):
    assert told(progress, deleted=deleted).outcome == outcome


def test_without_a_session_nothing_was_held():
    receipt = receipt_of(None, HERE, at=NOW, cookies=["keepless-lang"])
    assert (receipt.outcome, receipt.held.banks, receipt.removed.rows) == ("nothing_held", (), {})
    assert receipt.removed.cookies == ("keepless-lang",)
    assert receipt.stays == ()


def test_sessions_that_were_ended_at_the_beginning_count_among_the_rows():
    receipt = told(
        Progress(account="ana@example.test", sessions=2), deleted=Deleted(users=1, sessions=1, trend_capsules=1)
    )
    assert receipt.removed.rows == {"users": 1, "sessions": 3, "trend_capsules": 1}
    assert stays(receipt) == [("other_sessions", 2, None), ("backups", None, None)]


def test_copies_are_told_where_there_is_a_cache():
    cached = Place(issuer=HERE.issuer, environment="local", keeps_copies=True)
    assert told(Progress(gone=(gone(),)), place=cached).removed.copies == 1
    assert told(Progress(gone=(gone(),))).removed.copies == 0


def test_what_stays_is_said():
    place = Place(
        issuer=HERE.issuer, environment="local", has_reaper=True, has_audit=True, audit_until=NOW + timedelta(days=90)
    )
    receipt = told(
        Progress(account="ana@example.test", sessions=1, gone=(gone(),)), place=place, unreadable=["keepless-bank-x"]
    )
    assert stays(receipt) == [
        ("other_sessions_reaped", 1, None),
        ("unreadable_cookies", 1, None),
        ("audit_lines", None, "2027-02-21T14:30:05Z"),
        ("backups", None, None),
        ("plaid", None, None),
    ]
    assert receipt.held.cookies == ("keepless-bank-x",)
    assert receipt.removed.cookies == ()


def test_what_is_signed_is_the_receipt_in_its_one_form():
    keys = ReceiptKeys(Keyring.parse(generate()))
    given = signed(told(), keys)
    assert is_signed(to_sign(given.receipt), given.signature, keys.public_keys()[0])
