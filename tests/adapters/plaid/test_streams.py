"""Plaid's own view of what recurs: asked for only where it is wanted, and never in the way of the rest."""

import msgspec
import pytest
from support.local_plaid import LocalPlaid
from support.plaid_bench import Bench, BenchMaker

from keepless.adapters.plaid import streams
from keepless.adapters.plaid.settings import Patience
from keepless.core.models import PlaidStream
from keepless.errors import PlaidFault

PATH = "/transactions/recurring/get"


@pytest.fixture
def curious(local_plaid: LocalPlaid, bench_at: BenchMaker) -> Bench:
    """A client that asks for streams."""
    return bench_at(local_plaid.url, recurring=True)


def answer(*rows: object, outflow: object = ()) -> bytes:
    return msgspec.json.encode({"inflow_streams": list(rows), "outflow_streams": outflow, "request_id": "r"})


def test_streams_come_with_the_rows_they_name_and_are_asked_once(local_plaid: LocalPlaid, curious: Bench):
    snapshot = curious.fetch(local_plaid.connect("demo"), days=729)
    known = {row.id for row in snapshot.transactions}
    assert len(snapshot.streams) > 10
    assert all(set(stream.transaction_ids) & known for stream in snapshot.streams)
    assert "BIWEEKLY" in {stream.frequency for stream in snapshot.streams}
    assert local_plaid.items()[-1]["calls"][PATH] == 1


def test_a_client_that_was_not_told_to_does_not_ask(local_plaid: LocalPlaid, bench: Bench):
    snapshot = bench.fetch(local_plaid.connect("demo"))
    assert snapshot.streams is None
    assert PATH not in local_plaid.items()[-1]["calls"]


@pytest.mark.parametrize("fault", [{"error_code": "ADDITIONAL_CONSENT_REQUIRED"}, {"garbage": True}])
def test_streams_that_fail_do_not_fail_the_rest(local_plaid: LocalPlaid, curious: Bench, fault: dict[str, object]):
    token = local_plaid.connect("demo")
    local_plaid.fault(PATH, **fault)
    snapshot = curious.fetch(token)
    assert snapshot.streams is None
    assert snapshot.transactions
    assert snapshot.cards


def test_streams_and_liabilities_that_take_too_long_share_one_wait(local_plaid: LocalPlaid, bench_at: BenchMaker):
    patient_for_little = bench_at(local_plaid.url, recurring=True, patience=Patience(beside=0.05))
    token = local_plaid.connect("demo")
    local_plaid.fault(PATH, latency_ms=1_000)
    local_plaid.fault("/liabilities/get", latency_ms=1_000)
    snapshot = patient_for_little.fetch(token)
    assert (snapshot.streams, snapshot.liabilities_problem) == (None, "DEADLINE")
    assert snapshot.transactions


def test_transactions_that_fail_fail_the_fetch_whatever_the_streams_say(local_plaid: LocalPlaid, curious: Bench):
    token = local_plaid.connect("demo")
    local_plaid.fault("/transactions/get", error_code="ITEM_LOGIN_REQUIRED")
    with pytest.raises(PlaidFault, match="ITEM_LOGIN_REQUIRED"):
        curious.fetch(token)


def test_a_stream_that_names_no_rows_or_has_another_shape_is_left_out_and_counted():
    good = {"transaction_ids": ["a", "b"], "frequency": "LUNAR", "is_active": None}
    read = streams.read(answer(good, {"transaction_ids": None}, 7, outflow=[{"transaction_ids": ["c"]}]))
    assert read.streams == (
        PlaidStream(transaction_ids=("a", "b"), frequency="LUNAR", is_active=True),
        PlaidStream(transaction_ids=("c",), frequency="UNKNOWN", is_active=True),
    )
    assert read.unreadable == 2


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b'{"inflow_streams":{},"outflow_streams":[]}'])
def test_what_is_no_answer_about_streams_is_a_bad_answer(body: bytes):
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        streams.read(body)
