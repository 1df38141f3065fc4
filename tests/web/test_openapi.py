"""GET /openapi.json: valid, complete, and true of real answers."""

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator
from support.website import METRICS_TOKEN

from keepless.web.faults import all_faults
from keepless.web.query import EXPORT, PERIOD, TRANSACTIONS

PAGES_AND_FILES = {
    "/",
    "/account",
    "/setup",
    "/logout",
    "/delete-me",
    "/disconnect",
    "/language",
    "/oauth-return",
    "/promise",
    "/recovery",
    "/recovery/restore",
    "/recovery/revoke",
    "/rotate",
    "/statement",
    "/static/<path:filename>",
    "/what-you-hold",
}


@pytest.fixture(scope="module")
def document(lone_site):
    return lone_site.browser().get("/openapi.json").json


def check(document, answer, path, method="get"):
    """Validates an answer's body against what the document says of its route and status."""
    described = document["paths"][path][method]["responses"][str(answer.status_code)]
    (media_type,) = described["content"]
    assert answer.mimetype == media_type
    schema = {**described["content"][media_type]["schema"], "components": document["components"]}
    errors = list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json))
    assert errors == []


def test_the_document_is_valid_openapi(document):
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_has_every_json_route_and_no_other(lone_site, document):
    routed = {
        (method.lower(), rule.rule)
        for rule in lone_site.app.url_map.iter_rules()
        if rule.rule not in PAGES_AND_FILES
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert described == routed


def test_the_document_has_an_example_of_every_problem(document):
    assert set(document["components"]["examples"]) == {fault.code for fault in all_faults()}
    schema = {"$ref": "#/components/schemas/Problem", "components": document["components"]}
    for example in document["components"]["examples"].values():
        assert list(Draft202012Validator(schema).iter_errors(example["value"])) == []


@pytest.mark.parametrize(
    ("path", "names"),
    [("/api/dashboard", PERIOD), ("/api/transactions", TRANSACTIONS), ("/api/spending-analysis", PERIOD)],
)
def test_the_described_parameters_are_those_that_are_read(document, visitor, path, names):
    described = [parameter["name"] for parameter in document["paths"][path]["get"]["parameters"]]
    assert described == list(names)
    assert visitor.get(path, query_string=dict.fromkeys(described, "")).status_code == 200
    assert visitor.get(path, query_string={"another": ""}).status_code == 400


def test_an_exports_form_has_the_fields_of_its_address(document):
    address, form = (document["paths"]["/api/export"][method] for method in ("get", "post"))
    (fields,) = (content["schema"] for content in form["requestBody"]["content"].values())
    assert list(fields["properties"]) == [each["name"] for each in address["parameters"]] == list(EXPORT)
    assert fields["required"] == [each["name"] for each in address["parameters"] if each["required"]] == ["format"]


@pytest.mark.parametrize("form", ["csv", "json", "ofx"])
def test_exports_are_described_in_every_format(document, visitor, form):
    answer = visitor.post("/api/export", data={"format": form})
    described = document["paths"]["/api/export"]["post"]["responses"]["200"]["content"]
    assert answer.mimetype in described
    if form == "json":
        schema = {**described[answer.mimetype]["schema"], "components": document["components"]}
        assert list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(answer.json)) == []
    check_problem = visitor.post("/api/export", data={"format": "nonsense"})
    check(document, check_problem, "/api/export", "post")


# Webhooks are refused by their signature. The file of one's trends needs no session; an account's must not be over.
REFUSE_OTHERWISE = {"/api/webhooks/plaid", "/api/webhooks/billing", "/api/trends/export"}


def test_operations_that_read_a_session_say_so(document):
    for path, methods in document["paths"].items():
        for method, entry in methods.items():
            assert bool(entry["security"]) == ("401" in entry["responses"] and path not in REFUSE_OTHERWISE), (
                method,
                path,
            )


@pytest.mark.parametrize("path", ["/api/dashboard", "/api/transactions", "/api/spending-analysis"])
def test_answers_fit_their_schema(document, visitor, path):
    check(document, visitor.get(path), path)
    check(document, visitor.get(f"{path}?days=nonsense"), path)


@pytest.mark.parametrize("path", ["/api/dashboard", "/api/transactions", "/api/spending-analysis"])
def test_answers_to_strangers_fit_their_schema(document, lone_site, path):
    answer = lone_site.browser().get(path)
    assert answer.status_code == 401
    check(document, answer, path)


@pytest.mark.parametrize("path", ["/health", "/ready", "/openapi.json", "/status"])
def test_the_state_fits_its_schema(document, site, visitor, path):
    check(document, visitor.get(path, headers={"Accept": "application/json"}), path)


def test_link_tokens_and_exchanges_fit_their_schema(document, site, local_plaid):
    browser = site.browser()
    check(document, browser.post("/api/link-token", json={}), "/api/link-token", "post")
    _, made = local_plaid.call(
        "/sandbox/public_token/create", {"institution_id": "ins_109508", "initial_products": ["transactions"]}
    )
    exchanged = browser.post("/api/exchange", json={"public_token": made["public_token"]})
    assert exchanged.status_code == 201
    check(document, exchanged, "/api/exchange", "post")
    check(document, browser.post("/api/exchange", json={}), "/api/exchange", "post")
    check(document, browser.post("/api/exchange", json={"public_token": "public-sandbox-x"}), "/api/exchange", "post")


def test_what_is_held_and_letting_a_bank_go_fit_their_schema(document, site, lone_site, visitor):
    check(document, lone_site.browser().get("/api/what-you-hold"), "/api/what-you-hold")
    visitor.get("/api/dashboard")
    told = visitor.get("/api/what-you-hold")
    check(document, told, "/api/what-you-hold")
    for item_id in (told.json["at_plaid"][0]["item_id"], "unknown", "<", told.json["at_plaid"][0]["item_id"]):
        answer = visitor.post("/api/disconnect", json={"item_id": item_id})
        check(document, answer, "/api/disconnect", "post")


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"error_code": "INSTITUTION_DOWN", "error_type": "INSTITUTION_ERROR"}, 503),
     ({"error_code": "ITEM_LOGIN_REQUIRED", "error_type": "ITEM_ERROR"}, 409)],
)  # fmt: skip
def test_problems_of_banks_fit_their_schema(document, visitor, local_plaid, fault, status):
    local_plaid.fault("/transactions/get", **fault)
    for path in ("/api/transactions", "/api/spending-analysis"):
        answer = visitor.get(path)
        assert answer.status_code == status
        check(document, answer, path)
    check(document, visitor.get("/api/dashboard"), "/api/dashboard")


def test_metrics_are_described_as_text(document, lone_site):
    answer = lone_site.browser().get("/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    assert list(document["paths"]["/metrics"]["get"]["responses"]["200"]["content"]) == [answer.mimetype]


def test_the_check_itself_can_fail(document):
    schema = {"$ref": "#/components/schemas/Transaction", "components": document["components"]}
    wrong = json.loads('{"id": "t", "amount": "12.50"}')
    assert list(Draft202012Validator(schema).iter_errors(wrong))
