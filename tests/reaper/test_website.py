"""The web tier and the reaper together: from connecting a bank to the day on which nobody can reach it any more."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from reaper.conftest import CLIENT, HOME
from support.databases import accounts_stores
from support.website import SAME_ORIGIN, website

from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.sealing.keyring import generate as new_token_key
from keepless.adapters.sealing.reaper import ReaperKeys, ReaperSeal
from keepless.bootstrap import build_app
from keepless.config import Settings
from keepless.core.secret import Secret
from keepless.errors import AccountsFault, ConfigError
from keepless.services.envelopes import LAST_DAY
from keepless.services.pace import Pace
from keepless.services.reaper import Reaped, Reaper
from keepless.services.reaping import Reaping


@pytest.fixture
def stores(database):
    with accounts_stores(database) as opened:
        yield opened


@pytest.fixture
def site(stores, local_plaid, pair):
    reaping = Reaping(stores.reaper, ReaperSeal.parse(pair.public, HOME), str(HOME))
    with website(local_plaid.url, stores=stores, reaping=reaping) as served:
        yield served


@pytest.fixture
def tokens(stores, pair):
    """What the reaper's key opens of all that lies in the database."""
    keys = ReaperKeys.parse(pair.private, HOME)
    return lambda: {keys.open(each.id, each.sealed).reveal() for each in stores.reaper.due(LAST_DAY)}


def reaped(site, stores, pair) -> Reaped:
    """One run of the reaper, by the site's clock."""
    plaid = PlaidClient(site.site.link_origins[0], CLIENT, Secret("secret"), "local", clock=site.clock)
    try:
        return Reaper(
            stores.reaper,
            ReaperKeys.parse(pair.private, HOME),
            plaid,
            clock=site.clock,
            pace=Pace(100_000, monotonic=lambda: 0.0, pause=lambda _seconds: None),
            stopping=threading.Event(),
        ).reap(lambda _reached: None)
    finally:
        plaid.close()


def live(local_plaid):
    return {item["access_token"] for item in local_plaid.items() if item["state"] == "live"}


def test_a_bank_that_is_connected_is_covered_and_one_that_is_disconnected_no_longer(site, tokens, local_plaid):
    one, two = local_plaid.connect(), local_plaid.connect("user_good")
    browser = site.connected(one, two)
    assert tokens() == {one, two}
    item_id = site.vault_of(browser).banks[0].bank.item_id
    answer = browser.post("/api/disconnect", json={"item_id": item_id})
    assert answer.status_code == 200, answer.text
    assert tokens() == {two}
    browser.post("/logout")
    assert tokens() == set()
    assert live(local_plaid) == set()


def test_a_bank_that_plaid_does_not_let_go_of_stays_covered(site, tokens, local_plaid):
    token = local_plaid.connect()
    browser = site.connected(token)
    local_plaid.fault("/item/remove", error_code="INTERNAL_SERVER_ERROR")
    browser.post("/logout")
    assert tokens() == {token}


def test_looking_at_a_page_writes_no_envelope(site, stores, local_plaid):
    browser = site.connected(local_plaid.connect())
    before = stores.reaper.due(LAST_DAY)
    assert browser.get("/").status_code == 200
    assert browser.get("/api/dashboard").status_code == 200
    assert stores.reaper.due(LAST_DAY) == before


def test_while_the_session_lives_the_reaper_does_nothing_and_then_it_removes_the_bank(
    site, stores, pair, tokens, *, local_plaid
):
    token = local_plaid.connect()
    browser = site.connected(token)
    site.clock.ahead = timedelta(days=7, seconds=30)
    assert browser.get("/api/dashboard").status_code == 200  # a minute is granted beyond the end
    assert reaped(site, stores, pair).due == 0
    assert live(local_plaid) == {token}
    site.clock.ahead = timedelta(days=7, minutes=3)
    assert browser.get("/api/dashboard").status_code == 401
    assert reaped(site, stores, pair).removed == 1
    assert live(local_plaid) == set()
    assert tokens() == set()
    assert browser.post("/logout").status_code < 400  # the expired cookie finds its bank gone and goes


class Away:
    """A store of envelopes that never answers."""

    def __getattr__(self, name):
        def call(*_arguments, **_options):
            raise AccountsFault("unreachable")

        return call


def test_without_the_database_banks_are_connected_and_disconnected_all_the_same(local_plaid, pair):
    counted = []
    reaping = Reaping(
        Away(), ReaperSeal.parse(pair.public, HOME), str(HOME), on_fault=counted.append, again_after=3_600
    )
    with website(local_plaid.url, reaping=reaping) as site:
        browser = site.connected(local_plaid.connect())
        assert browser.get("/api/dashboard").status_code == 200
        browser.post("/logout")
    assert live(local_plaid) == set()
    assert counted == ["unreachable", "unreachable"]


@pytest.fixture
def web_settings(settings, pair):
    """The environment of a web tier with the reaper switched on."""
    kept = {name: value for name, value in settings.items() if name != "REAPER_PRIVATE_KEY"}
    keys = {"TOKEN_ENCRYPTION_KEY": new_token_key(), "FLASK_SECRET_KEY": "a-flask-secret-key-of-a-test-0123456789"}
    return kept | keys | {"REAPER_PUBLIC_KEY": pair.public}


def test_what_an_installation_seals_the_reaper_of_the_same_settings_removes(web_settings, reap, tokens, local_plaid):
    """Both are made from their settings alone, as they are at an operator's; time is moved in the database."""
    token = local_plaid.connect()
    long_ago = datetime.now(UTC) - timedelta(days=8)
    app = build_app(Settings.from_env(web_settings), clock=lambda: long_ago)
    try:
        answer = app.test_client().post(
            "/setup", data={"access_token": token}, headers=SAME_ORIGIN, base_url="http://localhost"
        )
        assert answer.status_code == 303, answer.text
    finally:
        app.extensions["keepless"]().parts.accounts.store._database.close()
    assert tokens() == {token}
    ran = reap("--remove")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert live(local_plaid) == set()
    assert tokens() == set()


def test_a_public_key_that_is_none_stops_the_start_with_one_line(web_settings):
    with pytest.raises(ConfigError, match="REAPER_PUBLIC_KEY is not a key"):
        build_app(Settings.from_env(web_settings | {"REAPER_PUBLIC_KEY": "nonsense"}))
