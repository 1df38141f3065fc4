"""The settings of an installation, for commands that run beside it."""

import os
from pathlib import Path

from dotenv import dotenv_values

from keepless.config import Reader

ENV_FILE = Path(".env")


def environment() -> dict[str, str]:
    """The environment over the `.env` of this folder."""
    from_file = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    return from_file | dict(os.environ)


def setting(name: str) -> str | None:
    """One setting, or what `X_FILE` names. Raises ConfigError."""
    return Reader(environment()).text(name)
