"""Who has the whole database and every secret of the web tier opens no envelope."""

import base64
import binascii
import re
from contextlib import suppress
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from reaper.conftest import HOME

from keepless.adapters.sealing import base64url
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_token_key
from keepless.adapters.sealing.reaper import ReaperKeys
from keepless.config import Settings
from keepless.core.secret import Secret
from keepless.errors import ConfigError, SealBroken
from keepless.services.envelopes import LAST_DAY

FLASK_KEY = "a-flask-secret-key-of-a-test-0123456789"


@pytest.fixture
def web_secrets(settings, pair):
    """The web tier's environment: all that the reaper has but the private key, and its own keys."""
    web = {name: value for name, value in settings.items() if name.startswith("PLAID_") or name == "DATABASE_URL"}
    return web | {
        "TOKEN_ENCRYPTION_KEY": f"{new_token_key()},{new_token_key()}",
        "FLASK_SECRET_KEY": FLASK_KEY,
        "REAPER_PUBLIC_KEY": pair.public,
    }


def candidates(secrets: dict[str, str], at_rest: bytes) -> set[bytes]:
    """Each 32 bytes that somebody could try as the private key: every secret as it is, decoded, hashed and derived."""
    found = set()
    for text in secrets.values():
        for part in re.split(r"[,.:/@]", text):
            raw = part.encode()
            found |= {raw[:32].ljust(32, b"\0"), sha256(raw).digest()}
            with suppress(binascii.Error):
                decoded = base64.urlsafe_b64decode(raw + b"=" * (-len(raw) % 4))
                found |= {decoded[at : at + 32] for at in range(max(0, len(decoded) - 31))}
    for key in Keyring.parse(secrets["TOKEN_ENCRYPTION_KEY"]):
        found |= {key.subkey(purpose) for purpose in ("session", "reaper", "cache", "capsule", "receipt", "arrival")}
    found |= {at_rest[at : at + 32] for at in range(len(at_rest) - 31)}
    return {raw for raw in found if len(raw) == 32}


def test_the_web_tiers_secrets_and_the_whole_database_open_no_envelope(town, web_secrets, pair):
    town.visitors(1, since_days=8)
    town.members(1, since_days=3)
    envelopes = town.stores.reaper.due(LAST_DAY)
    at_rest = b"".join(each.id.encode() + (each.session_id or "").encode() + each.sealed for each in envelopes)
    tried = candidates(web_secrets, at_rest)
    keys = [X25519PrivateKey.from_private_bytes(raw) for raw in tried]
    right = base64url.decode(pair.private.reveal().rpartition(".")[2])
    assert base64url.decode(pair.public.rpartition(".")[2]) in tried
    # Each is tried under the id of the right key, so that it is the seal that holds, and not a look at an id.
    thief = ReaperKeys([], HOME)
    for key in keys:
        thief._keys = {bytes.fromhex(pair.key_id): key}
        for envelope in envelopes:
            with pytest.raises(SealBroken):
                thief.open(envelope.id, envelope.sealed)
    thief._keys = {bytes.fromhex(pair.key_id): X25519PrivateKey.from_private_bytes(right)}
    tokens = {thief.open(each.id, each.sealed).reveal() for each in envelopes}
    assert tokens == {*town.due.values(), *town.living.values()}  # the control: the right key does


def test_no_setting_of_the_web_tier_is_taken_for_the_private_key(web_secrets):
    for text in web_secrets.values():
        with pytest.raises(ConfigError):
            ReaperKeys.parse(Secret(text), HOME)


def test_the_web_tier_does_not_start_with_the_private_key(web_secrets, pair):
    assert Settings.from_env(web_secrets).accounts is not None
    with pytest.raises(ConfigError, match="REAPER_PRIVATE_KEY"):
        Settings.from_env(web_secrets | {"REAPER_PRIVATE_KEY": pair.private.reveal()})
