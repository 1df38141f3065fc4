"""The WSGI application: every route, guard and header in one place."""

import sys
from collections.abc import Callable
from types import TracebackType

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from keepless.web import (
    account,
    answers,
    api,
    audit,
    banks,
    billing_webhook,
    choice,
    dev_mail,
    export,
    forgetting,
    guard,
    headers,
    health,
    holding,
    limits,
    link,
    live,
    openapi,
    pages,
    recovery,
    rotation,
    sign_in,
    trend_storage,
    trends,
    visit,
    webhooks,
    well_known,
)
from keepless.web.operations import Operation
from keepless.web.query import QueryReader
from keepless.web.site import Parts, Site

__all__ = ["Parts", "Site", "create_app"]

# A public token, an access token or a webhook is well under a kilobyte.
MAX_BODY = 64 * 1024
# A client that takes in nothing, or that stops in the middle of its request, is let go after as many seconds: it holds
# one of the server's threads, and gunicorn itself would wait for ever. The longest piece we send at once is a bank's
# line of the stream, a few hundred kB.
PATIENCE = 60.0

OPERATIONS = (
    *link.OPERATIONS,
    *banks.OPERATIONS,
    *api.OPERATIONS,
    *live.OPERATIONS,
    *export.OPERATIONS,
    *trends.OPERATIONS,
    *holding.OPERATIONS,
    *forgetting.OPERATIONS,
    *audit.OPERATIONS,
    *well_known.OPERATIONS,
    *recovery.OPERATIONS,
    *rotation.OPERATIONS,
    *webhooks.OPERATIONS,
    *health.OPERATIONS,
)

# These are there where there are accounts.
OF_ACCOUNTS = (
    *sign_in.OPERATIONS,
    *account.OPERATIONS,
    *trend_storage.OPERATIONS,
    *billing_webhook.OPERATIONS,
)


class _App(Flask):
    """Flask, but its own report of an unhandled error (which prints the error's text) is ours (R17)."""

    parts: Parts

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None] | None,
    ) -> None:
        error = (exc_info or sys.exc_info())[1]
        if error is not None:
            answers.report(self.parts, error)

    def send_static_file(self, filename: str) -> Response:
        """Werkzeug overflows on a date in the year 99999999999: the sender's fault, told before a file is open."""
        try:
            _ = request.if_modified_since, request.if_unmodified_since, request.if_range
        except OverflowError:
            raise BadRequest from None
        return super().send_static_file(filename)


def create_app(site: Site, parts: Parts) -> Flask:
    """The application for one site. Reads nothing from the environment; safe for many threads."""
    app = _App("keepless.web")
    app.parts = parts
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY, MAX_FORM_MEMORY_SIZE=MAX_BODY, PROPAGATE_EXCEPTIONS=False)
    app.url_map.merge_slashes = False
    queries = QueryReader(history_days=site.history_days, max_history_days=site.max_history_days)
    described = (*OPERATIONS, *(OF_ACCOUNTS if parts.accounts is not None else ()))
    operations = (*described, openapi.operation_for(described, queries, version=site.version))
    signed = [_endpoint(operation) for operation in operations if operation.signed]

    app.before_request(_lose_patience)
    # After a request these run last to first: hints and session write cookies, then headers are set, then it is logged.
    answers.register(app, parts)
    choice.register(app)
    headers.register(app, site)
    guard.register(app, signed=signed)
    parts.session.init_app(app)
    visit.register(app, site, parts)
    for operation in operations:
        if not operation.page:
            app.add_url_rule(
                operation.path, endpoint=_endpoint(operation), view_func=_view(operation), methods=[operation.method]
            )
    # What the signature may say on a page that knows nothing of its visitor: an error's.
    app.jinja_env.globals["server_keeps_nothing"] = parts.accounts is None and parts.keeping is None
    pages.register(app)
    account.register(app, has_accounts=parts.accounts is not None)
    forgetting.register(app)
    if parts.accounts is not None:
        sign_in.register(app)
        trend_storage.register(app)
        dev_mail.register(app)
    limits.register(app, site, parts)
    audit.register(app)
    return app


def _lose_patience() -> None:
    """Bounds each piece that is sent or received. The server makes its socket patient again for the next request."""
    client = request.environ.get("gunicorn.socket")
    if client is not None:
        client.settimeout(PATIENCE)


def _endpoint(operation: Operation) -> str:
    return f"json.{operation.name}"


def _view(operation: Operation) -> Callable[[], Response]:
    def view() -> Response:
        return operation.view(visit.visiting())

    return view
