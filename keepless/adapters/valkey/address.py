"""What REDIS_URL says: which servers, as whom, over what."""

import ipaddress
import re
import ssl
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from keepless.core.secret import Secret
from keepless.errors import ConfigError

SETTING = "REDIS_URL"
DEFAULT_PORT = 6379
MAX_DATABASE = 65_535
# The field that holds a Unix socket's path in the kernel's address is that long on Linux, and shorter nowhere we run.
MAX_SOCKET_PATH = 103
_PLAIN, _TLS = ("redis", "valkey"), ("rediss", "valkeys")
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_CHECK_HOSTNAME = "ssl_check_hostname"
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})")
_SERVER = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?")


class Server(NamedTuple):
    """One server: a host and its port, or the path of a Unix socket (then the port is 0)."""

    host: str
    port: int

    @property
    def is_socket(self) -> bool:
        return self.port == 0


class Login(msgspec.Struct, frozen=True):
    """As whom, and into which database."""

    username: str | None = None
    password: Secret | None = None
    database: int = 0


class Address(msgspec.Struct, frozen=True):
    """One or more servers (the known nodes of a cluster, say) that are spoken to in the same way."""

    servers: tuple[Server, ...]
    login: Login
    tls: ssl.SSLContext | None = None


def parse(url: str) -> Address:
    """The address that a URL stands for; reads the certificates it names.

    `redis://` and `rediss://` (TLS), also spelled `valkey://` and `valkeys://`, with one host or several separated by
    commas; `unix://` with the path of a socket. TLS takes the query options ssl_ca_certs, ssl_certfile, ssl_keyfile
    (files) and ssl_check_hostname (true, false), a socket takes db. Raises ConfigError with one line that holds no
    part of the URL: there may be a password in it.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong("must not have blanks or special characters in it: write them in percent encoding")
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError:
        raise _wrong("is not a URL") from None
    if parts.fragment:
        raise _wrong("must not have a fragment: write # as %23")
    user, _, hosts = parts.netloc.rpartition("@")
    if parts.scheme == "unix":
        return _unix(parts, user, hosts, options)
    if parts.scheme not in _PLAIN + _TLS:
        raise _wrong("must begin with redis://, rediss:// or unix://")
    tls = None
    if parts.scheme in _TLS:
        tls = _tls(options)
    _require_none(options)
    servers = tuple(_server(text) for text in hosts.split(","))
    if len(set(servers)) != len(servers):
        raise _wrong("names a host twice")
    return Address(servers, _login(user, parts.path.removeprefix("/")), tls)


def _unix(parts: SplitResult, user: str, hosts: str, options: dict[str, str]) -> Address:
    path = unquote(parts.path)
    if hosts or not path.startswith("/") or "\0" in path or len(path.encode()) > MAX_SOCKET_PATH:
        raise _wrong(f"with unix:// needs the absolute path of a socket, {MAX_SOCKET_PATH} bytes at most")
    login = _login(user, options.pop("db", ""))
    _require_none(options)
    return Address((Server(path, 0),), login)


def _server(text: str) -> Server:
    shape = _SERVER.fullmatch(text)
    host = shape["host"] if shape else ""
    port = int(shape["port"]) if shape and shape["port"] else DEFAULT_PORT
    if not 1 <= port <= 65_535:  # noqa: PLR2004 - the ports there are
        raise _wrong("needs ports from 1 to 65535")
    if host.startswith("[") and "%" not in host:
        try:
            return Server(str(ipaddress.IPv6Address(host[1:-1])), port)
        except ValueError:
            host = ""
    if not _HOST.fullmatch(host):
        raise _wrong("needs a host name or an address, with a port where it is not 6379; several with commas between")
    return Server(host, port)


def _login(user: str, database: str) -> Login:
    name, _, password = user.partition(":")
    if database and not (database.isdigit() and len(database) <= len(str(MAX_DATABASE))):
        raise _wrong("needs a number for its database, or none")
    if int(database or 0) > MAX_DATABASE:
        raise _wrong(f"needs a database from 0 to {MAX_DATABASE}")
    if name and not password:
        raise _wrong("names a user without a password: write :password@ where there is no user")
    return Login(unquote(name) or None, Secret(unquote(password)) if password else None, int(database or 0))


def _tls(options: dict[str, str]) -> ssl.SSLContext:
    files = {name: options.pop(name) for name in _FILES if name in options}
    checks = options.pop(_CHECK_HOSTNAME, "true")
    if checks not in ("true", "false"):
        raise _wrong(f"takes {_CHECK_HOSTNAME}=true or false")
    for name, path in files.items():
        if not Path(path).is_file():
            raise _wrong(f"names a file in {name} that is not there")
    if "ssl_keyfile" in files and "ssl_certfile" not in files:
        raise _wrong("has ssl_keyfile without ssl_certfile")
    try:
        context = ssl.create_default_context(cafile=files.get("ssl_ca_certs"))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = checks == "true"
        if "ssl_certfile" in files:
            # A key with a passphrase has none here: asking for one on the terminal would stop the start.
            context.load_cert_chain(files["ssl_certfile"], files.get("ssl_keyfile"), password="")
    except (OSError, ValueError):
        raise _wrong("names a certificate or key that cannot be used: PEM, the two matching, no passphrase") from None
    return context


def _require_none(options: dict[str, str]) -> None:
    if options:
        raise _wrong(f"has a query option that is not known; known are {', '.join((*_FILES, _CHECK_HOSTNAME))} and db")


def _wrong(what: str) -> ConfigError:
    return ConfigError(f"{SETTING} {what}")
