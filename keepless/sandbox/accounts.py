"""Accounts and what is owed on them, in Plaid's words (docs/plaid.md, sections 6.1, 6.2, 6.5 and 6.6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from keepless.sandbox import currencies
from keepless.sandbox.household import Holding
from keepless.sandbox.ids import derived_id
from keepless.sandbox.institutions import APPLE_CARD, CAPITAL_ONE, PERSISTENT_IDS
from keepless.sandbox.item import Item
from keepless.sandbox.problem import PlaidProblem

_CREDIT = [
    "is_overdue",
    "last_payment_amount",
    "last_payment_date",
    "last_statement_balance",
    "last_statement_issue_date",
    "minimum_payment_amount",
    "next_payment_due_date",
]
_STUDENT = [
    "account_number",
    "disbursement_dates",
    "expected_payoff_date",
    "guarantor",
    "is_overdue",
    "last_payment_amount",
    "last_payment_date",
    "last_statement_balance",
    "last_statement_issue_date",
    "loan_name",
    "minimum_payment_amount",
    "next_payment_due_date",
    "origination_date",
    "origination_principal_amount",
    "outstanding_interest_amount",
    "payment_reference_number",
    "sequence_number",
    "ytd_interest_paid",
    "ytd_principal_paid",
]
_MORTGAGE = [
    "account_number",
    "current_late_fee",
    "escrow_balance",
    "has_pmi",
    "has_prepayment_penalty",
    "last_payment_amount",
    "last_payment_date",
    "loan_term",
    "loan_type_description",
    "maturity_date",
    "next_monthly_payment",
    "next_payment_due_date",
    "origination_date",
    "origination_principal_amount",
    "past_due_amount",
    "ytd_interest_paid",
    "ytd_principal_paid",
]
_ADDRESS = dict.fromkeys(("city", "country", "postal_code", "region", "street"))
# Every key of a liability, and what stands there when the household does not say.
_EMPTY: dict[str, dict[str, Any]] = {
    "credit": {"aprs": [], **dict.fromkeys(_CREDIT)},
    "student": {
        **dict.fromkeys(_STUDENT),
        "interest_rate_percentage": 0,
        "loan_status": {"end_date": None, "type": None},
        "pslf_status": dict.fromkeys(("estimated_eligibility_date", "payments_made", "payments_remaining")),
        "repayment_plan": {"description": None, "type": None},
        "servicer_address": _ADDRESS,
    },
    "mortgage": {
        **dict.fromkeys(_MORTGAGE),
        "interest_rate": {"percentage": None, "type": None},
        "property_address": _ADDRESS,
    },
}


def chosen(item: Item, account_ids: Sequence[str] | None) -> list[Holding]:
    """The item's accounts, or those asked for. Raises PlaidProblem INVALID_ACCOUNT_ID for one it does not have."""
    if account_ids is None:
        return list(item.holdings)
    by_id = {item.account_id(each.key): each for each in item.holdings}
    unknown = [each for each in account_ids if each not in by_id]
    if unknown:
        raise PlaidProblem("INVALID_ACCOUNT_ID")
    wanted = set(account_ids)
    return [holding for account_id, holding in by_id.items() if account_id in wanted]


def account_json(item: Item, holding: Holding, *, live_at: datetime | None = None) -> dict[str, Any]:
    """The account object; with `live_at` as a live look gives it."""
    balances: dict[str, Any] = {
        "available": holding.available,
        "current": holding.current,
        "limit": holding.limit,
        **currencies.named(holding.currency),
    }
    if live_at is not None and item.institution.id in (CAPITAL_ONE, APPLE_CARD):
        balances["last_updated_datetime"] = live_at.replace(microsecond=0)
    fields: dict[str, Any] = {
        "account_id": item.account_id(holding.key),
        "balances": balances,
        "holder_category": "personal",
        "mask": holding.mask,
        "name": holding.name,
        "official_name": holding.official_name,
        "subtype": holding.subtype,
        "type": holding.type,
    }
    if item.institution.id in PERSISTENT_IDS and holding.type == "depository":
        household = item.login.household.username
        fields["persistent_account_id"] = derived_id("persistent", item.institution.id, household, holding.key)
    return fields


def accounts_json(item: Item, holdings: Sequence[Holding], *, live_at: datetime | None = None) -> list[dict[str, Any]]:
    return [account_json(item, each, live_at=live_at) for each in holdings]


def liabilities_json(item: Item, holdings: Sequence[Holding]) -> dict[str, Any]:
    """`liabilities` by kind, null where the accounts have none of it. Raises PlaidProblem NO_LIABILITY_ACCOUNTS."""
    if not any(each.liability for each in item.holdings):
        raise PlaidProblem("NO_LIABILITY_ACCOUNTS")
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _EMPTY}
    for each in holdings:
        if each.liability:
            said = {name: value for name, value in each.liability.items() if name != "kind"}
            kind = each.liability["kind"]
            found[kind].append({"account_id": item.account_id(each.key), **_EMPTY[kind], **said})
    return {kind: entries or None for kind, entries in found.items()}
