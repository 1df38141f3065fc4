"""Prints an access token of Plaid's Sandbox, or of the local Plaid, to paste on the setup page.

    python scripts/setup_plaid_token.py [--user demo] [--institution ins_109508]

Reads PLAID_ENV, PLAID_CLIENT_ID, PLAID_SECRET and PLAID_BASE_URL from the environment and `.env`. The token goes to
standard output, everything else to standard error.
"""

import argparse
import os
import sys
from pathlib import Path

from dotenv import dotenv_values
from plaid import ApiClient, Configuration
from plaid.api.plaid_api import PlaidApi
from plaid.exceptions import ApiException
from urllib3.exceptions import HTTPError

from keepless.config import PlaidAccess
from keepless.errors import ConfigError


def main() -> int:
    parser = argparse.ArgumentParser(description="Print a sandbox access token.")
    parser.add_argument("--user", help="test user (default: demo on the local Plaid, user_good at Plaid's)")
    parser.add_argument("--institution", default="ins_109508", help="institution id (default: ins_109508)")
    chosen = parser.parse_args()
    from_file = {name: text for name, text in dotenv_values(Path(__file__).parents[1] / ".env").items() if text}
    try:
        plaid = PlaidAccess.from_env(from_file | dict(os.environ))
    except ConfigError as refusal:
        return fail(str(refusal))
    if plaid.environment == "production":
        return fail("PLAID_ENV is production, where tokens come from people only: connect a bank on the page")
    user = chosen.user or ("demo" if plaid.environment == "local" else "user_good")
    api = PlaidApi(
        ApiClient(
            Configuration(
                host=plaid.base_url,
                api_key={"clientId": plaid.client_id, "secret": plaid.secret.reveal()},
            )
        )
    )
    request = {
        "institution_id": chosen.institution,
        "initial_products": ["transactions", "liabilities"],
        "options": {"override_username": user, "override_password": "pass_good"},
    }
    try:
        public = api.sandbox_public_token_create(request, _request_timeout=30)
        access = api.item_public_token_exchange({"public_token": public["public_token"]}, _request_timeout=30)
    except ApiException as refusal:
        return fail(f"Plaid answered {refusal.status}: {refusal.body}")
    except HTTPError as fault:
        hint = "start it with `make run` or `keepless sandbox`" if plaid.environment == "local" else "is it reachable?"
        return fail(f"no answer from {plaid.base_url} ({type(fault).__name__}): {hint}")
    print(f"An access token for {user}; paste it on the setup page:", file=sys.stderr)
    print(access["access_token"])
    return 0


def fail(reason: str) -> int:
    print(f"setup_plaid_token: {reason}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
