"""What gunicorn serves in a run: the product as it is, and one bank whose mention makes our code fail.

A token that begins with `access-broken-` makes the look-up of its bank raise an error that nobody foresaw and that
quotes the token, as a library's error might. Everything else goes where it always goes.
"""

from typing import Any

from keepless.core.secret import Secret
from keepless.prove.canaries import BROKEN
from keepless.wsgi import app


def _break(plaid: Any) -> None:
    identify = plaid.identify

    def failing(access_token: Secret, *rest: Any, **named: Any) -> Any:
        if access_token.reveal().startswith(BROKEN):
            raise RuntimeError(f"no bank for {access_token.reveal()}")
        return identify(access_token, *rest, **named)

    plaid.identify = failing


_break(app.parts.plaid)  # type: ignore[attr-defined]

__all__ = ["app"]
