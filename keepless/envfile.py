"""The `.env` of a local run: made once with fresh keys, never overwritten, readable by its owner only."""

import os
import secrets
from pathlib import Path

TEMPLATE = """\
# Settings of this installation; docs/settings.md explains each. Keep this file secret and out of version control.
TOKEN_ENCRYPTION_KEY={token_key}
FLASK_SECRET_KEY={flask_key}
USE_STATELESS=true

# local is the Plaid that comes with Keepless; for Plaid's own, sandbox or production and the keys of its dashboard.
PLAID_ENV=local
#PLAID_CLIENT_ID=
#PLAID_SECRET=
"""


def create_env_file(path: Path, token_key: str) -> bool:
    """Writes `path` with fresh keys and mode 0600; False where a file is there already, which is left as it is."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(TEMPLATE.format(token_key=token_key, flask_key=secrets.token_urlsafe(48)))
    return True
