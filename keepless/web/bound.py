"""A sealed text that is bound to a user, with the user beside it: who opens it has to know for whom it was sealed.

`v1.<key id>.<body>` for a visitor without an account, `v1.<key id>.<body>.<user>` for one with: the UUID in 32 hex
digits, which is no secret. Another user's in its place does not open (R8).
"""

import re
from uuid import UUID

_SHAPE = re.compile(r"((?:[^.]*\.){2}[^.]*)\.([0-9a-f]{32})")


def together(sealed: str, user: str) -> str:
    """The cookie's value."""
    return f"{sealed}.{UUID(user).hex}" if user else sealed


def apart(value: str) -> tuple[str, str]:
    """The sealed text and the user's UUID, "" where none is named. Never raises: what is malformed does not open."""
    bound = _SHAPE.fullmatch(value)
    return (bound[1], str(UUID(bound[2]))) if bound else (value, "")
