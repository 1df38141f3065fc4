"""The one way in which a receipt is written down, and what counts as a receipt at all."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.receipt import (
    LARGEST,
    MAX_BYTES,
    Held,
    NotAReceipt,
    Receipt,
    Remains,
    Removed,
    RemovedBank,
    Signature,
    SignedReceipt,
    canonical,
    read,
    to_sign,
)

RECEIPT = Receipt(
    kind="keepless.deletion",
    version=1,
    issuer="https://keepless.example.test",
    environment="production",
    issued_at="2026-11-23T14:30:05Z",
    account="ana@example.test",
    outcome="removed",
    held=Held(banks=(), rows={"users": 1}, cookies=("__Host-keepless",), copies=1),
    removed=Removed(
        banks=(RemovedBank(name="Banco Ñandú", institution_id="ins_1", request_id=None, at="2026-11-23T14:30:04Z"),),
        rows={"users": 1},
        cookies=("__Host-keepless",),
        copies=1,
    ),
    stays=(Remains(what="plaid"),),
)
GIVEN = SignedReceipt(receipt=RECEIPT, signature=Signature(alg="Ed25519", key_id="receipt-0", value="AA"))
FILE = msgspec.json.encode(GIVEN)


def changed(**fields) -> bytes:
    """The file with other values in its receipt."""
    raw = json.loads(FILE)
    raw["receipt"] |= fields
    return json.dumps(raw).encode()


def test_names_are_in_the_order_of_rfc_8785():
    """The RFC's own example, 3.2.3: by UTF-16 code units, so that the emoji comes before the presentation form."""
    names = ["€", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "ö"]
    written = json.loads(canonical(dict.fromkeys(names)), object_pairs_hook=lambda pairs: [name for name, _ in pairs])
    assert written == ["\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


def test_strings_are_escaped_as_rfc_8785_has_it():
    """Its example of 3.2.2.2, and a slash and a DEL, which stay as they are."""
    text = '€$\u000f\nA\'B"\\\\"/\x7f\b\t\f\r'
    assert canonical(text) == '"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/\x7f\\b\\t\\f\\r"'.encode()


def test_all_other_values_have_one_form():
    value = {"b": [1, -2, 0, True, False, None], "a": {"z": [], "y": {}}}
    assert canonical(value) == b'{"a":{"y":{},"z":[]},"b":[1,-2,0,true,false,null]}'


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), LARGEST + 1, -LARGEST - 1, b"bytes", {1: "a"}, {"a": {2}}, "\ud800", {"\ud800": 1}]
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - what it says is of no use to anybody
        canonical(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_what_is_written_reads_back_as_the_same_value(value):
    assert json.loads(canonical(value)) == value


@given(values)
def test_the_text_is_the_same_however_the_value_came(value):
    again = json.loads(json.dumps(value, indent=3, ensure_ascii=True))
    assert canonical(again) == canonical(value)


def test_a_receipt_reads_back_with_what_its_signature_covers():
    given_back, message = read(FILE)
    assert (given_back, message) == (GIVEN, to_sign(RECEIPT))


@pytest.mark.parametrize("indent", [None, 2])
def test_blanks_and_the_order_of_names_do_not_matter(indent):
    raw = json.loads(FILE)
    shuffled = {name: dict(reversed(each.items())) for name, each in reversed(raw.items())}
    assert read(json.dumps(shuffled, indent=indent).encode())[1] == to_sign(RECEIPT)


@pytest.mark.parametrize(
    "fields",
    [
        {"account": "ben@example.test"},
        {"outcome": "gone_already"},
        {"issued_at": "2026-11-23T14:30:06Z"},
        {"environment": "sandbox"},
        {"stays": []},
        {"a name that no receipt has": 1},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_every_change_changes_what_the_signature_covers(fields):
    assert read(changed(**fields))[1] != to_sign(RECEIPT)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "not JSON"),
        (b"\xff", "not JSON"),
        (b"null", "not a receipt"),
        (b"{}", "not a receipt"),
        (b'{"receipt": 1, "signature": 2}', "not a receipt"),
        (b"[" * 60_000, "not JSON"),
        (b" " * (MAX_BYTES + 1), "longer than any"),
        (changed(kind="keepless.audit"), "not a receipt"),
        (changed(version=2), "not a receipt"),
        (changed(outcome="kept"), "not a receipt"),
        (changed(version=1.0), "not an integer"),
        (FILE.replace(b'"copies":1', b'"copies":NaN', 1), "not an integer"),
        (FILE.replace(b'"version":1', b'"version":1,"version":1'), "twice"),
        (FILE.replace(b'"account":"ana', b'"account":"\\ud800'), "not a receipt"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_receipt_is_refused_in_one_line(text, why):
    with pytest.raises(NotAReceipt, match=why) as refusal:
        read(text)
    assert "\n" not in str(refusal.value)
