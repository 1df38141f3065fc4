from datetime import date

import pytest

from keepless.sandbox.users import BUILT_IN, BadCustomUser, UnknownUser, household_for, household_from_json

TODAY = date(2026, 11, 22)
ONE_ACCOUNT = b'{"override_accounts": [{"starting_balance": 12.5}]}'


def login(username, password, files=None):
    return household_for(username, password, today=TODAY, files=files or {})


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("user_good", "pass_good"),
        ("user_transactions_dynamic", "anything"),
        ("user_custom", ONE_ACCOUNT.decode()),
        ("demo", ""),
        ("demo-3000", "x"),
        ("demo-20000", "x"),
    ],
)
def test_each_built_in_user_logs_in(username, password):
    household = login(username, password)
    assert household.username == username
    assert household.accounts
    assert username in BUILT_IN


@pytest.mark.parametrize(
    ("username", "password"),
    [("user_good", "pass_bad"), ("user_transactions_dynamic", " "), ("nobody", "x"), ("", ""), ("demo-5", "x")],
)
def test_a_wrong_name_or_password_is_an_unknown_user(username, password):
    with pytest.raises(UnknownUser):
        login(username, password)


def test_only_the_dynamic_user_is_moved_on_by_a_refresh():
    assert login("user_transactions_dynamic", "any").dynamic
    assert not login("user_good", "pass_good").dynamic


def test_a_file_serves_a_user_of_its_name():
    assert login("corner-bank", "any", files={"corner-bank": ONE_ACCOUNT}).accounts[0].current == 12.5


def test_a_file_never_hides_a_built_in_user():
    assert len(login("demo", "any", files={"demo": ONE_ACCOUNT}).accounts) == 5
    with pytest.raises(UnknownUser):
        login("user_good", "wrong", files={"user_good": ONE_ACCOUNT})


def test_a_custom_user_that_is_not_json_says_so():
    with pytest.raises(BadCustomUser, match="not JSON"):
        login("user_custom", "hello")
    with pytest.raises(BadCustomUser, match="not JSON"):
        household_from_json("broken", b"{", today=TODAY)


def test_an_unknown_users_name_is_repeated_in_short():
    with pytest.raises(UnknownUser) as refused:
        login("x" * 10_000, "any")
    assert len(str(refused.value)) < 120
