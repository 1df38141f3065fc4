"""A tiny application with a session in it, a clock to set and a browser that keeps one cookie."""

from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, Response, jsonify, request
from werkzeug.test import TestResponse

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring, generate
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import (
    BadCookie,
    InsecureTransport,
    KeeplessError,
    SessionExpired,
    SessionMissing,
    SessionUnreadable,
    TooManyBanks,
    UnknownBank,
)
from keepless.services.vault import BankKey, Vault, decode
from keepless.web.session import LOCAL_NAME, NAME, SessionCookie

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = generate()
HTTPS = "https://money.example"
LOCAL = "http://localhost:5001"

STATUS = {
    SessionMissing: 401,
    SessionUnreadable: 401,
    SessionExpired: 401,
    BadCookie: 400,
    InsecureTransport: 403,
    TooManyBanks: 409,
    UnknownBank: 404,
}


class House:
    """A tiny application with the session in it, a clock to set, and a browser that keeps one cookie."""

    def __init__(self, keys: str = KEY, environment: str = "sandbox", base: str = LOCAL, *, https_only: bool = False):
        self.now = START
        self.base = base
        self.name = NAME if base.startswith("https") else LOCAL_NAME
        self.jar: str | None = None
        self.unreadable: list[str] = []
        self.sealer = Envelope(Keyring.parse(keys), environment)
        self.session = SessionCookie(
            self.sealer,
            lambda: self.now,
            https_only=https_only,
            on_unreadable=self.unreadable.append,
        )
        self.app = Flask("tiny")
        self.session.init_app(self.app)
        self.app.register_error_handler(KeeplessError, lambda fault: (type(fault).__name__, STATUS[type(fault)]))
        for rule, method, view in (
            ("/banks", "GET", self.banks),
            ("/connect/<int:number>", "POST", self.connect),
            ("/disconnect/<int:number>", "POST", self.disconnect),
            ("/remove/<int:number>", "POST", self.remove),
            ("/link-token", "POST", self.link_token),
            ("/logout", "POST", self.logout),
            ("/forget", "POST", self.forget),
            ("/fails", "POST", self.fails),
            ("/health", "GET", lambda: "ok"),
        ):
            self.app.add_url_rule(rule, view_func=view, endpoint=rule, methods=[method])

    def seal_with(self, sealer: Envelope) -> None:
        """From now on as after a restart with other keys."""
        self.session._sealer = self.session._opener._sealer = sealer

    def banks(self) -> Response:
        self.session.read()
        return jsonify([key.bank.name for key in self.session.read().banks])

    def connect(self, number: int) -> Response:
        vault = self.session.read_or_new(keep_connected="keep" in request.args)
        vault.require_room()
        return self.session.write(jsonify("connected"), vault.with_bank(bank(number)))

    def disconnect(self, number: int) -> Response:
        rest = self.session.read_to_revoke().without_banks([bank(number).bank.item_id])
        return self.session.write(jsonify("disconnected"), rest)

    def remove(self, number: int) -> Response:
        rest = self.session.read().without_banks([self.session.read().bank_of(bank(number).bank.item_id).bank.item_id])
        return self.session.write(jsonify("removed"), rest) if rest.banks else self.session.clear(jsonify("removed"))

    def link_token(self) -> Response:
        self.session.read()
        return jsonify("link"), int(request.args.get("status", "200"))

    def logout(self) -> Response:
        self.session.read_to_revoke()
        return self.session.clear(jsonify("bye"))

    def fails(self) -> Response:
        self.session.read()
        raise LookupError("a fault that nobody foresaw")

    def forget(self) -> Response:
        response = jsonify()
        response.set_data(str(self.session.forget_unreadable(response)))
        return response

    def call(self, path: str, *, method: str = "POST", cookie: str | None = None) -> TestResponse:
        """One request with the jar's cookie, or with this very Cookie header; what is set goes into the jar."""
        header = cookie if cookie is not None else f"{self.name}={self.jar}" if self.jar is not None else None
        answer = self.app.test_client(use_cookies=False).open(
            path,
            method=method,
            base_url=self.base,
            environ_overrides={} if header is None else {"HTTP_COOKIE": header},
        )
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            if name == self.name:
                self.jar = rest.partition(";")[0] if "Max-Age=0" not in line else None
        return answer

    def get(self, path: str = "/banks", **more: str) -> TestResponse:
        return self.call(path, method="GET", **more)

    def vault(self) -> Vault:
        return decode(self.sealer.open("session", self.jar or ""))

    def connected(self, *numbers: int) -> "House":
        for number in numbers or (1,):
            assert self.call(f"/connect/{number}").status_code == 200
        return self


def bank(number: int) -> BankKey:
    ref = BankRef(f"{number:02d}" + "x" * 35, f"ins_{100_000 + number}", f"Bank {number} " + "銀行" * 40)
    return BankKey(ref, Secret(f"access-sandbox-{UUID(int=number)}"))


def sets_nothing(answer: TestResponse) -> bool:
    return "Set-Cookie" not in answer.headers


def attributes(answer: TestResponse) -> tuple[str, set[str]]:
    """The name and the attributes of the session's own cookie in the answer, without Max-Age."""
    (line,) = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith((f"{NAME}=", f"{LOCAL_NAME}="))]
    pair, *rest = line.split("; ")
    return pair.partition("=")[0], {attribute for attribute in rest if not attribute.startswith("Max-Age")}
