"""Errors as answers: JSON for programs, a page for people, and nothing of an unforeseen one (bad input 25)."""

import json

import pytest
from support.website import METRICS_TOKEN

from keepless.web.metrics import Metrics

TOKEN = "access-sandbox-0f8fad5b-d9cb-469f-a165-70867728950e"


class Leaky:
    """A Plaid that fails as nobody foresaw, with the token in the exception's text and in its locals."""

    def status(self):
        access_token = TOKEN
        raise RuntimeError(f"could not read {access_token}") from ValueError(f"Authorization: Bearer {access_token}")


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_input_25_an_exception_that_carries_a_token_is_a_plain_500_and_in_no_log(lone_site, log, capfd, accept):
    site = lone_site.with_parts(plaid=Leaky())
    answer = site.browser().get("/status", headers={"Accept": accept})
    assert answer.status_code == 500
    assert "internal" in answer.text
    everything = answer.text + str(answer.headers) + log.getvalue() + "".join(capfd.readouterr())
    assert "access-sandbox" not in everything
    assert "RuntimeError" not in answer.text
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    (error,) = [line for line in lines if line["level"] == "error"]
    assert error["error"] == "RuntimeError"
    assert error["request_id"] == answer.headers["X-Request-Id"]


def test_input_25_an_error_after_the_view_is_told_as_safely(lone_site, log, capfd):
    site = lone_site.with_parts(metrics=Metrics())

    @site.app.after_request
    def leak(_response):
        raise RuntimeError(TOKEN)

    answer = site.browser().get("/health")
    assert answer.status_code == 500
    assert TOKEN not in answer.text + log.getvalue() + "".join(capfd.readouterr())
    assert "RuntimeError" in log.getvalue()
    assert b'keepless_unexpected_errors_total{type="RuntimeError"} 1.0' in site.parts.metrics.exposition()


def test_an_unforeseen_error_is_counted_by_its_type(lone_site):
    site = lone_site.with_parts(plaid=Leaky(), metrics=Metrics())
    site.browser().get("/status", headers={"Accept": "application/json"})
    assert b'keepless_unexpected_errors_total{type="RuntimeError"} 1.0' in site.parts.metrics.exposition()


def test_every_request_leaves_one_line_with_the_template_and_never_the_address(lone_site, log):
    answer = lone_site.browser().get("/api/transactions?q=clinic&account=abc", headers={"Referer": "http://x/?secret"})
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (line["route"], line["method"], line["status"]) == ("/api/transactions", "GET", 401)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert isinstance(line["ms"], float)
    assert "clinic" not in log.getvalue()
    assert "secret" not in log.getvalue()


def test_an_address_that_is_not_there_is_not_logged_either(lone_site, log):
    lone_site.browser().get(f"/{TOKEN}/x%0d%0aforged")
    (line,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert line["route"] == "unmatched"
    assert "forged" not in log.getvalue()


def test_a_client_does_not_choose_its_request_id(lone_site):
    answer = lone_site.browser().get("/health", headers={"X-Request-Id": "mine"})
    assert answer.headers["X-Request-Id"] != "mine"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nowhere", 404, "not_found"),
        ("POST", "/api/dashboard", 405, "method_not_allowed"),
        ("GET", "/api/exchange", 405, "method_not_allowed"),
        ("GET", "/api/no-such", 404, "not_found"),
        ("GET", "/api/nothing", 404, "not_found"),
        ("DELETE", "/api/forget-me", 404, "not_found"),
        ("POST", "/api/exchange", 415, "not_json"),
        ("GET", "/api//dashboard", 404, "not_found"),
    ],
)
def test_a_program_gets_a_problem(lone_site, method, path, status, code):
    answer = lone_site.browser().open(path, method=method, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json["status"], answer.json["code"]) == (status, status, code)
    assert answer.content_type == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_a_405_says_what_is_allowed(lone_site):
    answer = lone_site.browser().get("/api/exchange")
    assert set(answer.allow) == {"POST", "OPTIONS"}


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("text/html;q=0.5, application/json", "application/problem+json"),
    ],
)
def test_the_same_words_come_as_a_page_or_as_json(lone_site, accept, media_type):
    answer = lone_site.browser().get("/nowhere", headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, media_type)
    assert "There is nothing here" in answer.text
    assert "not_found" in answer.text


def test_a_type_leads_to_its_entry_in_the_document(lone_site):
    browser = lone_site.browser()
    problem = browser.get("/api/dashboard").json
    path, _, pointer = problem["type"].partition("#")
    entry = browser.get(path).json
    for step in pointer.strip("/").split("/"):
        entry = entry[step]
    assert entry["value"]["code"] == problem["code"] == "session_missing"


def body_of(size):
    return b'{"public_token": "' + b"a" * size + b'"}'


@pytest.mark.parametrize("path", ["/api/exchange", "/api/webhooks/plaid"])
def test_a_large_body_is_not_read(lone_site, path):
    answer = lone_site.browser().post(path, data=body_of(65_536), content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_large_form_is_not_read(lone_site):
    answer = lone_site.browser().post("/setup", data={"access_token": "a" * 70_000})
    assert answer.status_code == 413
    assert "too_large" in answer.text


def test_a_metrics_token_is_not_taken_for_a_session(lone_site):
    answer = lone_site.browser().get("/api/dashboard", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert answer.status_code == 401
