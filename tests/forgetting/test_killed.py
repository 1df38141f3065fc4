"""The process is killed (kill -9) right after each step; the same request again ends complete."""

import json
import secrets
import subprocess
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import urllib3
from click.testing import CliRunner
from forgetting.dying import STEPS
from forgetting.people import EMAIL, NO_ROWS, rows_in, signed_in, states
from support.cookie_jar import CookieJar
from support.databases import KINDS, sqlite_url
from support.run import REPOSITORY, environment, free_port, wait_until
from support.valkey import ValkeyServer, valkey_server
from support.website import LOCAL_NAME

from keepless import launch
from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.adapters.sql import schema
from keepless.adapters.sql.stores import make_stores
from keepless.commands.receipts import verify_receipt
from keepless.core import receipt as receipts
from keepless.core.secret import Secret
from keepless.core.tiers import Tier
from keepless.services.vault import encode
from keepless.web import bound
from keepless.web.opening import PURPOSE


@dataclass
class Server:
    """A gunicorn with one worker, which dies when told and is replaced by its master."""

    address: str
    order: Path
    keys: str
    database: str
    valkey: ValkeyServer
    log: Path

    def sign_in(self) -> CookieJar:
        """A browser's cookies after signing in, in a tier that has copies kept."""
        jar = CookieJar()
        with closing(make_stores(Secret(self.database))) as stores:
            vault, user = signed_in(stores.accounts, datetime.now(UTC))
            assert stores.accounts.set_tier(user, Tier.PRO, at=datetime.now(UTC))
        sealed = Envelope(Keyring.parse(self.keys), "local").seal(PURPOSE, encode(vault), user=user)
        jar.cookies[LOCAL_NAME] = bound.together(sealed, user)
        return jar

    def ask(self, jar: CookieJar, method: str, path: str, **fields: str) -> urllib3.BaseHTTPResponse:
        headers = {"Sec-Fetch-Site": "same-origin", "Cookie": jar.header}
        with urllib3.PoolManager(retries=False, timeout=60) as http:
            answer = http.request(method, self.address + path, fields=fields or None, headers=headers, redirect=False)
        return jar.apply(answer)

    def is_up(self) -> bool:
        with suppress(urllib3.exceptions.HTTPError), urllib3.PoolManager(retries=False, timeout=5) as http:
            return http.request("GET", self.address + "/health").status == 200
        return False

    def copies(self) -> int:
        names = self.valkey.call("KEYS", "keepless:*")
        return sum(set(self.valkey.call("HKEYS", name)) != {b"closed"} for name in names)


@contextmanager
def running(plaid: str, valkey: ValkeyServer, database: str, folder: Path):
    keys, port, order, log = generate(), free_port(), folder / "die-at", folder / "server.log"
    given = {
        "TOKEN_ENCRYPTION_KEY": keys,
        "FLASK_SECRET_KEY": secrets.token_urlsafe(48),
        "PLAID_ENV": "local",
        "PLAID_BASE_URL": plaid,
        "REDIS_URL": valkey.url,
        "DATABASE_URL": database,
        "DIE_AT": str(order),
    }
    service = launch.web_server(
        "127.0.0.1", port, workers=1, threads=16, environment=given, application="forgetting.dying_wsgi:app"
    )
    shell = environment(folder, **given)
    shell["PYTHONPATH"] = f"{REPOSITORY}:{REPOSITORY / 'tests'}"
    with log.open("wb") as words:
        process = subprocess.Popen(
            service.command, cwd=folder, env=shell, stdin=subprocess.DEVNULL, stdout=words, stderr=words
        )
        server = Server(f"http://127.0.0.1:{port}", order, keys, database, valkey, log)
        try:
            assert wait_until(lambda: server.is_up() or process.poll() is not None, seconds=60)
            assert process.poll() is None, log.read_text()
            yield server
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture(scope="module", params=KINDS)
def server(request, local_plaid, tmp_path_factory):
    folder = tmp_path_factory.mktemp("killed")
    own = request.param == "sqlite"
    url = sqlite_url(folder) if own else request.getfixturevalue("postgres").new_database()
    schema.upgrade(Secret(url))
    with valkey_server() as valkey, running(local_plaid.url, valkey, url, folder) as made:
        yield made
    if not own:
        request.getfixturevalue("postgres").drop_database(url)


@pytest.fixture
def jar(server, local_plaid):
    """A browser with two banks, whose copies are in the cache."""
    server.valkey.call("FLUSHALL")
    jar = server.sign_in()
    for user in ("demo", "user_good"):
        assert server.ask(jar, "POST", "/setup", access_token=local_plaid.connect(user)).status == 303
    assert server.ask(jar, "GET", "/api/dashboard").status == 200
    assert wait_until(lambda: server.copies() == 2)
    return jar


def delete(server, jar):
    return server.ask(jar, "DELETE", "/api/delete-me")


def delete_to_the_end(server, jar):
    """Sends it again while the answer is to do so: on a busy machine Valkey's 50 ms may be over before it answers."""
    answers = []
    assert wait_until(lambda: answers.append(delete(server, jar)) or answers[-1].status != 503)
    return answers[-1]


@pytest.mark.parametrize("step", STEPS)
def test_killed_after_a_step_the_same_request_again_ends_complete(server, jar, local_plaid, tmp_path, step):
    server.order.write_text(step)
    before = dict(jar.cookies)
    with pytest.raises(urllib3.exceptions.HTTPError):
        delete(server, jar)
    assert not server.order.exists(), "it did not come to that step"
    assert jar.cookies == before
    assert wait_until(server.is_up, seconds=60), server.log.read_text()

    answer = delete_to_the_end(server, jar)
    assert answer.status == 200, answer.data
    assert set(states(local_plaid)) == {"removed"}
    assert rows_in(server.database) == NO_ROWS
    assert server.copies() == 0
    assert jar.cookies == {}
    told = json.loads(answer.data)["receipt"]
    assert len(told["removed"]["banks"]) == 2
    was_over = step in {"the rows are deleted", "the receipt is signed", "the cookies are cleared"}
    assert (told["outcome"], told["account"]) == (("gone_already", None) if was_over else ("removed", EMAIL))

    file = tmp_path / "receipt.json"
    file.write_bytes(answer.data)
    checked = CliRunner().invoke(verify_receipt, [str(file)])
    assert checked.exit_code == 0, checked.output
    again = delete(server, jar)
    assert json.loads(again.data)["receipt"]["outcome"] == "nothing_held"


def test_killed_twice_it_still_ends_complete(server, jar, local_plaid):
    for step in ("a bank is removed", "the session is a tombstone"):
        server.order.write_text(step)
        with pytest.raises(urllib3.exceptions.HTTPError):
            delete(server, jar)
        assert wait_until(server.is_up, seconds=60), server.log.read_text()
    given, _ = receipts.read(delete_to_the_end(server, jar).data)
    assert given.receipt.outcome == "removed"
    assert set(states(local_plaid)) == {"removed"}
    assert rows_in(server.database) == NO_ROWS


def test_r17_nothing_secret_is_in_what_the_server_said(server, jar, local_plaid):
    tokens = [item["access_token"] for item in local_plaid.items()]
    assert delete_to_the_end(server, jar).status == 200
    said = server.log.read_text()
    assert not [secret for secret in (*tokens, EMAIL, server.keys) if secret in said]
