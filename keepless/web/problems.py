"""Problem details for HTTP APIs (RFC 9457): the shape of every error in JSON, and how one becomes an answer."""

import msgspec
from flask import Response

from keepless.core.models import BankProblem

MEDIA_TYPE = "application/problem+json"


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One error. `code` is stable and listed in docs/errors.md; `next_step` is what the reader can do about it.

    `type` leads to the code's entry in /openapi.json. The members after `request_id` are there where they fit: `field`
    names the value that was refused, `problems` says what is wrong with each bank that could not be read;
    `plaid_code` and `plaid_request_id` are Plaid's own, for its support.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    next_step: str
    request_id: str = ""
    field: str | None = None
    problems: tuple[BankProblem, ...] | None = None
    retryable: bool | None = None
    action: str | None = None
    plaid_code: str | None = None
    plaid_request_id: str | None = None


def as_response(problem: Problem) -> Response:
    """The problem as application/problem+json with its own status."""
    return Response(msgspec.json.encode(problem), status=problem.status, content_type=MEDIA_TYPE)
