import base64
import re

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from keepless.adapters.sealing.keyring import Keyring, generate, key_id
from keepless.errors import ConfigError


def as_key(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()


SOUND = as_key(bytes.fromhex("8f3a1c5e7790b2d4e6f8091a2b3c4d5ea1b2c3d4f5061728394a5b6c7d8e9fb0"))


def test_a_generated_key_is_sound_and_new_every_time():
    keys = {generate() for _ in range(1_000)}
    assert len(keys) == 1_000
    assert all(Keyring.parse(key).newest.id == key_id(key) for key in keys)


def test_a_generated_key_has_the_format_of_fernet():
    Fernet(generate())
    Keyring.parse(Fernet.generate_key().decode())


def test_the_first_key_is_the_newest_and_every_key_is_found_by_its_id():
    new, old = generate(), generate()
    keyring = Keyring.parse(f"{new},{old}")
    assert keyring.newest.id == key_id(new)
    assert [key.id for key in keyring] == [key_id(new), key_id(old)]
    assert keyring.get(key_id(old)) is not None
    assert keyring.get(key_id(generate())) is None


def test_blanks_around_a_key_are_ignored_because_files_end_with_a_newline():
    new, old = generate(), generate()
    assert [key.id for key in Keyring.parse(f" {new} ,\n{old}\n")] == [key_id(new), key_id(old)]


def test_a_key_id_is_eight_hex_digits_that_stay_the_same_for_a_key():
    assert key_id(SOUND) == key_id(SOUND) == "e1b6cae2"
    assert re.fullmatch("[0-9a-f]{8}", key_id(generate()))


def test_subkeys_differ_by_purpose_and_by_key():
    first, second = Keyring.parse(f"{generate()},{generate()}")
    subkeys = {key.subkey(purpose) for key in (first, second) for purpose in ("session", "cache", "capsule")}
    assert len(subkeys) == 6
    assert all(len(subkey) == 32 for subkey in subkeys)


WEAK = {
    "missing": "",
    "only blanks": "  \n",
    "all zero": as_key(bytes(32)),
    "one byte repeated": as_key(b"\xa7" * 32),
    "few different bytes": as_key(b"\x01\xf2\x93\x04\xd5\x86" * 5 + b"\x01\xf2"),
    "a repeated half": as_key(bytes.fromhex("8f3a1c5e7790b2d4e6f8091a2b3c4d6f") * 2),
    "counting up": as_key(bytes(range(32))),
    "counting down by three": as_key(bytes(200 - 3 * n for n in range(32))),
    "readable text": as_key(b"my-very-secret-passphrase-98765!"),
    "short": as_key(bytes.fromhex("8f3a1c5e7790b2d4e6f8091a2b3c4d5e")),
    "long": as_key(bytes.fromhex("8f3a1c5e7790b2d4e6f8091a2b3c4d5ea1b2c3d4f5061728394a5b6c7d8e9fb0aa")),
    "without its padding": SOUND.rstrip("="),
    "of the plain base64 alphabet": base64.b64encode(b"\xfb\xff" + base64.urlsafe_b64decode(SOUND)[2:]).decode(),
    "with bits beyond the last byte": SOUND[:-2] + "B=",
    "not base64": "not a key at all, but words!",
    "not ASCII": SOUND[:-2] + "ü=",
    "hex": "8f3a1c5e7790b2d4e6f8091a2b3c4d5ea1b2c3d4f5061728394a5b6c7d8e9fb0",
    "in quotes": f'"{SOUND}"',
    "a JSON list": f'["{SOUND}"]',
    "separated by blanks": f"{SOUND} {generate()}",
    "separated by semicolons": f"{SOUND};{generate()}",
    "an empty element": f"{SOUND},,{generate()}",
    "a trailing comma": f"{SOUND},",
    "a leading comma": f",{SOUND}",
    "the same key twice": f"{SOUND},{generate()},{SOUND}",
    "a weak key behind a sound one": f"{SOUND},{as_key(bytes(32))}",
}


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_input_16_a_weak_key_is_refused_in_one_line_that_says_what_to_do(text: str):
    with pytest.raises(ConfigError) as refusal:
        Keyring.parse(text)
    said = str(refusal.value)
    assert said.startswith("TOKEN_ENCRYPTION_KEY")
    assert "\n" not in said
    assert "keepless keygen" in said or "listed twice; remove it" in said


def test_a_refusal_says_which_key_is_meant():
    with pytest.raises(ConfigError, match="key 2 of 3 is too regular"):
        Keyring.parse(f"{generate()},{as_key(bytes(32))},{generate()}")


@pytest.mark.parametrize("text", WEAK.values(), ids=WEAK.keys())
def test_a_refusal_carries_no_part_of_a_key(text: str):
    with pytest.raises(ConfigError) as refusal:
        Keyring.parse(text)
    assert not any(text[start : start + 8] in str(refusal.value) for start in range(len(text) - 7))


def test_a_keyring_and_its_keys_do_not_print_the_keys():
    raw = base64.urlsafe_b64decode(SOUND)
    keyring = Keyring.parse(SOUND)
    printed = f"{keyring!r} {keyring} {keyring.newest!r} {keyring.newest}"
    assert key_id(SOUND) in printed
    assert not any(part in printed for part in (SOUND, SOUND[:12], raw.hex()[:12], repr(raw)[2:20]))


def test_r9_a_deploy_with_another_key_than_the_expected_is_refused():
    right, wrong = generate(), generate()
    assert Keyring.parse(right, expected_key_id=key_id(right)).newest.id == key_id(right)
    with pytest.raises(ConfigError, match=f"{key_id(wrong)}, expected is '{key_id(right)}'"):
        Keyring.parse(wrong, expected_key_id=key_id(right))


def test_r9_the_expected_key_has_to_be_the_newest_and_not_any():
    new, old = generate(), generate()
    with pytest.raises(ConfigError):
        Keyring.parse(f"{new},{old}", expected_key_id=key_id(old))


@given(st.text(max_size=200))
def test_any_text_is_a_keyring_or_a_config_error(text: str):
    with pytest.raises(ConfigError):
        Keyring.parse(text)


@given(st.binary(min_size=32, max_size=32))
def test_a_refused_key_is_refused_by_key_id_too(raw: bytes):
    text = as_key(raw)
    try:
        expected = Keyring.parse(text).newest.id
    except ConfigError:
        with pytest.raises(ConfigError):
            key_id(text)
    else:
        assert key_id(text) == expected
