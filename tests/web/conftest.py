"""Sites for the tests of the web layer."""

import pytest
from support.logbook import logbook
from support.members import club
from support.website import website


@pytest.fixture(scope="session")
def lone_site():
    """A site whose Plaid cannot be reached: for what needs none."""
    with website() as site:
        yield site


@pytest.fixture(autouse=True)
def _closed_breakers(request):
    """What one test did to a site that many tests share keeps no other from asking Plaid, or from trying again."""
    sites = [request.getfixturevalue(name) for name in ("lone_site", "site") if name in request.fixturenames]
    yield
    for each in sites:
        each.breakers.close()
        each.count_anew()


@pytest.fixture(scope="session")
def _live_site(local_plaid):
    with website(local_plaid.url) as site:
        yield site


@pytest.fixture
def site(_live_site, local_plaid):
    """A site on the local Plaid. It keeps nothing, so all tests share it; only its clock is set back."""
    yield _live_site
    _live_site.clock.ahead *= 0


@pytest.fixture
def visitor(site, local_plaid):
    """A browser with the `demo` household connected."""
    return site.connected(local_plaid.connect("demo"))


@pytest.fixture
def log():
    """What the process logs during a test, as JSON lines."""
    with logbook() as stream:
        yield stream


@pytest.fixture
def members(site):
    """The site as one that has accounts."""
    with club(site) as made:
        yield made
