"""Whatever household a custom user describes, each answer about it fits both schemas, or linking refuses it."""

import json
from datetime import timedelta

import plaid
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sandbox.conformance.households import today
from sandbox.conformance.refusals import ALWAYS

MONEY = st.decimals(-(10**6), 10**6, places=2).map(float)
TEXT = st.text(max_size=40)


@st.composite
def transactions(draw):
    happened = today() + timedelta(days=draw(st.integers(-400, 0)))
    booked = happened + timedelta(days=draw(st.integers(0, 5)))
    row = {"date_transacted": str(happened), "date_posted": str(booked), "amount": draw(MONEY)}
    return {**row, "description": draw(TEXT), "currency": draw(st.sampled_from(["USD", "EUR", "JPY", "BTC"]))}


KINDS = st.sampled_from(
    [
        ("depository", "checking"),
        ("depository", "savings"),
        ("depository", None),
        ("credit", "credit card"),
        ("credit", "paypal"),
        ("credit", None),
        ("loan", "student"),
        ("loan", "mortgage"),
        ("loan", "home equity loan"),
        ("investment", "401k"),
        ("payroll", "payroll"),
        ("other", "other"),
        ("purse", "leather"),
    ]
)
PERCENT = st.integers(0, 40)
LIABILITIES = {
    "credit card": st.fixed_dictionaries(
        {"type": st.just("credit")},
        optional={
            "purchase_apr": PERCENT,
            "cash_apr": PERCENT,
            "last_payment_amount": MONEY,
            "is_overdue": st.booleans(),
        },
    ),
    "student": st.fixed_dictionaries(
        {"type": st.just("student")},
        optional={"loan_name": TEXT, "repayment_plan_type": st.sampled_from(["standard", "interest only", "none"])},
    ),
}
INFLOW = {"type": "monthly-income", "income_amount": 2500, "payment_day_of_month": 1, "transaction_name": "Pay"}
META = st.fixed_dictionaries(
    {}, optional={"name": TEXT, "official_name": TEXT, "mask": st.sampled_from(["", "12", "9876"])}
)
AVAILABLE = st.one_of(
    st.just({}),
    MONEY.map(lambda amount: {"force_available_balance": amount}),
    st.just({"has_null_available_balance": True}),
)


@st.composite
def accounts(draw):
    kind, subtype = draw(KINDS)
    optional = {
        "starting_balance": MONEY,
        "currency": st.sampled_from(["USD", "CAD", "BTC"]),
        "transactions": st.lists(transactions(), max_size=4),
        "meta": META,
        "inflow_model": st.just(INFLOW),
    }
    if subtype in LIABILITIES:
        optional["liability"] = LIABILITIES[subtype]
    drawn = draw(st.fixed_dictionaries({}, optional=optional))
    return {"type": kind, "subtype": subtype, **draw(AVAILABLE), **drawn}


def accepted(call, *request):
    """The answer, or None where Plaid refused."""
    try:
        return call(*request)
    except plaid.ApiException:
        return None


def refusal_of(api):
    """The code of the refusal that came last."""
    error = api.api_client.answers[-1][1]
    assert error.keys() == ALWAYS
    return error["error_code"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_accounts=st.lists(accounts(), min_size=1, max_size=3))
def test_any_custom_household_fits_the_schemas_or_is_refused(api, link, given_accounts):
    access_token = accepted(link, "user_custom", json.dumps({"override_accounts": given_accounts}))
    event("accepted" if access_token else "refused")
    if not access_token:
        assert refusal_of(api) in {"INVALID_FIELD", "NO_ACCOUNTS"}
        return
    span = {"start_date": today() - timedelta(days=730), "end_date": today()}
    for call, request in (
        (api.accounts_get, {}),
        (api.accounts_balance_get, {}),
        (api.transactions_get, span),
        (api.transactions_sync, {}),
        (api.transactions_recurring_get, {}),
        (api.item_get, {}),
    ):
        call({"access_token": access_token, **request})
    if not accepted(api.liabilities_get, {"access_token": access_token}):
        assert refusal_of(api) == "NO_LIABILITY_ACCOUNTS"
