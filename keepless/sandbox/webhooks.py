"""Webhooks: signed, sent in the background, retried as Plaid does (docs/plaid.md, section 10)."""

import asyncio
import base64
import hashlib
import json
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256

# The id that the real Sandbox is known to serve a key under.
KEY_ID = "6c5516e1-92dc-479e-a8ff-5a51992e0001"
_FIELD_BYTES = 32
_TIMEOUT = 10.0
_RETRY_FACTOR = 4
_RETRY_FOR = 24 * 3600.0
_REMEMBERED = 1000


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class SigningKey:
    """A P-256 key of this run."""

    def __init__(self, created_at: datetime) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self._created_at = int(created_at.timestamp())

    def as_jwk(self) -> dict[str, Any]:
        """The public half as `/webhook_verification_key/get` gives it."""
        numbers = self._private.public_key().public_numbers()
        return {
            "alg": "ES256",
            "created_at": self._created_at,
            "crv": "P-256",
            "expired_at": None,
            "kid": KEY_ID,
            "kty": "EC",
            "use": "sig",
            "x": _base64url(numbers.x.to_bytes(_FIELD_BYTES, "big")),
            "y": _base64url(numbers.y.to_bytes(_FIELD_BYTES, "big")),
        }

    def sign(self, body: bytes, now: datetime) -> str:
        """The JWT of the `Plaid-Verification` header, over exactly these bytes."""
        header = {"alg": "ES256", "kid": KEY_ID, "typ": "JWT"}
        claims = {"iat": int(now.timestamp()), "request_body_sha256": hashlib.sha256(body).hexdigest()}
        signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
        der = self._private.sign(signed.encode(), ec.ECDSA(SHA256()))
        r, s = utils.decode_dss_signature(der)
        return f"{signed}.{_base64url(r.to_bytes(_FIELD_BYTES, 'big') + s.to_bytes(_FIELD_BYTES, 'big'))}"


@dataclass(slots=True)
class Delivery:
    """One webhook sent: `status` is the receiver's last answer, None where none came."""

    item_id: str | None
    webhook_type: str
    webhook_code: str
    url: str
    attempts: int = 0
    status: int | None = None


class Postman:
    """Sends webhooks without making a call wait. Lives on the event loop of the server."""

    def __init__(self, clock: Callable[[], datetime], retry_seconds: float) -> None:
        self._clock = clock
        self._retry_seconds = retry_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._deliveries: deque[Delivery] = deque(maxlen=_REMEMBERED)
        self.key = SigningKey(clock())

    def send(self, url: str, body: dict[str, Any]) -> None:
        """Puts a webhook on its way. The body is sent as 2-space-indented JSON, as Plaid's is."""
        delivery = Delivery(body.get("item_id"), body["webhook_type"], body["webhook_code"], url)
        self._deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery, json.dumps(body, indent=2).encode()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def listing(self) -> list[dict[str, Any]]:
        """The last thousand webhooks, oldest first."""
        return [asdict(each) for each in self._deliveries]

    def clear(self) -> None:
        """Forgets what was sent and stops trying what was not."""
        for task in self._tasks:
            task.cancel()
        self._deliveries.clear()

    async def _deliver(self, delivery: Delivery, body: bytes) -> None:
        delay, waited = self._retry_seconds, 0.0
        while True:
            delivery.attempts += 1
            delivery.status = await self._post(delivery.url, body)
            if delivery.status == 200 or waited + delay > _RETRY_FOR:  # noqa: PLR2004  any other status is a refusal
                return
            await asyncio.sleep(delay)
            waited += delay
            delay *= _RETRY_FACTOR

    async def _post(self, url: str, body: bytes) -> int | None:
        """The receiver's status; None where it gave none within ten seconds. Redirects are not followed."""
        signature = self.key.sign(body, self._clock())
        try:
            async with asyncio.timeout(_TIMEOUT):
                return await _status_of_post(url, body, {"Plaid-Verification": signature})
        except (OSError, ValueError, IndexError):  # TimeoutError is an OSError
            return None


async def _status_of_post(url: str, body: bytes, headers: dict[str, str]) -> int:
    """One HTTP/1.1 POST by hand: a thread per webhook would outlive a stop and stand in the way of pages."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    lines = [f"POST {target} HTTP/1.1", f"Host: {parts.netloc}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += ["Content-Type: application/json", *(f"{name}: {value}" for name, value in headers.items())]
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure or None)
    try:
        writer.write("\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body)
        answer = await reader.read()
    finally:
        writer.close()
    return int(answer.split(b" ", 2)[1])
