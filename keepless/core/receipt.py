"""The receipt of a deletion: what it says, and the one way in which it is written down to be signed and checked."""

import json
from typing import Any, Final, Literal

import msgspec

VERSION: Final = 1
KIND: Final = "keepless.deletion"
ALGORITHM: Final = "Ed25519"
# Twenty banks with the longest names take a third of it.
MAX_BYTES = 64 * 1024
# RFC 8785 writes numbers as ECMAScript does, which tells all integers apart up to here (2^53 - 1).
LARGEST = 9_007_199_254_740_991

Outcome = Literal["removed", "gone_already", "nothing_held"]


class NotAReceipt(ValueError):
    """A text that is no receipt of ours, whoever signed it. Its words say what is wrong, in one line."""


class HeldBank(msgspec.Struct, frozen=True, kw_only=True):
    """A bank that was connected, by its name and Plaid's id of the institution."""

    name: str
    institution_id: str


class RemovedBank(msgspec.Struct, frozen=True, kw_only=True):
    """A bank whose connection has ended at Plaid, with Plaid's id of the request; null where it had ended before.

    `at` is when Plaid confirmed it, or said that there is no such connection any more.
    """

    name: str
    institution_id: str
    request_id: str | None
    at: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What there was: banks, rows by table, cookies by name, and how many banks may have had a sealed copy."""

    banks: tuple[HeldBank, ...]
    rows: dict[str, int]
    cookies: tuple[str, ...]
    copies: int


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    """What of it is gone."""

    banks: tuple[RemovedBank, ...]
    rows: dict[str, int]
    cookies: tuple[str, ...]
    copies: int


class Remains(msgspec.Struct, frozen=True, kw_only=True):
    """Something that stays, by a stable word.

    other_sessions and other_sessions_reaped (cookies in other browsers, which open nothing any more), audit_lines,
    backups (of the database: nothing of a bank's), plaid (what Plaid and the bank hold), unreadable_cookies.
    `count` where it can be counted; `until` where its end is known.
    """

    what: str
    count: int | None = None
    until: str | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a deletion did. Times are UTC, as RFC 3339 to the second. Nothing in it opens anything.

    `issuer` is the address of the installation, `environment` which Plaid it asked, `account` the e-mail address.
    `outcome`: removed now; gone_already by an earlier attempt whose answer was lost; or nothing_held.
    """

    kind: Literal["keepless.deletion"]
    version: Literal[1]
    issuer: str
    environment: str
    issued_at: str
    account: str | None
    outcome: Outcome
    held: Held
    removed: Removed
    stays: tuple[Remains, ...]


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """A signature over `canonical` of the receipt, in unpadded base64url, and which of the issuer's keys made it."""

    alg: Literal["Ed25519"]
    key_id: str
    value: str


class SignedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a person is given, and `keepless verify-receipt` reads."""

    receipt: Receipt
    signature: Signature


def to_sign(receipt: Receipt) -> bytes:
    """What the signature of a receipt covers."""
    return canonical(msgspec.to_builtins(receipt))


def read(text: bytes) -> tuple[SignedReceipt, bytes]:
    """A signed receipt, and what its signature has to cover: all of it, so that nothing of it is shown unsigned.

    Raises NotAReceipt.
    """
    if len(text) > MAX_BYTES:
        raise NotAReceipt(f"it is longer than any receipt ({MAX_BYTES} bytes)")
    try:
        raw = json.loads(text, object_pairs_hook=_each_once, parse_float=_no_fraction, parse_constant=_no_fraction)
    except NotAReceipt:
        raise
    except (ValueError, RecursionError):
        raise NotAReceipt("it is not JSON") from None
    try:
        # Sorted out by type from the very values that the signature is checked over.
        return msgspec.convert(raw, SignedReceipt), canonical(raw["receipt"])
    except msgspec.ValidationError as refusal:
        raise NotAReceipt(f"it is not a receipt of Keepless: {refusal}") from None
    except (ValueError, RecursionError):
        raise NotAReceipt("it is not a receipt of Keepless") from None


def canonical(value: object) -> bytes:
    """JSON by RFC 8785, of strings, integers, booleans, null, arrays and objects: one text for each value.

    Raises ValueError for anything else, for integers beyond 2^53 - 1 and for text that is not Unicode.
    """
    return _written(value).encode()


def _written(value: object) -> str:
    match value:
        case None | bool():
            return json.dumps(value)
        case int() if abs(value) <= LARGEST:
            return str(value)
        case str():
            # RFC 8785, 3.2.2.2: only what JSON itself has to escape is, which is how Python writes it.
            return json.dumps(value, ensure_ascii=False)
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case dict() if all(isinstance(key, str) for key in value):
            # RFC 8785, 3.2.3: by UTF-16 code units, which is not the order of the characters beyond U+FFFF.
            keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
            return "{" + ",".join(f"{_written(key)}:{_written(value[key])}" for key in keys) + "}"
        case _:
            raise ValueError(f"{type(value).__name__} has no canonical form here")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers of a name that is there twice may see different things."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAReceipt("a name is in it twice")
    return found


def _no_fraction(_text: str) -> None:
    raise NotAReceipt("a number in it is not an integer")
