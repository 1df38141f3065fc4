"""The gate before every view: no unsafe request from elsewhere (R16)."""

from collections.abc import Collection

from flask import Flask, request

from keepless.errors import KeeplessError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedRequest(KeeplessError):
    """An unsafe method that does not come from a page of this very origin."""


def require_same_origin() -> None:
    """Raises ForgedRequest for a request that no page of this origin sent.

    Browsers say where a request comes from in Sec-Fetch-Site and pages cannot set it. Where it is missing (older
    browsers, and http to anything but localhost) the Origin must be ours; a request with neither is refused, as is the
    opaque origin "null". Source: OWASP CSRF Prevention Cheat Sheet, Fetch Metadata with a fall-back.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site != "same-origin":
            raise ForgedRequest("Sec-Fetch-Site is not same-origin")
    elif request.headers.get("Origin") != request.host_url.rstrip("/"):
        raise ForgedRequest("Origin is missing or not ours")


def register(app: Flask, *, signed: Collection[str]) -> None:
    """Guards every unsafe request to `app` but those to the endpoints in `signed`, whose senders prove themselves."""

    def check() -> None:
        if request.method not in SAFE_METHODS and request.endpoint not in signed:
            require_same_origin()

    app.before_request(check)
