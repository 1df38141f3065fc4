"""What MAIL_URL says: which server takes our mail, as whom, over what, and from whom it is."""

import re
import ssl
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from keepless.core.email import normal
from keepless.core.secret import Secret
from keepless.errors import ConfigError

SETTING = "MAIL_URL"
# RFC 8314: submission on 587 with STARTTLS, on 465 with TLS from the first byte.
PORTS = {"smtp": 587, "smtps": 465}
MOST_NAME = 100
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9.:_-]{0,252}")


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server for mail. `tls` is used from the first byte where `is_tls_first`; None: none, on this machine only."""

    host: str
    port: int
    sender: Address
    user: str = ""
    password: Secret | None = None
    tls: ssl.SSLContext | None = None
    is_tls_first: bool = False


def parse(url: Secret) -> MailServer:
    """The server that a URL stands for.

    `smtp://user:password@host:587?from=Name <name@example.org>`: STARTTLS is insisted on, but to this machine. With
    `smtps://` it is TLS from the first byte. `ssl_ca_certs=FILE` names an authority of one's own. What is no plain
    letter is written in percent encoding. Raises ConfigError with one line that holds no part of the URL.
    """
    text = url.reveal()
    if not text.isprintable():
        raise _wrong("must not have control characters in it")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _wrong("is not a URL") from None
    if parts.scheme not in PORTS:
        raise _wrong("must begin with smtp:// or smtps://")
    if not _HOST.fullmatch(host):
        raise _wrong("needs a host name or an address")
    if parts.path not in ("", "/") or parts.fragment:
        raise _wrong("has no path and no fragment: write / as %2F and # as %23")
    if port == 0:
        raise _wrong("needs a port from 1 to 65535")
    options = _options(parts.query)
    sender = _sender(options.pop("from", ""))
    is_tls_first = parts.scheme == "smtps"
    authority = options.pop("ssl_ca_certs", None)
    if options:
        raise _wrong("has an option that is not known; known are from and ssl_ca_certs")
    user, password = _login(parts)
    return MailServer(
        host=host,
        port=port or PORTS[parts.scheme],
        sender=sender,
        user=user,
        password=password,
        tls=_tls(authority) if is_tls_first or host not in _THIS_MACHINE else None,
        is_tls_first=is_tls_first,
    )


def _options(query: str) -> dict[str, str]:
    """Read by hand: in an address a plus is a plus, and not a blank as in forms."""
    options: dict[str, str] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name in options:
            raise _wrong("has an option twice")
        options[name] = unquote(value)
    return options


def _sender(text: str) -> Address:
    name, address = parseaddr(text) if text.isprintable() else ("", "")
    known = normal(address)
    if known is None or len(name) > MOST_NAME or not known.isascii():
        raise _wrong("needs whom mails are from: ?from=name@example.org, or ?from=Name <name@example.org>")
    local, _, domain = known.rpartition("@")
    return Address(name, local, domain)


def _login(parts: SplitResult) -> tuple[str, Secret | None]:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) is not bool(password):
        raise _wrong("needs a user and a password, or neither of them")
    if not (user + password).isprintable():
        raise _wrong("must not have control characters in it")
    return user, Secret(password) if password else None


def _tls(authority: str | None) -> ssl.SSLContext:
    if authority is not None and not Path(authority).is_file():
        raise _wrong("names a file in ssl_ca_certs that is not there")
    try:
        context = ssl.create_default_context(cafile=authority)
    except (OSError, ValueError):
        raise _wrong("names a file in ssl_ca_certs that cannot be used: certificates in PEM are needed") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _wrong(what: str) -> ConfigError:
    return ConfigError(f"{SETTING} {what}")
