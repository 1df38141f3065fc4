"""A real browser on the real application on the real local Plaid. Nothing leaves this machine."""

import contextlib
import logging
import threading
from datetime import UTC, datetime, timedelta

import pytest
from support.databases import sqlite_url
from support.valkey import valkey_server
from werkzeug.serving import make_server

from keepless.adapters.sealing.keyring import generate
from keepless.adapters.sql import schema
from keepless.bootstrap import build_app
from keepless.config import Settings
from keepless.core.secret import Secret

STATIC = "keepless/web/static/app.js"


class Site:
    """The running application: its address, and a clock that a test can move."""

    def __init__(self):
        self.url = ""
        self.ahead = timedelta()
        self.app = None

    def as_new(self):
        """With the right time, and nothing counted of what is limited."""
        self.ahead = timedelta()
        for limiter in self.app.extensions["limiter"]:
            limiter.reset()

    def now(self):
        return datetime.now(UTC) + self.ahead


def _with_files_read(app):
    """The application with its static files handed over read, not open.

    Where a browser hangs up in the middle of an answer, Werkzeug's server does not come to close it, and the file would
    be found open by whichever test runs when it is collected.
    """

    def answer(environ, start_response):
        body = app(environ, start_response)
        if not environ["PATH_INFO"].startswith("/static/"):
            return body
        with contextlib.closing(body):
            return [b"".join(body)]

    return answer


@pytest.fixture(scope="module")
def database_url(tmp_path_factory):
    """A database of accounts for the module's site, with its tables."""
    url = sqlite_url(tmp_path_factory.mktemp("accounts"))
    schema.upgrade(Secret(url))
    return url


@pytest.fixture(scope="session")
def served():
    """Serves a site of a module's own: a context manager that takes the local Plaid, pytest's config and settings."""
    return _served


@contextlib.contextmanager
def _served(local_plaid, pytestconfig, **environment):
    """A running site; `environment` chooses its edition."""
    if not (pytestconfig.rootpath / STATIC).exists():
        pytest.fail(f"{STATIC} is not built; run `make setup`")
    site = Site()
    settings = Settings.from_env(
        {
            "PLAID_ENV": "local",
            "PLAID_BASE_URL": local_plaid.url,
            "PLAID_CLIENT_ID": "client-of-a-test",
            "PLAID_SECRET": "secret-of-a-test",
            "TOKEN_ENCRYPTION_KEY": generate(),
            "FLASK_SECRET_KEY": generate(),
            **environment,
        }
    )
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = site.app = build_app(settings, clock=site.now)
    app.wsgi_app = _with_files_read(app.wsgi_app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    site.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, name="keepless")
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def _running(local_plaid, pytestconfig):
    with _served(local_plaid, pytestconfig) as site:
        yield site


@pytest.fixture(scope="session")
def _hybrid(local_plaid, pytestconfig):
    with valkey_server() as cache, _served(local_plaid, pytestconfig, REDIS_URL=cache.url) as site:
        yield site


@pytest.fixture
def hybrid(_hybrid):
    """The site of the hybrid edition, on a cache of its own. A module of it takes it as its `site`."""
    yield _hybrid
    _hybrid.as_new()


@pytest.fixture
def site(_running):
    yield _running
    _running.as_new()


@pytest.fixture
def visit(chromium, site):
    """Opens the start page in a browser of its own; `visit(javascript=False)` in one without scripts.

    `width` and `height` size the window, `scheme` is "light" or "dark", `calm=True` asks for reduced motion, `locale`
    is the browser's ("es-ES"); all other options are Playwright's own of a context, such as `service_workers="allow"`,
    without which every reload asks the banks anew. At the end, no page may have met an error of a script or of the
    content security policy.
    """
    contexts, faults = [], []

    def note(message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def open_browser(path="/", *, javascript=True, width=1280, height=800, scheme="light", calm=False, **options):
        context = chromium.new_context(
            **{
                "base_url": site.url,
                "java_script_enabled": javascript,
                "timezone_id": "America/New_York",
                "viewport": {"width": width, "height": height},
                "color_scheme": scheme,
                "reduced_motion": "reduce" if calm else "no-preference",
                "service_workers": "block",  # Playwright may wait for ever for one whose page's requests it holds back
                **options,
            }
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        if path is not None:
            page.goto(path)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture
def connected(visit, site, local_plaid):
    """A browser with banks connected by their tokens, on the dashboard's program at `path`; the options are `visit`'s.

    `connected()` has the demo household, `connected("demo", "user_good")` two banks; a text that is no user's name but
    begins with "access-" is taken as a token. `path=None` opens no page: `page.goto` then begins the visit.
    """

    def open_connected(*users, path="/", **options):
        page = visit(None, **options)
        context = page.context
        for user in users or ("demo",):
            token = user if user.startswith("access-") else local_plaid.connect(user)
            answer = context.request.post(
                "/setup", form={"access_token": token}, headers={"Sec-Fetch-Site": "same-origin"}, max_redirects=0
            )
            assert answer.status == 303, answer.text()
        # What tells the server that the script runs here: without it the first page is the statement.
        context.add_cookies([{"name": "keepless-tz", "value": "America/New_York", "url": site.url}])
        if path is not None:
            page.goto(path)
        return page

    return open_connected
