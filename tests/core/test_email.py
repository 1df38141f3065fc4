"""Addresses as they are kept and compared."""

import pytest

from keepless.core.email import normal


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ana@example.test", "ana@example.test"),
        ("  Ana.Sol+bank@Example.Test \n", "ana.sol+bank@example.test"),
        ("o'neil_1@sub.example.test", "o'neil_1@sub.example.test"),
        ("jose\u0301@example.test", "jos\u00e9@example.test"),
        ("a@b-c.test", "a@b-c.test"),
        ("x" * 64 + "@example.test", "x" * 64 + "@example.test"),
    ],
)
def test_an_address_is_kept_in_one_form(typed, kept):
    assert normal(typed) == kept
    assert normal(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ana",
        "ana@",
        "@example.test",
        "ana@localhost",
        "ana@example..test",
        "ana@.example.test",
        "ana@example.test.",
        "ana@-example.test",
        "a na@example.test",
        "ana@exa mple.test",
        "ana..sol@example.test",
        ".ana@example.test",
        "ana.@example.test",
        "ana@@example.test",
        "ana@example.test\r\nBcc: ben@example.test",
        "ana\x00@example.test",
        "ana\u202e@example.test",
        "ana\u200b@example.test",
        "ana\ud800@example.test",
        "Ana <ana@example.test>",
        "ana@example.test,ben@example.test",
        '"ana"@example.test',
        "ana@[127.0.0.1]",
        "ana@ex\u00e4mple.test",
        "x" * 65 + "@example.test",
        "ana@" + "x" * 64 + ".test",
        "ana@" + "x." * 130 + "test",
    ],
)
def test_what_is_no_address_is_none(typed):
    assert normal(typed) is None
