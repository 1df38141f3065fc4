"""The OpenAPI 3.1 document, made from the operations that are routed and the table of faults: it cannot drift."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from itertools import groupby
from typing import Any

import msgspec
from flask import Response

from keepless.errors import Action
from keepless.web import faults, plaid_faults
from keepless.web.errors import BanksNeedAttention, NothingReadable
from keepless.web.fault import Fault
from keepless.web.guard import ForgedRequest
from keepless.web.operations import FORM, JSON, SESSION_FAULTS, Operation, answer
from keepless.web.problems import MEDIA_TYPE, Problem
from keepless.web.query import QueryReader
from keepless.web.visit import Visit

_REFERENCE = "#/components/schemas/{name}"
_ABOUT = (
    "What a person's banks say, live; nothing is kept. Amounts are integers in minor units of the `currency` beside "
    "them, or of the currency that the enclosing object names; positive is money that leaves the account, unless "
    "the field's name says otherwise. Dates are the bank's, times are UTC. "
    "Errors are RFC 9457 problems with a stable `code`."
)


def document(operations: Sequence[Operation], queries: QueryReader, *, version: str) -> dict[str, Any]:
    """The document for these operations."""
    shapes = [shape for operation in operations for shape in (operation.answer, operation.body) if shape is not None]
    schemas, components = msgspec.json.schema_components([Problem, *shapes], ref_template=_REFERENCE)
    references = dict(zip([Problem, *shapes], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _entry(operation, queries, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keepless", "version": version, "description": _ABOUT, "license": {"name": "MIT"}},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "examples": {fault.code: _example(fault) for fault in faults.all_faults()},
            "securitySchemes": {
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": "__Host-keepless",
                    "description": "The sealed session cookie; over http on localhost its name is keepless-local.",
                }
            },
        },
    }


def operation_for(operations: Sequence[Operation], queries: QueryReader, *, version: str) -> Operation:
    """GET /openapi.json, which describes `operations` and itself."""
    encoded: list[bytes] = []

    def serve(_visit: Visit) -> Response:
        return Response(encoded[0], content_type=JSON)

    itself = Operation(
        method="GET",
        path="/openapi.json",
        name="openapi",
        summary="This document.",
        view=serve,
        answer=dict[str, Any],
    )
    encoded.append(answer(document((*operations, itself), queries, version=version)).get_data())
    return itself


def _entry(operation: Operation, queries: QueryReader, references: dict[Any, dict[str, Any]]) -> dict[str, Any]:
    schema = {"type": "string"} if operation.answer is None else references[operation.answer]
    others = {media_type: {"schema": {"type": "string"}} for media_type in operation.other_media_types}
    fine = {"content": {operation.media_type: {"schema": schema}, **others}}
    entry: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "security": [{"session": []}] if operation.session else [],
        "responses": {
            str(int(status)): {"description": status.phrase, **({} if status == HTTPStatus.NO_CONTENT else fine)}
            for status in (operation.status, *operation.other_statuses)
        }
        | _refusals(operation),
    }
    if operation.parameters:
        entry["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": parameter.required,
                "description": parameter.description,
                "schema": parameter.schema,
            }
            for name in operation.parameters
            for parameter in (queries.parameters[name],)
        ]
    if operation.body is not None:
        content = {JSON: {"schema": references[operation.body]}}
        entry["requestBody"] = {"required": not operation.optional_body, "content": content}
    if operation.form:
        entry["requestBody"] = {"required": True, "content": {FORM: {"schema": _form(operation.form, queries)}}}
    return entry


def _form(names: Sequence[str], queries: QueryReader) -> dict[str, Any]:
    parameters = [queries.parameters[name] for name in names]
    return {
        "type": "object",
        "properties": {each.name: {**each.schema, "description": each.description} for each in parameters},
        "required": [each.name for each in parameters if each.required],
        "additionalProperties": False,
    }


def _refusals(operation: Operation) -> dict[str, Any]:
    """The problems that the operation may answer with, by status; those of one status name their codes."""
    rows = sorted(_faults_of(operation), key=lambda fault: (fault.status, fault.code))
    return {
        str(status): {
            "description": f"{HTTPStatus(status).phrase}: " + ", ".join(dict.fromkeys(fault.code for fault in same)),
            "content": {MEDIA_TYPE: {"schema": _REFERENCE_TO_PROBLEM}},
        }
        for status, group in groupby(rows, key=lambda fault: fault.status)
        for same in (list(group),)
        if status not in operation.other_statuses
    }


_REFERENCE_TO_PROBLEM = {"$ref": _REFERENCE.format(name=Problem.__name__)}


def _faults_of(operation: Operation) -> Iterable[Fault]:
    raised = (*operation.faults, *(SESSION_FAULTS if operation.session else ()))
    yield from (faults.BY_ERROR[error] for error in raised)
    if NothingReadable in raised:
        yield plaid_faults.PLAID_UNAVAILABLE
    if BanksNeedAttention in raised:
        yield plaid_faults.BY_ACTION[Action.OPERATOR]
    yield faults.INTERNAL
    if operation.plaid:
        yield from plaid_faults.BY_PLAID_CODE.values()
        yield from plaid_faults.BY_TOKEN_CODE.values()
        yield from plaid_faults.BY_ACTION.values()
    if operation.method not in {"GET", "HEAD"}:
        yield faults.BY_STATUS[413]
        if not operation.signed:
            yield faults.BY_ERROR[ForgedRequest]
    if operation.body is not None:
        yield from (faults.BY_STATUS[400], faults.BY_STATUS[415])
    if operation.form:
        yield faults.BY_STATUS[400]


def _example(fault: Fault) -> dict[str, Any]:
    value = {
        "type": f"/openapi.json#/components/examples/{fault.code}",
        "title": fault.title,
        "status": fault.status,
        "code": fault.code,
        "detail": fault.detail,
        "next_step": fault.next_step,
    }
    return {"summary": fault.title, "value": value}
