"""The headers of every answer (R11, R12, R20)."""

from flask import Flask, Response, g, request

from keepless.web.faults import FIRST_ERROR_STATUS
from keepless.web.site import Site

# Link opens windows for a bank's own login (OAuth): those may keep their opener, everything else is cut off.
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin-allow-popups",
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
            "fullscreen", "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment",
            "picture-in-picture", "publickey-credentials-get", "screen-wake-lock", "sync-xhr", "usb",
            "xr-spatial-tracking",
        )
    ),
}  # fmt: skip
HSTS = "max-age=63072000; includeSubDomains"
STATIC_ENDPOINT = "static"


def run_link() -> None:
    """Lets Plaid Link run on the page that this request answers with. Called by the views of exactly those pages."""
    g.link_runs = True


def may_be_kept(seconds: int) -> None:
    """Lets caches keep this request's answer for so long. For views whose answer is the same for everybody."""
    g.kept_for = seconds


def content_security_policy(*, link_script: str | None = None, link_origins: tuple[str, ...] = ()) -> str:
    """The policy of a page; with `link_script` and `link_origins` that of a page where Link runs."""
    script = ("'self'", *((link_script,) if link_script else ()))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src " + " ".join(script),
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src " + " ".join(("'self'", *link_origins)),
            "worker-src 'self'",  # older browsers would look for it in default-src
            "frame-src " + (" ".join(link_origins) or "'none'"),
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def register(app: Flask, site: Site) -> None:
    """Puts the headers on every answer of `app`, errors included."""
    plain = content_security_policy()
    with_link = content_security_policy(link_script=site.link_script, link_origins=site.link_origins)

    def add(response: Response) -> Response:
        headers = response.headers
        for name, value in FIXED.items():
            headers[name] = value
        headers["Content-Security-Policy"] = with_link if g.get("link_runs") else plain
        if request.is_secure:
            headers["Strict-Transport-Security"] = HSTS
        is_fine = response.status_code < FIRST_ERROR_STATUS
        if is_fine and "kept_for" in g:
            headers["Cache-Control"] = f"public, max-age={g.kept_for}"
        elif request.endpoint != STATIC_ENDPOINT or not is_fine:
            # Every answer but a file of ours may depend on the session (R11): no cache, shared or on disk, keeps one.
            headers["Cache-Control"] = "no-store"
            response.vary.add("Cookie")
        return response

    app.after_request(add)
