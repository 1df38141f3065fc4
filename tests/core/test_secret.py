import pickle

import pytest

from keepless.core.secret import Secret

TEXT = "access-sandbox-1234"


def test_a_secret_prints_as_nothing_but_a_secret():
    secret = Secret(TEXT)
    shown = f"{secret} {secret!r} {secret:>40} {[secret]} %s" % secret
    assert TEXT not in shown
    assert "Secret(***)" in shown


def test_only_reveal_gives_it_back():
    assert Secret(TEXT).reveal() == TEXT


def test_equal_secrets_are_equal_and_others_are_not():
    assert Secret(TEXT) == Secret(TEXT)
    assert len({Secret(TEXT), Secret(TEXT)}) == 1
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT


def test_a_secret_is_not_serialised():
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TEXT))
