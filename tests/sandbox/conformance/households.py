"""The logins that the conformance tests connect."""

import json
from datetime import UTC, date, datetime, timedelta


def today() -> date:
    """The day as the local Plaid counts it."""
    return datetime.now(UTC).date()


def custom_login(day: date) -> str:
    """The password of a `user_custom`: a euro account with two posted rows and one pending on `day`, a card, a loan."""
    rows = [(40, 54.2, "SUPERMARKET 12"), (9, -800, "PAYROLL ACME"), (1, 12, "UNHEARD OF THING")]
    checking = {
        "type": "depository",
        "subtype": "checking",
        "starting_balance": 1200.5,
        "currency": "EUR",
        "meta": {"name": "Girokonto", "official_name": "Everyday account", "mask": "4321"},
        "identity": {"names": ["Sam Sample"]},
        "transactions": [
            {
                "date_transacted": str(day - timedelta(days=ago)),
                "date_posted": str(day - timedelta(days=ago - 3)),
                "amount": amount,
                "description": description,
                "currency": "EUR",
            }
            for ago, amount, description in rows
        ],
    }
    card = {
        "type": "credit",
        "subtype": "credit card",
        "starting_balance": 310.25,
        "meta": {"name": "Blue card", "limit": 1500, "mask": "77"},
        "liability": {
            "type": "credit",
            "purchase_apr": 18.9,
            "cash_apr": 25.5,
            "last_payment_amount": 50,
            "minimum_payment_amount": 25,
            "is_overdue": False,
        },
    }
    loan = {"type": "loan", "subtype": "student", "starting_balance": 9000, "liability": {"type": "student"}}
    return json.dumps({"version": 2, "override_accounts": [checking, card, loan]})


LOGINS = {
    "user_good": lambda: ("user_good", "pass_good"),
    "user_transactions_dynamic": lambda: ("user_transactions_dynamic", "anything"),
    "user_custom": lambda: ("user_custom", custom_login(today())),
    "demo": lambda: ("demo", "demo"),
    "demo-3000": lambda: ("demo-3000", "demo"),
}
