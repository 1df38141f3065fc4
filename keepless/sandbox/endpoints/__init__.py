"""Plaid's endpoints, by path. Each module gives its own part of `TABLE`."""

from keepless.sandbox.endpoints import accounts, institutions, items, link, sandbox, transactions
from keepless.sandbox.endpoints.endpoint import Endpoint

TABLE: dict[str, Endpoint] = {
    endpoint.path: endpoint
    for module in (accounts, institutions, items, link, sandbox, transactions)
    for endpoint in module.ENDPOINTS
}
