"""The official SDK as a transport: its pool, its headers, its TLS; not its models.

Parsing into the SDK's models takes hundreds of times as long as the rest of a call, so its pool is asked for the raw
answer and the bytes are read here. The figures: docs/decisions/0002-sdk-as-transport.md. Its REST client is left out as
well: that reads an error's body whole, however long it is.
"""

import zlib
from typing import Any
from urllib.parse import urlsplit

import msgspec
import plaid
import urllib3

from keepless.adapters.plaid import faults
from keepless.adapters.plaid.settings import Patience
from keepless.core.secret import Secret

MAX_BODY = 16 << 20  # bytes, inflated; a full page of 500 transactions is below 1 MB
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_GZIP = 16 + zlib.MAX_WBITS
_OK = 200
_FIRST_NOT_OK = 300


class Transport:
    """Posts JSON to one Plaid host. Safe to use from many threads; connections are pooled and kept alive."""

    def __init__(
        self, base_url: str, client_id: str, secret: Secret, patience: Patience, *, compress: bool | None = None
    ) -> None:
        self.host = base_url.rstrip("/")
        if compress is None:
            # The SDK asks for none, and a page is then 0.8 MB instead of 0.1. Within one machine it only costs.
            compress = urlsplit(self.host).hostname not in _LOOPBACK
        self._patience = patience
        configuration = plaid.Configuration(host=self.host, api_key={"clientId": client_id, "secret": secret.reveal()})
        configuration.connection_pool_maxsize = patience.calls_at_once
        # Off altogether: redirects are answers like any other and are not followed (R18), and whether a call is made
        # again is decided by what it is (an exchange never is), which urllib3 cannot know.
        configuration.retries = urllib3.Retry(total=False)
        self._api = plaid.ApiClient(configuration)
        self._headers: dict[str, str] = {
            **self._api.default_headers,
            "Accept": "application/json",
            "Accept-Encoding": "gzip" if compress else "identity",
            "Content-Type": "application/json",
        }
        self._api.update_params_for_auth(self._headers, None, ["clientId", "secret"], "/", "POST", None)

    def post(self, path: str, body: dict[str, Any], *, seconds: float) -> bytes:
        """The bytes of a 2xx answer, inflated. `seconds` is what is left for the call; time-outs are cut to it.

        Raises PlaidFault and nothing else.
        """
        timeout = urllib3.Timeout(connect=min(self._patience.connect, seconds), read=min(self._patience.read, seconds))
        try:
            answer = self._api.rest_client.pool_manager.request(
                "POST",
                self.host + path,
                headers=self._headers,
                body=msgspec.json.encode(body),
                preload_content=False,
                timeout=timeout,
            )
            read = _read(answer)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise faults.from_transport(error) from None
        except (zlib.error, ValueError):
            raise faults.own(faults.BAD_ANSWER) from None
        if not _OK <= answer.status < _FIRST_NOT_OK:
            raise faults.from_answer(answer.status, read)
        return read

    def close(self) -> None:
        """Closes the idle connections."""
        self._api.rest_client.pool_manager.clear()
        self._api.close()


def _read(answer: urllib3.BaseHTTPResponse) -> bytes:
    """The whole body, in one read and inflated in one call.

    Piece by piece costs half as much again, and urllib3's own decoder five times as much. Raises zlib.error and
    ValueError for a body that is cut, garbled or beyond all size.
    """
    body = answer.read(MAX_BODY + 1, decode_content=False)
    if answer.length_remaining:  # cut short, or longer than is read: the connection is of no more use
        answer.close()
        raise ValueError("the answer is not whole")
    if answer.headers.get("Content-Encoding") == "gzip":
        inflater = zlib.decompressobj(_GZIP)
        body = inflater.decompress(body, MAX_BODY + 1)
        if not inflater.eof and len(body) <= MAX_BODY:
            raise ValueError("the compressed answer ends too early")
    if len(body) > MAX_BODY:
        answer.close()
        raise ValueError("the answer is too long")
    return body
