"""plaid-python as Plaid ships it, with every answer also put to both of Plaid's schemas before it is used."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import plaid
from plaid.api.plaid_api import PlaidApi
from plaid.api_client import ApiClient, Endpoint
from sandbox.conformance.both_schemas import error_faults, faults
from sandbox.conformance.sdk_schema import Model

CREDENTIALS = {"clientId": "client-of-the-tests", "secret": "secret-of-the-tests"}


class CheckedApiClient(ApiClient):
    """The SDK's own client, whose `answers` keep each body raw. AssertionError says how an answer does not fit."""

    def __init__(self, url: str) -> None:
        super().__init__(plaid.Configuration(host=url, api_key=CREDENTIALS))
        self.answers: list[tuple[str, Any]] = []

    def request(self, method: str, url: str, **sent: Any) -> Any:
        path = urlsplit(url).path
        try:
            response = super().request(method, url, **sent)
        except plaid.ApiException as refusal:
            self._judge(path, refusal.body, error_faults)
            raise
        self._judge(path, response.data, lambda answer: faults(response_model(path), answer))
        return response

    def _judge(self, path: str, body: bytes, judged: Callable[[Any], list[str]]) -> None:
        answer = json.loads(body)
        self.answers.append((path, answer))
        found = judged(answer)
        assert not found, "\n".join([f"{path} does not fit", *found[:20]])


def checked_plaid(url: str) -> PlaidApi:
    """plaid-python with its strict type checks left on, every answer checked."""
    return PlaidApi(CheckedApiClient(url))


def response_model(path: str) -> Model:
    """The model that plaid-python has for the answer of an endpoint, by its path."""
    return _models()[path]


@cache
def _models() -> dict[str, Model]:
    endpoints = vars(PlaidApi(ApiClient())).values()
    return {
        endpoint.settings["endpoint_path"]: endpoint.settings["response_type"][0]
        for endpoint in endpoints
        if isinstance(endpoint, Endpoint) and endpoint.settings["response_type"]
    }
