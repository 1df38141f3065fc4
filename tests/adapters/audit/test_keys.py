"""The keys of the audit trail: apart from those that seal, published, and read back from what is published."""

import msgspec
import pytest

from keepless.adapters.audit.keys import AuditKeys, AuditSigner, audit_keys
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_key
from keepless.errors import ConfigError


@pytest.fixture
def keyring():
    return Keyring.parse(f"{new_key()},{new_key()}")


def published(keyring):
    return msgspec.json.encode({"version": 1, "audit_keys": audit_keys(keyring), "receipt_keys": []})


def test_what_the_newest_key_signs_is_checked_with_what_is_published(keyring):
    signer = AuditSigner(keyring)
    signature = signer.sign(b"text")
    known = AuditKeys.published(published(keyring))
    assert known.verify(signer.key_id, b"text", signature) is True
    assert known.verify(signer.key_id, b"other", signature) is False
    assert known.verify(signer.key_id, b"text", "nonsense!") is False
    assert known.verify("audit-00000000", b"text", signature) is None


def test_an_older_key_is_published_behind_the_newest(keyring):
    listed = audit_keys(keyring)
    assert listed[0].key_id == AuditSigner(keyring).key_id
    assert len({each.key_id for each in listed}) == 2


def test_its_id_is_not_that_of_the_key_that_seals(keyring):
    assert not {each.key_id for each in audit_keys(keyring)} & {key.id for key in keyring}


def test_an_id_belongs_to_its_key_whatever_a_published_text_says(keyring):
    one, other = audit_keys(keyring)
    swapped = [msgspec.structs.replace(one, public_key=other.public_key)]
    known = AuditKeys.published(msgspec.json.encode({"audit_keys": swapped}))
    signer = AuditSigner(keyring)
    assert known.verify(signer.key_id, b"text", signer.sign(b"text")) is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b"[]",
        b'{"audit_keys":[]}',
        b'{"audit_keys":[{"key_id":"a","alg":"Ed25519","public_key":"short"}]}',
        b"\xff",
    ],
    ids=["empty", "object", "list", "none", "short", "bytes"],
)
def test_a_text_without_keys_is_refused_in_one_line(text):
    with pytest.raises(ConfigError, match="audit_keys"):
        AuditKeys.published(text)


def test_a_signer_prints_no_key(keyring):
    assert "0x" in repr(AuditSigner(keyring))
