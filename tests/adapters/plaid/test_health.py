"""What the adapter remembers of its calls: failures of Plaid's and of this installation, nobody else's."""

from datetime import UTC, datetime

import pytest

from keepless.adapters.plaid.health import Health
from keepless.errors import Action, PlaidFault

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def failure(fault):
    health = Health(lambda: NOW)
    health.failed(fault)
    return health.report()["last_failure_code"]


@pytest.mark.parametrize(
    ("error_type", "code", "action"),
    [
        ("", "UNREACHABLE", Action.RETRY),
        ("API_ERROR", "PLANNED_MAINTENANCE", Action.RETRY),
        ("INVALID_INPUT", "INVALID_API_KEYS", Action.OPERATOR),
        ("RATE_LIMIT_EXCEEDED", "CREDITS_EXHAUSTED", Action.OPERATOR),
    ],
)
def test_a_fault_of_plaids_or_of_this_installation_is_remembered(error_type, code, action):
    assert failure(PlaidFault(code, error_type=error_type, action=action)) == code


@pytest.mark.parametrize(
    ("error_type", "code", "action"),
    [
        ("INSTITUTION_ERROR", "INSTITUTION_DOWN", Action.RETRY),
        ("RATE_LIMIT_EXCEEDED", "TRANSACTIONS_LIMIT", Action.RETRY),
        ("ITEM_ERROR", "ITEM_LOGIN_REQUIRED", Action.RECONNECT),
    ],
)
def test_a_bank_that_is_down_and_a_visitor_who_asks_too_often_are_no_failure_of_plaids(error_type, code, action):
    assert failure(PlaidFault(code, error_type=error_type, action=action)) is None
