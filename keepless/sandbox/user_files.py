"""The folder of `--users`: custom-user JSON files, each a bank of its name."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from keepless.sandbox import custom
from keepless.sandbox.custom_json import MAX_BYTES, BadCustomUser


class BadUsersFolder(Exception):
    """A folder that cannot be served; the text is a line that names the file and what is wrong with it."""


def read(folder: Path, today: date) -> Mapping[str, bytes]:
    """The files by the names of their banks. Raises BadUsersFolder for a file that cannot be played, or for none.

    Each is tried out here: better a line at the start than a bank that refuses everyone.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
        found = {path.stem: _read_one(path, today) for path in paths}
    except OSError as error:
        raise BadUsersFolder(f"{error.filename or folder} cannot be read ({error.strerror})") from None
    if not found:
        raise BadUsersFolder(f"{folder} holds no file whose name ends in .json")
    return found


def _read_one(path: Path, today: date) -> bytes:
    name = str(path).encode(errors="replace").decode()
    if name != str(path):
        raise BadUsersFolder(f"{name} has a name that is not Unicode")
    if not path.is_file():  # a pipe would be waited for without end
        raise BadUsersFolder(f"{path} is not a file")
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    try:
        custom.household(path.stem, raw, today)
    except BadCustomUser as problem:
        raise BadUsersFolder(f"{path} is no custom user: {problem}") from None
    return raw
