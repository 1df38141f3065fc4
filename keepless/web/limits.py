"""How often something may be tried: by e-mail address, and by the address that a request comes from.

Counted by Flask-Limiter, in Valkey where there is one, else in this process. Its keys are keyed hashes, so that no
address of either kind is at rest in clear. Where the counting fails, it goes on in memory; no request fails for it.
"""

import hashlib
import hmac
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_limiter import Limiter, RateLimitExceeded

from keepless.core.secret import Secret
from keepless.errors import RateLimited
from keepless.ports import Clock
from keepless.web.site import Parts, Site

EXTENSION = "keepless.limits"
WINDOW = timedelta(minutes=15)
_MEMORY = "memory://"
_IPV6_PREFIX = 64  # what one subscriber has: its addresses are one place
_LONGEST_ADDRESS = 64
_WITH_PORT = re.compile(r"(?:([0-9.]{7,15})|\[([0-9A-Fa-f:.]{2,45})\])(?::[0-9]{1,5})?")

# What is counted -> how often in a quarter of an hour.
EMAIL = "sign-in-email"
ASKING = "sign-in-asking"
USING = "sign-in-using"
PASSPHRASES = "passphrases"
STEP_UP = "step-up"
MOST: Mapping[str, int] = {EMAIL: 5, ASKING: 20, USING: 30, PASSPHRASES: 30, STEP_UP: 10}

# Which routes count as what, by the address that the request comes from; all are unsafe methods.
BY_PLACE: Mapping[str, str] = {
    "/sign-in": ASKING,
    "/api/sign-in": ASKING,
    "/sign-in/<nonce>": USING,
    "/api/sign-in/confirm": USING,
    "/api/trends/import": PASSPHRASES,
    "/api/trends/export": PASSPHRASES,
    "/recovery": PASSPHRASES,
    "/recovery/restore": PASSPHRASES,
    "/recovery/revoke": PASSPHRASES,
    "/api/recovery": PASSPHRASES,
    "/api/recovery/restore": PASSPHRASES,
    "/api/recovery/revoke": PASSPHRASES,
}
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Limits:
    """Counts attempts. One per application."""

    def __init__(self, app: Flask, *, clock: Clock, key: Secret, proxies: int, storage: Secret | None) -> None:
        """`proxies` in front of us each add to X-Forwarded-For; `storage` None counts in this process's memory."""
        self._clock = clock
        self._key = key.reveal().encode()
        self._proxies = proxies
        self._limiter = Limiter(
            lambda: str(g.attempt_by),
            storage_uri=storage.reveal() if storage else _MEMORY,
            # Typed for the library's own storages, whose options are plain values.
            storage_options={"clock": clock} if storage else {},  # type: ignore[dict-item]
            strategy="fixed-window",
            in_memory_fallback_enabled=True,
            swallow_errors=True,
            key_prefix="keepless",
        )
        self._limiter.init_app(app)
        self._gates = {what: self._gate(what, most) for what, most in MOST.items()}

    def attempt(self, what: str, of: str) -> None:
        """Counts an attempt of `of`, an address of either kind. Raises RateLimited for one too many."""
        g.attempt_by = hmac.digest(self._key, f"{what}\n{of}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
        try:
            self._gates[what]()
        except RateLimitExceeded:
            raise RateLimited(self._clock() + self._left()) from None

    def place(self) -> str:
        """Where the request comes from: an IPv4 address, or the network of an IPv6 one; never a name we were told.

        With `proxies`, what the outermost of them has seen: each adds the address it was asked from at the right.
        """
        told = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",") if each.strip()]
        address = request.remote_addr or ""
        if self._proxies and told:
            address = told[-min(self._proxies, len(told))]
        with_port = _WITH_PORT.fullmatch(address)  # as some proxies write it: each connection has a port of its own
        try:
            known = ip_address((with_port[1] or with_port[2]) if with_port else address)
        except ValueError:  # a Unix socket has no address
            return address[:_LONGEST_ADDRESS]
        if isinstance(known, IPv6Address):
            if known.ipv4_mapped is not None:
                return str(known.ipv4_mapped)
            return str(IPv6Address(int(known) >> (128 - _IPV6_PREFIX) << (128 - _IPV6_PREFIX)))
        return str(known)

    def _gate(self, what: str, most: int) -> Callable[[], None]:
        """A function that Flask-Limiter counts the calls of, by its name: so each has one of its own."""

        def passed() -> None:
            return None

        passed.__qualname__ = f"gate:{what}"
        rule = f"{most} per {int(WINDOW.total_seconds() // 60)} minutes"
        counted: Callable[[], None] = self._limiter.shared_limit(rule, scope=what)(passed)
        return counted

    def _left(self) -> timedelta:
        """How long the window still is that the attempt at hand was too many for."""
        limit = self._limiter.current_limit
        try:
            seconds = limit.reset_at - time.time() if limit is not None else WINDOW.total_seconds()
        except Exception:  # noqa: BLE001 - of a storage that has just gone away
            seconds = WINDOW.total_seconds()
        return min(max(timedelta(seconds=seconds), timedelta(seconds=1)), WINDOW)


def register(app: Flask, site: Site, parts: Parts) -> None:
    """Has `app` count what is tried at the routes of `BY_PLACE`. To be called after all other gates are registered.

    `site.log_key` keys the hashes, by a key of its own: replicas that share a storage count together.
    """
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # what it says of each refusal is in our log already
    known = site.log_key.reveal() if site.log_key else secrets.token_hex(32)
    key = Secret(hmac.digest(known.encode(), b"keepless.limits", hashlib.sha256).hex())
    limits = Limits(app, clock=parts.clock, key=key, proxies=site.proxies, storage=site.limits_storage)
    app.extensions[EXTENSION] = limits

    def count() -> Response | None:
        rule = request.url_rule.rule if request.url_rule is not None else ""
        if rule in BY_PLACE and request.method not in _SAFE:
            limits.attempt(BY_PLACE[rule], limits.place())
        return None

    app.before_request(count)


def attempt(what: str, of: str) -> None:
    """Counts an attempt of `of` in the application at hand. Raises RateLimited."""
    limits: Any = current_app.extensions[EXTENSION]
    limits.attempt(what, of)
