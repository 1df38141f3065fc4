import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from support.local_plaid import LocalPlaid
from support.plaid_bench import Bench

from keepless.adapters.plaid.webhooks import KEYS_KEPT, LOOKUPS, WebhookVerifier
from keepless.adapters.plaid.wire import WebhookKey
from keepless.errors import PlaidFault, WebhookRefused

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
BODY = b'{\n  "item_id": "i1",\n  "webhook_code": "DEFAULT_UPDATE",\n  "webhook_type": "TRANSACTIONS"\n}'


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Signer:
    """A planted key, and headers signed with it that are wrong in the way a test wants."""

    def __init__(self, key_id: str = "planted") -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.key_id = key_id

    def key(self, **changes: Any) -> WebhookKey:
        numbers = self.private.public_key().public_numbers()
        x, y = text(numbers.x.to_bytes(32, "big")), text(numbers.y.to_bytes(32, "big"))
        return WebhookKey(
            **({"kid": self.key_id, "kty": "EC", "crv": "P-256", "alg": "ES256", "x": x, "y": y} | changes)
        )

    def header(self, body: bytes = BODY, at: dt.datetime = NOW, claims: Any = None, **head: Any) -> str:
        head = {"alg": "ES256", "kid": self.key_id, "typ": "JWT"} | head
        claims = claims or {"iat": int(at.timestamp()), "request_body_sha256": hashlib.sha256(body).hexdigest()}
        signed = f"{text(json.dumps(head).encode())}.{text(json.dumps(claims).encode())}"
        r, s = utils.decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(SHA256())))
        return f"{signed}.{text(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Registry:
    """Plaid's keys, as `PlaidClient.webhook_key` gives them, with the look-ups counted."""

    def __init__(self, *keys: WebhookKey) -> None:
        self.keys = {key.kid: key for key in keys}
        self.asked: list[str] = []

    def __call__(self, key_id: str) -> WebhookKey:
        self.asked.append(key_id)
        if key_id not in self.keys:
            raise PlaidFault("INVALID_WEBHOOK_VERIFICATION_KEY_ID", error_type="INVALID_INPUT")
        return self.keys[key_id]


class Watch:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_by(self, **time: int) -> None:
        self.now += dt.timedelta(**time)


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer()


def refused(header: str, body: bytes = BODY, *keys: WebhookKey) -> str:
    with pytest.raises(WebhookRefused) as refusal:
        WebhookVerifier(Registry(*keys), clock=lambda: NOW).verify(header, body)
    return refusal.value.reason


def test_a_webhook_signed_by_the_local_plaid_is_genuine(local_plaid: LocalPlaid, bench: Bench):
    verifier = WebhookVerifier(bench.client.webhook_key, clock=lambda: NOW)
    verifier.verify(local_plaid.world.postman.key.sign(BODY, NOW), BODY)


def test_23_a_key_id_that_plaid_does_not_know_is_refused(bench: Bench, signer: Signer):
    verifier = WebhookVerifier(bench.client.webhook_key, clock=lambda: NOW)
    with pytest.raises(WebhookRefused, match="unknown_key"):
        verifier.verify(signer.header(), BODY)


def test_23_a_header_under_plaids_key_id_signed_by_another_is_refused(local_plaid: LocalPlaid, bench: Bench):
    forger = Signer(local_plaid.world.postman.key.as_jwk()["kid"])
    verifier = WebhookVerifier(bench.client.webhook_key, clock=lambda: NOW)
    with pytest.raises(WebhookRefused, match="signature"):
        verifier.verify(forger.header(), BODY)


def test_a_key_that_cannot_be_had_is_a_fault_of_plaids_and_no_refusal(
    local_plaid: LocalPlaid, bench: Bench, signer: Signer
):
    local_plaid.fault("/webhook_verification_key/get", error_code="INTERNAL_SERVER_ERROR", status=500)
    verifier = WebhookVerifier(bench.client.webhook_key, clock=lambda: NOW)
    with pytest.raises(PlaidFault, match="INTERNAL_SERVER_ERROR"):
        verifier.verify(signer.header(), BODY)


def test_a_webhook_of_a_planted_key_is_genuine(signer: Signer):
    WebhookVerifier(Registry(signer.key()), clock=lambda: NOW).verify(signer.header(), BODY)


@pytest.mark.parametrize("algorithm", ["none", "None", "HS256", "ES384", "RS256", "es256", ""])
def test_23_every_algorithm_but_es256_is_refused(signer: Signer, algorithm: str):
    assert refused(signer.header(alg=algorithm), BODY, signer.key()) == "algorithm"


def test_23_hs256_with_the_public_key_as_its_secret_is_refused(signer: Signer):
    signed, _, _ = signer.header(alg="HS256").rpartition(".")
    key = signer.key()
    mac = hmac.new((key.x + key.y).encode(), signed.encode(), hashlib.sha256).digest()
    assert refused(f"{signed}.{text(mac)}", BODY, key) == "algorithm"


def test_23_alg_none_without_a_signature_is_refused(signer: Signer):
    signed, _, _ = signer.header(alg="none").rpartition(".")
    assert refused(f"{signed}.", BODY, signer.key()) == "algorithm"


@pytest.mark.parametrize(
    ("seconds", "reason"), [(301, "stale"), (86_400, "stale"), (-61, "future"), (-86_400, "future")]
)
def test_23_a_webhook_of_another_time_is_refused(signer: Signer, seconds: int, reason: str):
    header = signer.header(at=NOW - dt.timedelta(seconds=seconds))
    assert refused(header, BODY, signer.key()) == reason


@pytest.mark.parametrize("seconds", [300, 0, -60])
def test_a_webhook_of_these_minutes_is_taken(signer: Signer, seconds: int):
    header = signer.header(at=NOW - dt.timedelta(seconds=seconds))
    WebhookVerifier(Registry(signer.key()), clock=lambda: NOW).verify(header, BODY)


def test_23_a_body_written_anew_is_refused_though_it_means_the_same(signer: Signer):
    assert refused(signer.header(), json.dumps(json.loads(BODY)).encode(), signer.key()) == "body"


@pytest.mark.parametrize(
    "claims",
    [
        {"iat": "now", "request_body_sha256": "x"},
        {"request_body_sha256": "x"},
        {"iat": 1},
        {"iat": 1, "request_body_sha256": None},
        ["iat"],
    ],
)
def test_claims_of_another_shape_are_malformed(signer: Signer, claims: Any):
    assert refused(signer.header(claims=claims), BODY, signer.key()) == "malformed"


def test_a_hash_with_letters_beyond_ascii_is_refused(signer: Signer):
    claims = {"iat": int(NOW.timestamp()), "request_body_sha256": "\u00e9" * 64}
    assert refused(signer.header(claims=claims), BODY, signer.key()) == "body"


@pytest.mark.parametrize(
    "header",
    ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "\u00e9.\u00e9.\u00e9", "A" * 100_000, "e30.e30.e30", "W10.W10.W10"],
)
def test_a_header_that_is_no_jwt_is_malformed(header: str):
    assert refused(header) == "malformed"


@given(st.text())
def test_no_header_whatever_raises_anything_but_a_refusal(header: str):
    assert refused(header)


@given(st.data())
def test_no_changed_letter_of_a_header_is_taken(data: st.DataObject):
    signer = Signer()
    header = signer.header()
    at = data.draw(st.integers(0, len(header) - 2))  # the last letter of a signature holds spare bits
    letter = data.draw(st.sampled_from("ABCXYZabcxyz0189-_."))
    if header[at] != letter:
        refused(header[:at] + letter + header[at + 1 :], BODY, signer.key())


@pytest.mark.parametrize("key_id", ["", "../../etc", "a b", "x" * 65, "k\n"])
def test_a_key_id_of_odd_letters_is_never_asked_for(signer: Signer, key_id: str):
    registry = Registry()
    with pytest.raises(WebhookRefused, match="malformed"):
        WebhookVerifier(registry, clock=lambda: NOW).verify(signer.header(kid=key_id), BODY)
    assert registry.asked == []


def test_a_header_with_extensions_that_must_be_understood_is_refused(signer: Signer):
    assert refused(signer.header(crit=["exp"]), BODY, signer.key()) == "malformed"


@pytest.mark.parametrize(
    "changes", [{"kty": "RSA"}, {"crv": "P-384"}, {"alg": "HS256"}, {"x": "AAAA"}, {"y": "!"}, {"x": text(b"\1" * 32)}]
)
def test_a_key_of_another_kind_is_refused(signer: Signer, changes: dict[str, str]):
    assert refused(signer.header(), BODY, signer.key(**changes)) == "unknown_key"


def test_an_expired_key_is_refused_and_one_that_is_yet_to_expire_is_not(signer: Signer):
    past, future = int(NOW.timestamp()), int(NOW.timestamp()) + 1
    assert refused(signer.header(), BODY, signer.key(expired_at=past)) == "expired_key"
    WebhookVerifier(Registry(signer.key(expired_at=future)), clock=lambda: NOW).verify(signer.header(), BODY)


def test_a_key_is_asked_for_once_a_day(signer: Signer):
    registry, watch = Registry(signer.key()), Watch()
    verifier = WebhookVerifier(registry, clock=watch)
    for _ in range(10):
        verifier.verify(signer.header(at=watch.now), BODY)
    assert len(registry.asked) == 1
    watch.pass_by(hours=24)
    verifier.verify(signer.header(at=watch.now), BODY)
    assert len(registry.asked) == 2


def test_made_up_key_ids_are_looked_up_a_few_times_a_minute_and_no_more(signer: Signer):
    registry, watch = Registry(signer.key()), Watch()
    verifier = WebhookVerifier(registry, clock=watch)
    verifier.verify(signer.header(), BODY)
    for number in range(100):
        with pytest.raises(WebhookRefused, match="unknown_key"):
            verifier.verify(signer.header(kid=f"made-up-{number}"), BODY)
    assert len(registry.asked) == LOOKUPS
    verifier.verify(signer.header(), BODY)  # the key that is known still holds
    watch.pass_by(minutes=1)
    with pytest.raises(WebhookRefused):
        verifier.verify(signer.header(kid="made-up"), BODY)
    assert len(registry.asked) == LOOKUPS + 1


def test_only_so_many_keys_are_kept():
    signers = [Signer(f"key-{number}") for number in range(KEYS_KEPT + 1)]
    registry, watch = Registry(*(each.key() for each in signers)), Watch()
    verifier = WebhookVerifier(registry, clock=watch)
    for each in signers:
        verifier.verify(each.header(at=watch.now), BODY)
        watch.pass_by(minutes=1)
    assert len(verifier._keys) == KEYS_KEPT
