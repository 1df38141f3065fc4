"""The audit trail's lines: written, chained each to the one before, signed now and then, and read again.

A line is one JSON object without blanks. It ends in its own SHA-256, over all that stands before that, which includes
the hash of the line before. A checkpoint carries a signature as well, so that hashes cannot be made anew by anyone who
has not got the key. docs/audit.md describes both for auditors.
"""

import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256

import msgspec

from keepless.core.secret import Secret

CHECKPOINT = "checkpoint"
REPAIRED = "repaired"
RETIRED = "retired"
MISSED = "missed"
# What the trail says of itself, and no visitor did.
OF_ITSELF = frozenset({CHECKPOINT, REPAIRED, RETIRED, MISSED})

NOTHING_BEFORE = "0" * 64  # `prev` of a trail's first line
MOST_UNSIGNED = 100  # lines from one checkpoint to the next
MOST_MINUTES = 10  # the same in time: an act that comes later has a checkpoint before it
LONGEST_LINE = 2_000  # bytes: it fits a head, and the 4,096 that a pipe takes in one piece

# Signed texts begin with what they are: neither is good for the other, nor for anything else that is ever signed.
_CHECKPOINT_CONTEXT = b"keepless.audit.checkpoint.v1\n"
_HEAD_CONTEXT = b"keepless.audit.head.v1\n"
_WHO_PURPOSE = b"keepless.audit.who"
_WORD = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_HASH_SUFFIX = re.compile(rb',"hash":"([0-9a-f]{64})"\}')
_HASH_SUFFIX_LENGTH = len(',"hash":""}') + 64
_SIG_SUFFIX = re.compile(rb',"sig":"([A-Za-z0-9_-]{1,128})"')
_SIG_SUFFIX_MOST = 160

Sign = Callable[[bytes], str]
# Whether a text of this key id was signed so; None where the key is not known.
Verify = Callable[[str, bytes, str], bool | None]

_encode = msgspec.json.Encoder().encode


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What of a line is looked at. `is_intact`: its own hash fits. `signed` and `sig` are a checkpoint's."""

    chain: str
    n: int
    at: str
    did: str
    prev: str
    who: str = ""
    why: str = ""
    what: str = ""
    key: str = ""
    before: int = 0
    count: int = 0
    hash: str = ""
    is_intact: bool = False
    signed: bytes = b""
    sig: str = ""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a trail in a folder stands: its last line, and the `file` that has it, then `size` bytes long.

    Written before the line is, so that a line which a crash has cut off can be finished. `checkpoint` is the last
    checkpoint's number, and `checkpoint_at` its time.
    """

    chain: str
    n: int
    hash: str
    file: str
    size: int
    checkpoint: int
    checkpoint_at: datetime
    line: str
    key: str = ""


_entry_decoder = msgspec.json.Decoder(Entry)
_head_decoder = msgspec.json.Decoder(Head)


def is_word(text: str) -> bool:
    """Whether it is a stable word or a short id, and so no e-mail address, name, amount or sentence."""
    return _WORD.fullmatch(text) is not None


def who_key(secret: Secret) -> bytes:
    """The key of `who_of`, by its purpose, from the installation's FLASK_SECRET_KEY."""
    return hmac.digest(secret.reveal().encode(), _WHO_PURPOSE, sha256)


def who_of(key: bytes, identifier: str) -> str:
    """16 hex digits that stand for an id; equal for one id under one key. "" for nobody."""
    if not identifier:
        return ""
    return hmac.digest(key, identifier.encode("utf-8", "surrogatepass"), sha256).hex()[:16]


def line_of(fields: Mapping[str, str | int], prev: str, *, sign: Sign | None = None) -> tuple[bytes, str]:
    """A line without its end of line, and its hash; signed where `sign` is given, as a checkpoint is."""
    body = _encode({**fields, "prev": prev})[:-1]
    if sign is not None:
        body += b',"sig":"%b"' % sign(_CHECKPOINT_CONTEXT + body).encode()
    digest = sha256(body).hexdigest()
    return body + b',"hash":"%b"}' % digest.encode(), digest


def read_line(raw: bytes) -> Entry | None:
    """The line as it can be read, whether or not its hash fits; None for what is no line of a trail."""
    try:
        entry = _entry_decoder.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    suffix = _HASH_SUFFIX.fullmatch(raw[-_HASH_SUFFIX_LENGTH:])
    body = raw[:-_HASH_SUFFIX_LENGTH]
    # What the hash and the signature say of themselves is taken from the bytes, and nothing from names in the JSON.
    stated = suffix[1].decode() if suffix else ""
    signed, sig = _without_signature(body)
    return msgspec.structs.replace(
        entry,
        hash=stated,
        is_intact=stated == sha256(body).hexdigest(),
        signed=_CHECKPOINT_CONTEXT + signed,
        sig=sig,
    )


def head_text(head: Head, sign: Sign) -> bytes:
    """The head as one signed line."""
    body = _encode(head)[:-1]
    return body + b',"sig":"%b"}' % sign(_HEAD_CONTEXT + body).encode()


def read_head(raw: bytes, verify: Verify) -> tuple[Head | None, bool | None]:
    """The head, None for what is none, and what `verify` says of its signature."""
    body, sig = _without_signature(raw.rstrip(b"\n").removesuffix(b"}"))
    try:
        head = _head_decoder.decode(body + b"}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None, False
    return head, verify(head.key, _HEAD_CONTEXT + body, sig) if sig else False


def _without_signature(body: bytes) -> tuple[bytes, str]:
    start = body.rfind(b',"sig":"', max(0, len(body) - _SIG_SUFFIX_MOST))
    found = _SIG_SUFFIX.fullmatch(body[start:]) if start >= 0 else None
    return (body[:start], found[1].decode()) if found else (body, "")
