"""An answer against both of Plaid's schemas, with every fault found in it named by its place."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from plaid.model.plaid_error import PlaidError
from sandbox.conformance.published_schema import published
from sandbox.conformance.sdk_schema import Model, schema_of


def faults(model: Model, answer: Any) -> list[str]:
    """What each schema has against an answer, as `schema: place: reason`; empty when it fits both."""
    return [
        f"{schema}: {'/'.join(map(str, fault.absolute_path)) or 'the answer'}: {fault.message[:200]}"
        for schema, validator in _validators(model).items()
        for found in validator.iter_errors(answer)
        for fault in _innermost(found)
    ]


def error_faults(body: Any) -> list[str]:
    """The same for the body of an answer that is not 2xx."""
    return faults(PlaidError, body)


@cache
def _validators(model: Model) -> dict[str, Draft202012Validator]:
    schema = schema_of(model)
    named = {"plaid-python 46": schema, "published 1.697.4": published(schema)}
    for each in named.values():
        Draft202012Validator.check_schema(each)
    return {name: Draft202012Validator(each, format_checker=FormatChecker()) for name, each in named.items()}


def _innermost(fault: ValidationError) -> Iterator[ValidationError]:
    """The faults under an `anyOf`, which alone says only that nothing matched; a failed "or null" is left out."""
    causes = [cause for cause in fault.context or () if (cause.validator, cause.validator_value) != ("type", "null")]
    if not causes:
        yield fault
    for cause in causes:
        yield from _innermost(cause)
