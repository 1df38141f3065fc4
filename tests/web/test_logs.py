"""R17: what a log may hold."""

import io
import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from support.logbook import logbook

from keepless.core.secret import Secret
from keepless.errors import PlaidFault
from keepless.web import logs
from keepless.web.logs import Pseudonyms, describe, redact

TOKEN = "access-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"
SECRETS = [
    TOKEN,
    TOKEN.replace("access", "public"),
    TOKEN.replace("access", "link").replace("sandbox", "production"),
    "v1.a1b2c3d4." + "Zm9v" * 20,
    "Bearer abcdef0123456789",
    "eyJhbGciOiJFUzI1NiJ9.eyJpYXQiOjF9.c2lnbmF0dXJl",
    "keepless-local=v1.a1b2c3d4." + "Zm9v" * 20,
]


def written(style="json", **event):
    with logbook(style) as stream:
        structlog.get_logger("t").info("event", **event)
    return stream.getvalue()


@pytest.mark.parametrize("secret", SECRETS)
def test_r17_a_secret_in_a_text_is_redacted(secret):
    assert secret not in redact(f"before {secret} after")
    assert secret.rpartition("=")[2][-12:] not in redact(f"({secret})")


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS)
def test_r17_a_secret_reaches_no_log_in_whatever_place(secret, style):
    line = written(style, plain=secret, deep={"list": [secret, {secret: 1}]}, bytes_too=secret.encode())
    assert secret not in line


@pytest.mark.parametrize("key", ["authorization", "Cookie", "access_token", "plaid_secret", "password"])
def test_r17_a_value_under_a_secret_name_is_redacted_whatever_it_looks_like(key):
    line = written(**{key: "hunter2hunter2", "headers": {key: "hunter2hunter2"}})
    assert "hunter2" not in line


def test_r17_a_secret_object_never_prints():
    assert "hunter2" not in written(value=Secret("hunter2"))


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[31m"])
def test_r17_a_value_cannot_begin_a_line_of_its_own(style, breaker):
    line = written(style, value=f"a{breaker}level=critical forged")
    assert len(line.splitlines()) == 1
    assert breaker not in line.rstrip("\n")


@given(st.text())
def test_r17_no_text_keeps_a_control_character(text):
    assert redact(text).splitlines() in ([redact(text)], [])
    assert redact(text).isprintable() or not any(ord(letter) < 32 for letter in redact(text))


def test_r17_a_librarys_log_passes_the_redaction_too():
    with logbook() as stream:
        logging.getLogger("some.library").warning("called with %s", TOKEN)
    assert TOKEN not in stream.getvalue()
    assert json.loads(stream.getvalue())["event"] == f"called with {logs.REDACTED}"


def test_r17_the_servers_own_access_lines_hold_searches_and_are_off():
    with logbook() as stream:
        logging.getLogger("werkzeug").info('"GET /api/transactions?q=clinic" 200')
        logging.getLogger("urllib3.connectionpool").debug("POST /transactions/get")
    assert stream.getvalue() == ""


def test_r17_the_production_servers_own_handler_is_taken_away():
    server, elsewhere = logging.getLogger("gunicorn.error"), io.StringIO()
    server.addHandler(logging.StreamHandler(elsewhere))
    server.propagate = False
    with logbook() as stream:
        try:
            _fail_with(TOKEN)
        except RuntimeError:
            server.exception("Error handling request /?q=%s", TOKEN)
    assert elsewhere.getvalue() == ""
    assert "RuntimeError" in stream.getvalue()
    assert TOKEN not in stream.getvalue()


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("Invalid request from ip=203.0.113.7: Invalid HTTP Version: 'clinic HTTP/1.1'", ()),
        ("Error handling request %s %s", ("GET", "/?q=clinic")),
        ("Error handling request %s", ("/?q=clinic",)),
    ],
)
def test_r17_the_server_does_not_quote_the_request_that_it_could_not_answer(words, values):
    with logbook() as stream:
        logging.getLogger("gunicorn.error").warning(words, *values)
    assert json.loads(stream.getvalue())["event"] in ("Invalid request", "Error handling request")
    assert "clinic" not in stream.getvalue()
    assert "203.0.113.7" not in stream.getvalue()


@pytest.mark.parametrize("library", [True, False])
def test_r17_a_logged_exception_shows_where_and_what_kind_but_no_value(library):
    with logbook() as stream:
        try:
            _fail_with("account 4111 1111 owes 12.50")
        except RuntimeError:
            if library:
                logging.getLogger("some.library").exception("it failed")
            else:
                structlog.get_logger("ours").exception("it failed")
    line = json.loads(stream.getvalue())
    assert line["error"] == "RuntimeError"
    assert line["causes"] == ["ValueError"]
    assert any(frame.endswith(" _fail_with") and "web/test_logs.py:" in frame for frame in line["frames"])
    assert "4111" not in stream.getvalue()
    assert "raise" not in stream.getvalue()


def _fail_with(value):
    raise RuntimeError(value) from ValueError(value)


def test_an_error_of_our_own_keeps_its_text_which_carries_no_secret():
    described = describe(PlaidFault("TIMEOUT", request_id="abc"))
    assert described["text"] == "TRANSPORT/TIMEOUT request_id=abc"


def test_a_chain_of_causes_that_bites_its_tail_ends():
    first, second = ValueError(), KeyError()
    first.__cause__, second.__cause__ = second, first
    assert len(describe(first)["causes"]) < 20


def test_r17_an_id_is_a_hash_that_only_its_key_makes():
    one, same, other = Pseudonyms(Secret("k" * 32)), Pseudonyms(Secret("k" * 32)), Pseudonyms(Secret("j" * 32))
    assert one("item-1") == same("item-1")
    assert one("item-1") != one("item-2")
    assert one("item-1") != other("item-1")
    assert "item" not in one("item-1")
