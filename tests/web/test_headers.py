"""R11, R12 and R20: the headers of every answer."""

import pytest
from support.website import NOWHERE

from keepless.web import well_known
from keepless.web.headers import HSTS

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; frame-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
POLICY_WITH_LINK = (
    f"default-src 'none'; script-src 'self' {NOWHERE}/link/v2/stable/link-initialize.js; style-src 'self'; "
    f"img-src 'self' data:; connect-src 'self' {NOWHERE}; worker-src 'self'; frame-src {NOWHERE}; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Without a session, the start page and the statement are the page that connects one.
WITH_LINK = {(method, path) for method in ("GET", "HEAD") for path in ("/", "/statement", "/setup")} | {
    ("POST", "/setup")
}


def every_answer(site, base_url="https://keepless.example"):
    """One answer from each route by each of its methods, and from addresses that are not there."""
    client = site.browser()
    for rule in site.app.url_map.iter_rules():
        for method in sorted(rule.methods):
            path = rule.rule.replace("<path:filename>", "style.css")
            yield (method, path), client.open(path, method=method, base_url=base_url, buffered=True)
    yield ("GET", "/nowhere"), client.get("/nowhere", base_url=base_url)
    yield ("GET", "/api/nowhere"), client.get("/api/nowhere", base_url=base_url)


def is_static(path):
    return path.startswith("/static/")


def test_r20_every_answer_over_https_has_the_headers(lone_site):
    for route, answer in every_answer(lone_site):
        headers = answer.headers
        assert headers["X-Content-Type-Options"] == "nosniff", route
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"
        assert headers["Strict-Transport-Security"] == HSTS
        assert all(part.endswith("=()") for part in headers["Permissions-Policy"].split(", "))
        assert {"camera=()", "geolocation=()", "payment=()"} <= set(headers["Permissions-Policy"].split(", "))


def test_r20_the_policy_names_plaid_only_where_link_runs(lone_site):
    for route, answer in every_answer(lone_site):
        expected = POLICY_WITH_LINK if route in WITH_LINK else POLICY
        assert answer.headers["Content-Security-Policy"] == expected, route


def test_r20_no_policy_allows_inline_code_or_eval(lone_site):
    for _route, answer in every_answer(lone_site):
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "*" not in answer.headers["Content-Security-Policy"]


def test_r20_plain_http_promises_no_https(lone_site):
    for _route, answer in every_answer(lone_site, "http://localhost"):
        assert "Strict-Transport-Security" not in answer.headers


# Read without a cookie, and the same for everybody (tests/web/test_well_known.py).
FOR_EVERYBODY = {("GET", well_known.PATH), ("HEAD", well_known.PATH)}


def test_r11_nothing_but_files_may_be_kept_by_a_cache(lone_site):
    for (method, path), answer in every_answer(lone_site):
        if not is_static(path) and (method, path) not in FOR_EVERYBODY:
            assert answer.headers["Cache-Control"] == "no-store", (method, path)
            assert "Cookie" in answer.headers["Vary"], (method, path)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/static/nothing.css", {}, 404),
        ("/static/../../.env", {}, 404),
        ("/static/style.css", {"Range": "bytes=999999-"}, 416),
        ("/static/style.css", {"If-Modified-Since": "Fri, 01 Jan 99999999999 00:00:00 GMT"}, 400),
    ],
)
def test_r11_no_error_is_kept_by_a_cache_not_even_a_files(lone_site, path, headers, status):
    answer = lone_site.browser().get(path, headers=headers, buffered=True)
    assert answer.status_code == status
    assert answer.headers["Cache-Control"] == "no-store"


def test_r20_a_file_that_did_not_change_has_the_headers_too(lone_site):
    tag = lone_site.browser().get("/static/style.css", buffered=True).headers["ETag"]
    answer = lone_site.browser().get("/static/style.css", headers={"If-None-Match": tag}, buffered=True)
    assert answer.status_code == 304
    assert answer.headers["Content-Security-Policy"] == POLICY


def test_r11_an_answer_with_a_session_is_not_kept(visitor):
    for path in (
        "/",
        "/setup",
        "/api/dashboard",
        "/api/transactions",
        "/api/spending-analysis",
        "/api/transactions?days=0",
    ):
        answer = visitor.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Vary"] == "Cookie"


@pytest.mark.parametrize("path", ["/", "/api/dashboard", "/api/transactions?q=coffee"])
def test_r12_no_answer_is_compressed(visitor, path):
    answer = visitor.get(path, headers={"Accept-Encoding": "gzip, br, zstd, deflate"})
    assert "Content-Encoding" not in answer.headers


def test_head_is_a_get_without_its_body(visitor):
    answer = visitor.head("/api/dashboard")
    assert (answer.status_code, answer.data) == (200, b"")


def test_options_names_the_methods_and_allows_no_other_origin(lone_site):
    answer = lone_site.browser().options("/api/exchange", headers={"Origin": "http://elsewhere.example"})
    assert answer.status_code == 200
    assert set(answer.allow) == {"OPTIONS", "POST"}
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
