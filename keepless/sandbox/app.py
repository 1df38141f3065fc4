"""The local Plaid as an ASGI application."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.routing import Route

from keepless.sandbox import calls, control, dialog, oauth
from keepless.sandbox.options import Options
from keepless.sandbox.world import World

_ANY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def create_app(options: Options) -> Starlette:
    """A fresh, empty local Plaid. Raises BadUsersFolder where the folder of users cannot be served.

    `app.state.world` is its state; `app.state.connections` gives the server's open connections, for faults to cut.
    """
    others = Route("/{path:path}", calls.answer, methods=_ANY)
    app = Starlette(routes=[*control.ROUTES, *dialog.ROUTES, *oauth.ROUTES, others])
    app.state.world = World(options)
    app.state.connections = _none
    return app


def _none() -> Collection[object]:
    return ()
