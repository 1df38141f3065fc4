"""Who can log in at the local Plaid: a user name and a password give a household.

Plaid's own test users are as docs/plaid.md 9.2 and 9.3 say; `demo` and its larger kin and `labelled-<number>` are
ours and take any password, as do the users of a folder of custom-user JSON.
"""

from collections.abc import Mapping
from datetime import date

from keepless.sandbox import custom, demo, dynamic, labelled, stock
from keepless.sandbox.custom_json import BadCustomUser
from keepless.sandbox.household import Household

__all__ = ["BUILT_IN", "BadCustomUser", "UnknownUser", "household_for", "household_from_json"]

BUILT_IN = ("user_good", "user_transactions_dynamic", "user_custom", *demo.SIZES)


class UnknownUser(Exception):
    """No test user has this name and password."""


def household_for(username: str, password: str, *, today: date, files: Mapping[str, bytes]) -> Household:
    """The household of a login on `today`.

    `files` are custom users by name; a built-in name is never hidden by one. Raises UnknownUser, and BadCustomUser for
    custom JSON (of the password or a file) that cannot be played.
    """
    if username == "user_good" and password == "pass_good":  # noqa: S105 - published by Plaid
        return stock.household(username, today)
    if username == "user_transactions_dynamic" and password.strip():
        return dynamic.household(username, today)
    if username == "user_custom":
        return household_from_json(username, password, today=today)
    if username in demo.SIZES:
        return demo.household(username, today)
    if labelled.NAME.fullmatch(username):
        return labelled.household(username, today)
    if username in files and username not in BUILT_IN:
        return household_from_json(username, files[username], today=today)
    raise UnknownUser(f"No test user {username[:40]!r} with this password.")


def household_from_json(name: str, raw: bytes | str, *, today: date) -> Household:
    """The household of a custom-user JSON text, under a name. Raises BadCustomUser."""
    return custom.household(name, raw, today)
