"""Where Plaid's published OpenAPI file (1.697.4) is stricter than the SDK's later schema, laid over the SDK's.

Only the differences are written here, as facts (the file itself is not part of this project). The published file is
read as strictly as an OpenAPI 3.0 validator reads it: a nullable reference whose enum does not list null refuses null.
Keys that only the later schema knows are free here, as unknown keys are.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sandbox.conformance.sdk_schema import Schema

# Present in the later schema only.
LATER_ERROR_TYPES = frozenset(
    {
        "IDEMPOTENCY_ERROR",
        "ASSETS_ERROR",
        "CRA_MONITORING_ERROR",
        "CREDIT_PROFILE_REPORT_ERROR",
        "ENCOMPASS_ERROR",
        "ENRICH_ERROR",
        "FRAUD_INSIGHTS_ERROR",
        "FREDDIE_MAC_ERROR",
        "LINK_DELIVERY_ERROR",
        "PROFILE_ERROR",
        "RECURRING_TRANSACTIONS_ERROR",
        "STATEMENTS_ERROR",
        "TRANSFER_RECURRING_ERROR",
        "TRANSFER_REFUND_ERROR",
        "CRA_REPORT_ERROR",
        "CRA_PARTNER_INSIGHTS_ERROR",
    }
)


@dataclass(frozen=True)
class Difference:
    """How the published file's schema of a model differs; `refused` enum values are per property, or "" for itself."""

    required: frozenset[str] = frozenset()
    never_null: bool = False
    refused: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()


DIFFERENCES: Mapping[str, Difference] = {
    "AccountBase": Difference(unknown=frozenset({"apy", "paired_account_id"})),
    "AccountHolderCategory": Difference(never_null=True),
    "AccountSubtype": Difference(never_null=True, refused={"": frozenset({"home equity loan"})}),
    "APR": Difference(refused={"apr_type": frozenset({"penalty_apr"})}),
    "CreditCardLiability": Difference(unknown=frozenset({"cash_advance_limit"})),
    "Institution": Difference(unknown=frozenset({"connection_availability"})),
    "Item": Difference(unknown=frozenset({"paired_item_id"})),
    "ItemStatus": Difference(never_null=True),
    "ItemStatusNullable": Difference(never_null=True),
    "ItemWithConsentFields": Difference(unknown=frozenset({"paired_item_id"})),
    "LiabilitiesObject": Difference(unknown=frozenset({"loan", "line_of_credit"})),
    "PlaidErrorType": Difference(refused={"": LATER_ERROR_TYPES}),
    "StudentRepaymentPlan": Difference(refused={"type": frozenset({"interest only"})}),
    "Transaction": Difference(
        required=frozenset({"name", "location", "payment_meta", "account_owner", "pending_transaction_id"}),
        unknown=frozenset({"merchant_category_code", "running_balance"}),
    ),
    "TransactionCode": Difference(refused={"": frozenset({"late fee", "null"})}),
}


def published(sdk_schema: Schema) -> Schema:
    """The schema that the published file has for the same answer."""
    schema = deepcopy(sdk_schema)
    for name in DIFFERENCES.keys() & schema["$defs"].keys():
        schema["$defs"][name] = _apply(DIFFERENCES[name], schema["$defs"][name])
    return _in_utc(schema)


def _apply(difference: Difference, definition: Schema) -> Schema:
    nullable = "anyOf" in definition
    body = definition["anyOf"][0] if nullable else definition
    for key in difference.unknown:
        body["properties"].pop(key)
        body["required"] = [name for name in body["required"] if name != key]
    for key, values in difference.refused.items():
        _refuse(body["properties"][key] if key else body, values)
    if difference.required:
        body["required"] = sorted({*body["required"], *difference.required})
    return body if difference.never_null or not nullable else {"anyOf": [body, *definition["anyOf"][1:]]}


def _refuse(schema: Schema, values: frozenset[str]) -> None:
    """Takes values out of an enum. KeyError or ValueError when they are not in it: then a difference above is stale."""
    enum: list[str] = (schema["anyOf"][0] if "anyOf" in schema else schema)["enum"]
    for value in values:
        enum.remove(value)


def _in_utc(node: Any) -> Any:
    """Every date-time ends in Z: Plaid writes UTC, and a time without a zone is none."""
    if isinstance(node, list):
        return [_in_utc(each) for each in node]
    if not isinstance(node, dict):
        return node
    if node.get("format") == "date-time":
        return {**node, "pattern": "Z$"}
    return {key: _in_utc(value) for key, value in node.items()}
