"""/institutions/get_by_id, /institutions/search, /webhook_verification_key/get (docs/plaid.md, 5.14 and 5.16)."""

from keepless.sandbox import requests
from keepless.sandbox.endpoints.endpoint import Answer, Endpoint
from keepless.sandbox.institutions import PRODUCTS
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.webhooks import KEY_ID
from keepless.sandbox.world import World


def get_by_id(world: World, request: requests.InstitutionGet) -> Answer:
    institution = world.institution(request.institution_id)
    if institution.country not in request.country_codes:
        raise PlaidProblem("INVALID_INSTITUTION")
    described = institution.as_json(
        with_metadata=request.options.include_optional_metadata,
        with_status=request.options.include_status,
        now=world.clock(),
    )
    return {"institution": described}


def search(world: World, request: requests.InstitutionSearch) -> Answer:
    offered = set(request.products or ()) <= set(PRODUCTS)
    options = request.options
    found = world.directory.search(request.query, request.country_codes, oauth=options.oauth) if offered else []
    with_metadata = bool(options.include_optional_metadata)
    now = world.clock()
    return {"institutions": [each.as_json(with_metadata=with_metadata, with_status=False, now=now) for each in found]}


def verification_key(world: World, request: requests.VerificationKeyGet) -> Answer:
    if request.key_id != KEY_ID:
        raise PlaidProblem("INVALID_WEBHOOK_VERIFICATION_KEY_ID")
    return {"key": world.postman.key.as_jwk()}


ENDPOINTS = (
    Endpoint("/institutions/get_by_id", requests.InstitutionGet, get_by_id),
    Endpoint("/institutions/search", requests.InstitutionSearch, search),
    Endpoint("/webhook_verification_key/get", requests.VerificationKeyGet, verification_key),
)
