"""Short ways to what tests do with a site of this process and the real cache behind it."""

import json

from flask.testing import FlaskClient
from hybrid.people import Look, look_of
from support.local_plaid import LocalPlaid
from support.run import wait_until
from support.valkey import ValkeyServer
from support.website import Website


def live(browser: FlaskClient) -> Look:
    """The page's stream, to its end."""
    answer = browser.get("/api/live")
    assert answer.status_code == 200, answer.text
    return look_of(list(map(json.loads, answer.data.splitlines())))


def board(browser: FlaskClient) -> dict:
    answer = browser.get("/api/dashboard")
    assert answer.status_code == 200, answer.text
    return answer.json


def item_of(site: Website, browser: FlaskClient) -> str:
    return site.vault_of(browser).banks[0].bank.item_id


def name_of(site: Website, browser: FlaskClient) -> str:
    """The key of the visitor's one bank in Valkey."""
    return site.parts.keeping._sealer.name(item_of(site, browser))


def fields_of(server: ValkeyServer, name: str) -> dict[bytes, bytes]:
    reply = server.call("HGETALL", name)
    return reply if isinstance(reply, dict) else dict(zip(reply[::2], reply[1::2], strict=True))


def calls(plaid: LocalPlaid, token: str) -> dict[str, int]:
    """How often the item was asked for what."""
    (item,) = [item for item in plaid.items() if item["access_token"] == token]
    return {path: count for path, count in item["calls"].items() if count}


def settled(server: ValkeyServer, name: str) -> None:
    """Whatever renews an entry behind an answer is over."""
    assert wait_until(lambda: not server.call("HEXISTS", name, "claim"))
