"""What no client library sends, as bytes to the real server: never a 500, and nothing of it in the log (R17)."""

import socket
from urllib.parse import urlsplit

import pytest
from support.run import running

from keepless.web.app import PATIENCE

HEAD = "Host: localhost\r\nSec-Fetch-Site: same-origin\r\nConnection: close\r\n"
JSON = "Content-Type: application/json\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with running(tmp_path_factory.mktemp("raw"), LOG_FORMAT="json") as started:
        yield started


def answer_to(run, first_line, headers="", body=""):
    """The whole answer to these bytes, as text."""
    address = urlsplit(run.address)
    with socket.create_connection((address.hostname, address.port), timeout=10) as wire:
        wire.sendall(f"{first_line} HTTP/1.1\r\n{HEAD}{headers}\r\n{body}".encode("latin-1"))
        parts = []
        while part := wire.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")


@pytest.mark.parametrize(
    ("first_line", "headers"),
    [
        ("GET /?q=PRIVATE words", ""),
        ("GET /api/transactions?q=PRIVATE\xff", ""),
        ("GET http://[PRIVATE/", ""),
        ("GET /", "Cookie keepless-local=PRIVATE\r\n"),
        ("GET /", "Cookie: keepless-local=PRIVATE\x00\r\n"),
        ("GET /", "PRIVATE name: 1\r\n"),
        ("GET /", "Expect: PRIVATE\r\n"),
    ],
    ids=lambda text: ascii(text[:30]),
)
def test_r17_a_request_that_is_not_http_leaves_nothing_of_it_in_the_log(run, first_line, headers):
    status = int(answer_to(run, first_line, headers).split(" ", 2)[1])
    assert 400 <= status < 500
    assert "Invalid request" in run.said()
    assert "PRIVATE" not in run.said()
    assert "127.0.0.1:" not in run.said()
    assert "ip=" not in run.said()


def test_input_2_a_cookie_of_100_kb_is_answered_like_any_that_does_not_open(run):
    answer = answer_to(run, "GET /api/dashboard", "Cookie: keepless-local=" + "A" * 100_000 + "\r\n")
    assert answer.startswith("HTTP/1.1 401 ")
    assert "session_unreadable" in answer
    assert "set-cookie" not in answer.lower()


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /elsewhere\r\n", "PATH_INFO: /elsewhere\r\n"])
def test_nobodys_word_is_taken_for_where_the_application_lives(run, header):
    assert answer_to(run, "GET /health", header).startswith("HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("path", "kind"), [("/api/exchange", JSON), ("/setup", FORM), ("/api/webhooks/plaid", JSON)], ids=str
)
@pytest.mark.parametrize("body", ["PRIVATE\r\n{}\r\n0\r\n\r\n", "2\r\n{}PRIVATE\r\n0\r\n\r\n", "-1\r\n\r\n"])
def test_a_body_in_broken_chunks_is_a_400_and_no_fault_of_ours(run, path, kind, body):
    answer = answer_to(run, f"POST {path}", kind + CHUNKED, body)
    assert answer.startswith("HTTP/1.1 400 ")
    assert "bad_request" in answer
    assert "unexpected error" not in run.said()
    assert "PRIVATE" not in run.said()


@pytest.mark.parametrize("lines", [("keepless-local=v", "keepless-local=w"), ("another=1", "keepless-local=v")])
def test_input_11_a_session_in_a_second_cookie_line_is_not_read_past(run, lines):
    answer = answer_to(run, "GET /api/dashboard", "".join(f"Cookie: {line}\r\n" for line in lines))
    assert answer.startswith("HTTP/1.1 400 ")
    assert "bad_cookie" in answer
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("header", ["If-Modified-Since", "If-Unmodified-Since"])
def test_a_date_beyond_all_numbers_is_no_fault_of_ours(run, header):
    answer = answer_to(run, "GET /static/style.css", f"{header}: Fri, 01 Jan 99999999999 00:00:00 GMT\r\n")
    assert 200 <= int(answer.split(" ", 2)[1]) < 500
    assert "unexpected error" not in run.said()


def test_a_client_that_goes_on_neither_taking_nor_sending_does_not_hold_a_thread_for_ever(lone_site):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lone_site.browser().get("/health", environ_overrides={"gunicorn.socket": ours})
        assert ours.gettimeout() == PATIENCE
