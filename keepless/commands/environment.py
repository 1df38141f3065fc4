"""The settings of an installation, for commands that run beside it."""

import os
from pathlib import Path

from dotenv import dotenv_values

from keepless.config import Reader
from keepless.core.secret import Secret
from keepless.errors import ConfigError

ENV_FILE = Path(".env")


def environment() -> dict[str, str]:
    """The environment over the `.env` of this folder."""
    from_file = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    return from_file | dict(os.environ)


def setting(name: str) -> str | None:
    """One setting, or what `X_FILE` names. Raises ConfigError."""
    return Reader(environment()).text(name)


def database_url() -> Secret:
    """DATABASE_URL, which is all that a machine needs for the commands about accounts. Raises ConfigError."""
    text = setting("DATABASE_URL")
    if text is None:
        raise ConfigError("DATABASE_URL is missing: without it there are no accounts")
    return Secret(text)
