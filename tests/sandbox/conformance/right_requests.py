"""One right request of each endpoint, as plain JSON, for tests that spoil them."""

from sandbox.conformance.households import today

UNKNOWN_TOKEN = "access-sandbox-00000000-0000-4000-8000-000000000000"
DAY = str(today())
ROW = {"date_transacted": DAY, "date_posted": DAY, "amount": 4.5, "description": "Tea"}
CLIENT = {"client_name": "Keepless", "language": "en", "country_codes": ["US"]}

# What each endpoint of an item needs beside the access token.
OF_AN_ITEM = {
    "/item/get": {},
    "/item/public_token/create": {},
    "/item/remove": {},
    "/item/access_token/invalidate": {},
    "/item/webhook/update": {"webhook": None},
    "/accounts/get": {},
    "/accounts/balance/get": {},
    "/transactions/get": {"start_date": DAY, "end_date": DAY},
    "/transactions/sync": {},
    "/transactions/refresh": {},
    "/transactions/recurring/get": {},
    "/liabilities/get": {},
    "/sandbox/item/reset_login": {},
    "/sandbox/item/fire_webhook": {"webhook_code": "SYNC_UPDATES_AVAILABLE"},
    "/sandbox/transactions/create": {"transactions": [ROW]},
}
OTHERS = {
    "/sandbox/public_token/create": {"institution_id": "ins_109508", "initial_products": ["transactions"]},
    "/link/token/create": {**CLIENT, "user": {"client_user_id": "someone"}, "products": ["transactions"]},
    "/link/token/get": {"link_token": "link-sandbox-00000000-0000-4000-8000-000000000000"},
    "/item/public_token/exchange": {"public_token": "public-sandbox-00000000-0000-4000-8000-000000000000"},
    "/institutions/get_by_id": {"institution_id": "ins_109508", "country_codes": ["US"]},
    "/institutions/search": {"query": "platypus", "country_codes": ["US"], "products": ["transactions"]},
    "/webhook_verification_key/get": {"key_id": "6c5516e1-92dc-479e-a8ff-5a51992e0001"},
}
EVERY = OTHERS | {path: {"access_token": UNKNOWN_TOKEN, **rest} for path, rest in OF_AN_ITEM.items()}
