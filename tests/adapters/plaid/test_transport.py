import gzip
import socket
import tracemalloc
import zlib

import pytest
from support.gate import Gate
from support.local_plaid import LocalPlaid
from support.plaid_bench import Answer, Bench, BenchMaker, RudeServer

from keepless.adapters.plaid import transport
from keepless.adapters.plaid.settings import Patience
from keepless.adapters.plaid.transport import Transport
from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault


@pytest.mark.parametrize("wreck", [{"reset": True}, {"half_body": True}, {"garbage": True}, {"silence": 5}])
@pytest.mark.parametrize("path", ["/transactions/get", "/liabilities/get"])
def test_18_one_broken_answer_is_survived(
    local_plaid: LocalPlaid, impatient: Bench, wreck: dict[str, object], path: str
):
    token = local_plaid.connect("demo")
    local_plaid.fault(path, count=1, **wreck)
    snapshot = impatient.fetch(token)
    assert snapshot.transactions
    assert snapshot.cards
    assert len(impatient.pauses) == 1


@pytest.mark.parametrize(
    ("wreck", "code"),
    [
        ({"reset": True}, "UNREACHABLE"),
        ({"half_body": True}, "BAD_ANSWER"),
        ({"garbage": True}, "BAD_ANSWER"),
        ({"garbage": True, "status": 502}, "BAD_ANSWER"),
        ({"silence": 5}, "TIMEOUT"),
        ({"error_code": "TRANSACTIONS_LIMIT", "status": 429}, "TRANSACTIONS_LIMIT"),
        ({"error_code": "INTERNAL_SERVER_ERROR", "status": 500}, "INTERNAL_SERVER_ERROR"),
    ],
)
def test_18_what_stays_broken_is_given_up_after_three_tries_with_its_name(
    local_plaid: LocalPlaid, impatient: Bench, wreck: dict[str, object], code: str
):
    token = local_plaid.connect("demo")
    fault_id = local_plaid.fault("/transactions/get", **wreck)
    with pytest.raises(PlaidFault) as fault:
        impatient.fetch(token)
    assert (fault.value.code, fault.value.retryable, fault.value.action) == (code, True, Action.RETRY)
    _, listed = local_plaid.call("/sandbox/faults", method="GET")
    assert next(each["hits"] for each in listed["faults"] if each["fault_id"] == fault_id) == 3


def test_18_twenty_thousand_transactions_come_whole(local_plaid: LocalPlaid, bench: Bench):
    snapshot = bench.fetch(local_plaid.connect("demo-20000"))
    assert len({row.id for row in snapshot.transactions}) == 20_000


def test_a_plaid_that_goes_down_refuses_and_is_read_again_when_it_is_back(
    local_plaid: LocalPlaid, bench_at: BenchMaker
):
    token = local_plaid.connect("demo")
    with Gate(local_plaid.url) as gate:
        bench = bench_at(gate.url)
        before = bench.fetch(token)
        gate.shut()
        with pytest.raises(PlaidFault) as fault:
            bench.fetch(token)
        assert (fault.value.code, fault.value.retryable, fault.value.action) == ("UNREACHABLE", True, Action.RETRY)
        gate.open()
        assert bench.fetch(token).transactions == before.transactions


def test_a_refused_connection_is_unreachable(bench_at: BenchMaker):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        bench = bench_at(f"http://127.0.0.1:{unheard.getsockname()[1]}")
        with pytest.raises(PlaidFault) as fault:
            bench.client.identify(Secret("t"))
    assert (fault.value.code, fault.value.retryable) == ("UNREACHABLE", True)


def test_plain_http_where_tls_is_expected_is_for_the_operator(bench_at: BenchMaker, rude_server: RudeServer):
    bench = bench_at(rude_server.url.replace("http:", "https:"))
    with pytest.raises(PlaidFault) as fault:
        bench.client.identify(Secret("t"))
    assert (fault.value.code, fault.value.action) == ("UNREACHABLE", Action.OPERATOR)
    assert bench.pauses == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_r18_a_redirect_is_not_followed(bench_at: BenchMaker, rude_server: RudeServer, status: int):
    rude_server.answer = Answer(status, b"", Location=f"{rude_server.url}/elsewhere")
    with pytest.raises(PlaidFault) as fault:
        bench_at(rude_server.url).client.identify(Secret("t"))
    assert (fault.value.code, fault.value.http_status) == ("BAD_ANSWER", status)
    assert rude_server.paths == ["/item/get"]


def test_credentials_travel_in_headers_and_gzip_is_asked_for_off_this_machine(rude_server: RudeServer):
    for compress, encoding in ((True, "gzip"), (False, "identity"), (None, "identity")):
        posted = Transport(rude_server.url, "my-client", Secret("my-secret"), Patience(), compress=compress)
        posted.post("/x", {}, seconds=5)
        posted.close()
        assert rude_server.headers[-1]["accept-encoding"] == encoding
    assert rude_server.headers[-1]["plaid-client-id"] == "my-client"
    assert rude_server.headers[-1]["plaid-secret"] == "my-secret"
    assert rude_server.headers[-1]["plaid-version"] == "2020-09-14"
    elsewhere = Transport("https://plaid.example", "my-client", Secret("my-secret"), Patience())
    assert elsewhere._headers["Accept-Encoding"] == "gzip"


def test_a_compressed_fetch_is_the_same_as_a_plain_one(local_plaid: LocalPlaid, bench_at: BenchMaker):
    token = local_plaid.connect("demo-3000")
    plain = bench_at(local_plaid.url, compress=False).fetch(token)
    packed = bench_at(local_plaid.url, compress=True).fetch(token)
    assert packed == plain


@pytest.mark.parametrize(
    "body",
    [
        gzip.compress(b'{"item":{"item_id":"i"}}')[:-12],
        gzip.compress(b'{"item":{"item_id":"i"}}')[:-4],
        b"not gzip at all",
        gzip.compress(b"x" * 10)[:-8] + b"\0" * 8,
    ],
    ids=["cut", "cut in its length", "no gzip", "false checksum"],
)
def test_a_compressed_answer_that_is_not_whole_is_a_bad_answer(
    bench_at: BenchMaker, rude_server: RudeServer, body: bytes
):
    rude_server.answer = Answer(200, body, Content_Encoding="gzip")
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench_at(rude_server.url).client.identify(Secret("t"))


def test_an_answer_shorter_than_announced_is_a_bad_answer_though_it_makes_sense(
    bench_at: BenchMaker, rude_server: RudeServer
):
    rude_server.answer = Answer(200, b'{"item":{"item_id":"i"}}', Content_Length="100", Connection="close")
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench_at(rude_server.url).client.identify(Secret("t"))


@pytest.mark.parametrize("status", [200, 400, 502])
def test_a_small_answer_that_swells_is_not_inflated_beyond_the_limit_whatever_its_status(
    bench_at: BenchMaker, rude_server: RudeServer, monkeypatch: pytest.MonkeyPatch, status: int
):
    monkeypatch.setattr(transport, "MAX_BODY", 100_000)
    rude_server.answer = Answer(status, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
    bench = bench_at(rude_server.url)
    tracemalloc.start()
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench.client.identify(Secret("t"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_beyond_all_size_is_a_bad_answer_and_is_not_held(
    bench_at: BenchMaker, rude_server: RudeServer, monkeypatch: pytest.MonkeyPatch, *, packed: bool
):
    monkeypatch.setattr(transport, "MAX_BODY", 100_000)
    huge = b'{"item":{"item_id":"' + b"i" * 200_000 + b'"}}'
    if packed:
        rude_server.answer = Answer(200, gzip.compress(huge), Content_Encoding="gzip")
    else:
        rude_server.answer = Answer(200, huge)
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench_at(rude_server.url).client.identify(Secret("t"))


def test_an_unknown_encoding_is_a_bad_answer(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(200, zlib.compress(b"{}"), Content_Encoding="deflate")
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench_at(rude_server.url).client.identify(Secret("t"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b"<html>",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"item":[]}',
        b'{"item":null}',
    ],
)
def test_an_answer_of_another_shape_is_a_bad_answer(bench_at: BenchMaker, rude_server: RudeServer, body: bytes):
    rude_server.answer = Answer(200, body)
    bench = bench_at(rude_server.url)
    for method in (bench.client.identify, bench.client.exchange, bench.client.remove):
        with pytest.raises(PlaidFault) as fault:
            method(Secret("t"))
        assert (fault.value.code, fault.value.retryable) == ("BAD_ANSWER", True)
    with pytest.raises(PlaidFault, match="BAD_ANSWER"):
        bench.fetch("t")


def test_a_trickle_of_bytes_does_not_outlast_the_budget(bench_at: BenchMaker, rude_server: RudeServer):
    rude_server.answer = Answer(200, b" " * 60, trickle=0.05)
    bench = bench_at(rude_server.url, patience=Patience(read=0.2, budget=0.3))
    with pytest.raises(PlaidFault) as fault:
        bench.client.identify(Secret("t"))
    assert (fault.value.code, fault.value.retryable) == ("DEADLINE", True)


def test_connections_are_kept_and_used_again(local_plaid: LocalPlaid, bench: Bench):
    token = Secret(local_plaid.connect())
    for _ in range(5):
        bench.client.identify(token)
    pool = bench.client._transport._api.rest_client.pool_manager.connection_from_url(local_plaid.url)
    assert pool.num_connections == 1
    assert pool.num_requests == 5
