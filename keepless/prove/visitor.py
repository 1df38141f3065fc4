"""A person with a browser, over HTTP: cookies as a browser keeps them, and every secret of theirs noted as a canary."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from keepless.prove.canaries import Canaries, Kind, draw_address

FORM = "application/x-www-form-urlencoded"
_SEALED = re.compile(r"v[0-9]\.[\w-]+\.[\w-]{16,}")
_TOKEN = re.compile(r"\b(?:access|public|link)-[a-z]+-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class Answer(msgspec.Struct, frozen=True):
    """What came back; status 0 where nothing did."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_page(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; an empty object where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}


class Visitor:
    """One browser, behind a proxy that tells its address. `on_request` is told of each request and its status."""

    def __init__(self, origin: str, canaries: Canaries, on_request: Callable[[str, str, int], object]) -> None:
        self.origin = origin
        self._address = canaries.address(draw_address())
        self.cookies: dict[str, str] = {}
        self._canaries = canaries
        self._on_request = on_request
        self._http = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(30))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        """With `body` as JSON."""
        return self.send("POST", path, body, **headers)

    def send(self, method: str, path: str, body: Any, **headers: str) -> Answer:
        """With `body` as JSON."""
        return self.ask(method, path, msgspec.json.encode(body), **({"Content-Type": "application/json"} | headers))

    def submit(
        self, path: str, fields: Mapping[str, str], *, files: Mapping[str, str] | None = None, **headers: str
    ) -> Answer:
        """As a page's form does, with the content of `files` by their fields, and on to where it leads."""
        body, kind = urlencode(fields).encode(), FORM
        if files:
            parts = {name: (f"{name}.json", content) for name, content in files.items()}
            body, kind = urllib3.encode_multipart_formdata({**fields, **parts})
        answer = self.ask("POST", path, body, **({"Content-Type": kind} | headers))
        if answer.status in (302, 303) and (where := answer.headers.get("Location")):
            self.ask("GET", urlsplit(where).path or "/", Accept="text/html")
        return answer

    def ask(self, method: str, path: str, body: bytes | None = None, /, **headers: str) -> Answer:
        """One request, as a page of this origin makes it; status 0 where the connection broke."""
        sent = {
            "Sec-Fetch-Site": "same-origin",
            "Accept-Encoding": "identity",
            "X-Forwarded-For": self._address,
            **headers,
        }
        if self.cookies:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        try:
            got = self._http.request(method, self.origin + path, body=body, headers=sent, redirect=False)
        except (urllib3.exceptions.HTTPError, OSError, UnicodeError):
            self._on_request(method, path, 0)
            return Answer(0, {}, b"")
        for line in got.headers.getlist("Set-Cookie"):
            self._keep(line)
        answer = Answer(got.status, dict(got.headers), got.data)
        for token in _TOKEN.findall(answer.text):
            self._canaries.token(Kind.PUBLIC_TOKEN, token)
        self._on_request(method, path, got.status)
        return answer

    def note(self, method: str, path: str, status: int) -> None:
        """Takes down a request that another made."""
        self._on_request(method, path, status)

    def close(self) -> None:
        self._http.clear()

    def _keep(self, line: str) -> None:
        pair, *attributes = line.split(";")
        name, _, value = pair.partition("=")
        if any(each.strip().lower() == "max-age=0" for each in attributes):
            self.cookies.pop(name, None)
            return
        self.cookies[name] = value
        if _SEALED.match(value):
            self._canaries.secret(Kind.COOKIE, value)
