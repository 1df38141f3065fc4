"""What every test may use. Tests reach this machine only."""

from collections.abc import Iterator

import pytest
import pytest_socket
from hypothesis import settings
from playwright.sync_api import Browser
from support.chromium import chromium as start_chromium
from support.databases import database, empty_database, postgres  # noqa: F401 - fixtures
from support.local_plaid import LocalPlaid
from support.local_plaid import local_plaid as serve

# How long a case takes is the machine's matter; what is slow is measured in benchmarks/.
settings.register_profile("keepless", deadline=None)
settings.load_profile("keepless")


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture(scope="session")
def local_plaid() -> Iterator[LocalPlaid]:
    """One local Plaid for the whole run, emptied after each test that uses it."""
    with serve() as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a module: while Playwright runs, no test of the same process can run an event loop of its own."""
    with start_chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _empty_local_plaid(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "local_plaid" in request.fixturenames:
        request.getfixturevalue("local_plaid").clear()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints the figures that tests have `said`, whichever process they ran in."""
    for report in terminalreporter.stats.get("passed", []):
        for name, figure in report.user_properties:
            if name == "said":
                terminalreporter.write_line(str(figure))
