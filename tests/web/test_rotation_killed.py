"""A server that is killed after Plaid has made a new key and before anybody was told of it: the bank is found again."""

import os
import secrets
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress

import urllib3
from support.cookie_jar import CookieJar
from support.run import REPOSITORY, descendants, environment, free_port, wait_until

from keepless import launch
from keepless.adapters.sealing.keyring import generate

INVALIDATE = "/item/access_token/invalidate"


class Server:
    """Keepless as it runs at an operator's, and a browser that is at it."""

    def __init__(self, process, address, jar):
        self._process = process
        self._address = address
        self._jar = jar
        self._http = urllib3.PoolManager(retries=False, timeout=30)

    def send(self, path, **body):
        headers = {"Cookie": self._jar.header, "Sec-Fetch-Site": "same-origin"}
        return self._jar.apply(self._http.request("POST", self._address + path, headers=headers, **body))

    def read(self, path):
        return self._http.request("GET", self._address + path, headers={"Cookie": self._jar.header}).json()

    def kill(self):
        for pid in (self._process.pid, *descendants(self._process.pid)):
            os.kill(pid, signal.SIGKILL)
        self._process.wait(30)


@contextmanager
def server(settings, folder, jar):
    service = launch.web_server("127.0.0.1", port := free_port(), workers=1, threads=4, environment=settings)
    with (folder / "server.log").open("wb") as words:
        process = subprocess.Popen(
            service.command, cwd=REPOSITORY, env={**environment(folder), **settings}, stdout=words, stderr=words
        )
    try:

        def is_up():
            with suppress(OSError):
                return service.is_up()
            return False

        assert wait_until(is_up, seconds=60), (folder / "server.log").read_text()
        yield Server(process, f"http://127.0.0.1:{port}", jar)
    finally:
        process.terminate()
        process.wait(30)


def test_nothing_is_lost_when_the_server_is_killed_before_it_could_tell_the_new_key(local_plaid, tmp_path):
    settings = {
        "TOKEN_ENCRYPTION_KEY": generate(),
        "FLASK_SECRET_KEY": secrets.token_urlsafe(48),
        "PLAID_CLIENT_ID": "client-of-a-test",
        "PLAID_SECRET": "secret-of-a-test",
        "PLAID_ENV": "local",
        "PLAID_BASE_URL": local_plaid.url,
    }
    old = local_plaid.connect("demo")
    jar = CookieJar()
    with server(settings, tmp_path, jar) as first:
        assert first.send("/setup", fields={"access_token": old}, encode_multipart=False).status == 303
        assert first.send("/api/rotate-tokens", json={}).json()["left"] == 1
        local_plaid.fault(INVALIDATE, performs=True, silence=5)

        def go():
            with suppress(urllib3.exceptions.HTTPError):
                first.send("/api/rotate-tokens", json={"go": True})

        asking = threading.Thread(target=go)
        asking.start()
        assert wait_until(lambda: local_plaid.items()[0]["access_token"] != old)
        first.kill()
        asking.join()
    local_plaid.end_faults()
    with server(settings, tmp_path, jar) as second:
        assert [problem["code"] for problem in second.read("/api/dashboard")["problems"]] == ["INVALID_ACCESS_TOKEN"]
        told = second.send("/api/rotate-tokens", json={"go": True}).json()
        assert (told["left"], told["problems"]) == (0, [])
        assert second.read("/api/dashboard")["problems"] == []
