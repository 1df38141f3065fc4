"""Tells Plaid's webhooks from forged ones (Plaid, webhook verification; SECURITY.md, Webhooks)."""

import base64
import hashlib
import hmac
import re
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from keepless.adapters.plaid.wire import WebhookKey
from keepless.errors import PlaidFault, WebhookRefused
from keepless.ports import Clock

MAX_AGE = 300  # seconds, Plaid's rule
MAX_AHEAD = 60  # seconds that Plaid's clock may be ahead of ours
KEY_LIFE = timedelta(hours=24)  # then asked for again, to learn that it has expired
KEYS_KEPT = 32
LOOKUPS = 5  # of unknown key ids, in each window: anyone can make them up
LOOKUP_WINDOW = timedelta(minutes=1)

_MAX_HEADER = 4096
_COORDINATE = 32  # bytes of an x, y, r or s on P-256
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]+")


class _JoseHeader(msgspec.Struct):
    alg: str
    kid: str
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Claims(msgspec.Struct):
    iat: int
    request_body_sha256: str


_jose_header = msgspec.json.Decoder(_JoseHeader)
_claims = msgspec.json.Decoder(_Claims)


class _Known(msgspec.Struct):
    key: ec.EllipticCurvePublicKey
    expired_at: int | None
    since: datetime


class WebhookVerifier:
    """The adapter behind `keepless.ports.Webhooks`. One per process: it remembers Plaid's public keys.

    `look_up` gives the key of an id, or raises PlaidFault: `PlaidClient.webhook_key`.
    """

    def __init__(self, look_up: Callable[[str], WebhookKey], *, clock: Clock) -> None:
        self._look_up = look_up
        self._clock = clock
        self._keys: OrderedDict[str, _Known] = OrderedDict()
        self._lookups: deque[datetime] = deque(maxlen=LOOKUPS)
        self._lock = threading.Lock()

    def verify(self, header: str, body: bytes) -> None:
        """Nothing where the `Plaid-Verification` header signs exactly these bytes, now.

        Raises WebhookRefused, and PlaidFault where the key to check it with could not be had.
        """
        now = self._clock()
        signed, key_id, claims, signature = _parse(header)
        key = self._key(key_id, now)
        if key.expired_at is not None and key.expired_at <= now.timestamp():
            raise WebhookRefused("expired_key")
        try:
            key.key.verify(signature, signed, ec.ECDSA(SHA256()))
        except InvalidSignature:
            raise WebhookRefused("signature") from None
        age = now.timestamp() - claims.iat
        if age > MAX_AGE:
            raise WebhookRefused("stale")
        if age < -MAX_AHEAD:
            raise WebhookRefused("future")
        if not hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), claims.request_body_sha256.encode()):
            raise WebhookRefused("body")

    def _key(self, key_id: str, now: datetime) -> _Known:
        """The key of `key_id`, asked of Plaid where it is new or its time is up."""
        with self._lock:
            known = self._keys.get(key_id)
            if known is not None and now - known.since < KEY_LIFE:
                return known
            if known is None:  # one that is known is asked for once a day, whatever others make up
                if len(self._lookups) == LOOKUPS and now - self._lookups[0] < LOOKUP_WINDOW:
                    raise WebhookRefused("unknown_key")
                self._lookups.append(now)
        try:
            found = self._look_up(key_id)
        except PlaidFault as fault:
            if fault.code == "INVALID_WEBHOOK_VERIFICATION_KEY_ID":
                raise WebhookRefused("unknown_key") from None
            raise
        known = _Known(_public_key(found), found.expired_at, now)
        with self._lock:
            self._keys[key_id] = known
            while len(self._keys) > KEYS_KEPT:
                self._keys.popitem(last=False)
        return known


def _parse(header: str) -> tuple[bytes, str, _Claims, bytes]:
    """The signed bytes, the key id, the claims and the signature (DER) of a compact JWS (RFC 7515, RFC 7518 3.4)."""
    parts = header.split(".") if len(header) <= _MAX_HEADER else []
    if len(parts) != 3:  # noqa: PLR2004
        raise WebhookRefused("malformed")
    try:
        head = _jose_header.decode(_decode(parts[0]))
        if head.alg != "ES256":
            raise WebhookRefused("algorithm")
        claims = _claims.decode(_decode(parts[1]))
        raw = _decode(parts[2])
    except (ValueError, RecursionError):
        raise WebhookRefused("malformed") from None
    if len(raw) != 2 * _COORDINATE or head.crit is not msgspec.UNSET or not _KEY_ID.fullmatch(head.kid):
        raise WebhookRefused("malformed")
    signature = encode_dss_signature(int.from_bytes(raw[:_COORDINATE], "big"), int.from_bytes(raw[_COORDINATE:], "big"))
    return f"{parts[0]}.{parts[1]}".encode(), head.kid, claims, signature


def _public_key(jwk: WebhookKey) -> ec.EllipticCurvePublicKey:
    """The key of a JWK. Raises WebhookRefused for one of another kind or off the curve."""
    try:
        x, y = _decode(jwk.x), _decode(jwk.y)
        if (jwk.kty, jwk.crv, jwk.alg) != ("EC", "P-256", "ES256") or len(x) != _COORDINATE or len(y) != _COORDINATE:
            raise WebhookRefused("unknown_key")
        numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), ec.SECP256R1())
        return numbers.public_key()
    except ValueError:
        raise WebhookRefused("unknown_key") from None


def _decode(text: str) -> bytes:
    """Base64url without padding. Raises ValueError."""
    if not _BASE64URL.fullmatch(text):
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
