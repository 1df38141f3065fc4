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
    "v1.a1b2c3d4." + "Zm9v" * 20 + ".0f8fad5bd9cb469fa16570867728950e",
    "ana@example.test",
    "Ana.Lopez+bank@mail.example.test",
    "\u00e1na@example.test",
    "/sign-in/Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1u",
    "/sign-in/short",
    "t=1700000000,v1=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "Stripe-Signature: t=1700000000,v1=0123abcd,v1=4567",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "postgresql+psycopg://keepless:pa55%word@db.example.test:5432/keepless?sslmode=require",
    "redis://:pa/ss@w0rd@cache.example.test:6379/0",
    "smtps://mailer:pa55word@mail.example.test:465?from=Keepless%20<robot@example.test>",
    "smtp://mail.example.test?password=pa55word",
    "passphrase=correct-horse-battery",
    '"passphrase": "correct horse battery staple"',
    "password: 'pa55 word'",
    '"ciphertext":"q83vEjRWeJA"',
    "qL8f0hR3yK1xVb7mN2cT9wZ5sD4gJ6pA8eU0iO1rX3k=",
    "0123456789abcdef0123456789abcdef01234567",
]


def written(style="json", **event):
    with logbook(style) as stream:
        structlog.get_logger("t").info("event", **event)
    return stream.getvalue()


@pytest.mark.parametrize("secret", SECRETS)
def test_r17_a_secret_in_a_text_is_redacted(secret):
    for text in (f"before {secret} after", f"({secret})"):
        assert secret not in redact(text)
        assert secret.rstrip("=").rpartition("=")[2][-12:] not in redact(text)
        assert not any(planted in redact(text) for planted in ("example.test", "pa55", "horse", "w0rd", "0123"))


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("secret", SECRETS)
def test_r17_a_secret_reaches_no_log_in_whatever_place(secret, style):
    line = written(style, plain=secret, deep={"list": [secret, {secret: 1}]}, bytes_too=secret.encode())
    assert secret not in line


@pytest.mark.parametrize(
    "key",
    [
        "authorization",
        "Cookie",
        "access_token",
        "plaid_secret",
        "password",
        "passphrase",
        "email",
        "database_url",
        "MAIL_URL",
        "stripe_signature",
        "nonce",
    ],
)
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


@pytest.mark.parametrize(
    "harmless",
    [
        "/api/transactions",
        "keepless/web/answers.py:66 respond",
        "tests/web/test_logs.py:12 test_a_name_as_long_as_those_of_our_own_tests_are_is_no_key_of_anything",
        "audit-2026-11-23.jsonl",
        "0f8fad5bd9cb469f",
        "2026-11-23T14:30:05Z",
        "https://sandbox.plaid.com/transactions/get",
        "not in this tier: banks beyond 2",
    ],
)
def test_what_a_reader_of_the_log_needs_stays(harmless):
    assert redact(harmless) == harmless


def _of_sqlalchemy():
    from sqlalchemy import create_engine, text

    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("insert into users values (:email)"), {"email": "ana@example.test"})


def _of_psycopg():
    import psycopg

    raise psycopg.errors.UniqueViolation("DETAIL:  Key (email)=(ana@example.test) already exists; First Bank, 48.15")


def _of_smtplib():
    import smtplib

    raise smtplib.SMTPRecipientsRefused({"ana@example.test": (550, b"no such mailbox ana@example.test")})


def _of_json():
    json.loads('{"passphrase": "correct horse battery" nonsense')


@pytest.mark.parametrize("fail", [_of_sqlalchemy, _of_psycopg, _of_smtplib, _of_json])
@pytest.mark.parametrize("style", ["json", "console"])
def test_r17_what_libraries_quote_in_their_errors_reaches_no_log(fail, style):
    """Logged as an exception, as a value, and as the words of another library that prints the error itself."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - each library has its own
        fail()
    error = raised.value
    assert any(word in str(error) + repr(vars(error)) for word in ("example.test", "horse"))
    with logbook(style) as stream:
        structlog.get_logger("ours").error("it failed", exc_info=error, cause=error)
        logging.getLogger("library").error("it failed: %s", error, exc_info=error)
        logging.getLogger("library").warning("it failed: %r", error)
    for planted in ("ana@", "example.test", "First Bank", "48.15", "horse"):
        assert planted not in stream.getvalue()
    assert stream.getvalue().count("it failed") == 3


@pytest.mark.parametrize("piece", ["a.a-", "://", "a@", "eyJ", "v1.", "aA1-", "secret:", '"\\', "'sealed':'"])
def test_a_long_text_that_was_made_to_be_slow_is_redacted_all_the_same(piece):
    assert len(redact(piece * 4_000)) > 0


def test_a_trail_that_fails_is_told_with_its_reason_and_without_its_place():
    with logbook() as stream:
        logs.note_failing_audit(OSError(28, "No space left on device", "/srv/keepless/ana"))
    line = json.loads(stream.getvalue())
    assert (line["event"], line["reason"], line["error"]) == ("audit trail not written", "ENOSPC", "OSError")
    assert "/srv" not in stream.getvalue()
