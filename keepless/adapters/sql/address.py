"""What DATABASE_URL says: which database, where, as whom, over what."""

import re
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

import msgspec

from keepless.core.secret import Secret
from keepless.errors import ConfigError

SETTING = "DATABASE_URL"
DEFAULT_PORT = 5432
_POSTGRESQL = ("postgresql", "postgres", "postgresql+psycopg")
# Of libpq's parameters (PostgreSQL's manual, 32.1.2) those that a URL of a hoster brings along. `host` here is the
# folder of a Unix socket.
_OPTIONS = ("host", "sslmode", "sslrootcert", "sslcert", "sslkey", "channel_binding")
_CHOICES = {
    "sslmode": ("disable", "prefer", "require", "verify-ca", "verify-full"),
    "channel_binding": ("disable", "prefer", "require"),
}
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\]")


class SqliteAddress(msgspec.Struct, frozen=True):
    """A file."""

    path: Path


class PostgresAddress(msgspec.Struct, frozen=True):
    """A database of a server. `host` is a name, an address or the folder of a Unix socket; `options` are libpq's."""

    host: str
    port: int
    database: str
    user: str | None = None
    password: Secret | None = None
    options: tuple[tuple[str, str], ...] = ()


Address = SqliteAddress | PostgresAddress


def parse(url: str) -> Address:
    """The database that a URL stands for.

    `sqlite:///accounts.db` (in the working directory), `sqlite:////srv/accounts.db`; `postgresql://user:password@host:
    5432/database`, also spelled `postgres://` and `postgresql+psycopg://`, with libpq's sslmode, sslrootcert, sslcert,
    sslkey and channel_binding behind a `?`, and `host` for the folder of a Unix socket. Raises ConfigError with one
    line that holds no part of the URL: there may be a password in it.
    """
    if not url.isascii() or not url.isprintable() or " " in url:
        raise _wrong("must not have blanks or special characters in it: write them in percent encoding")
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise _wrong("is not a URL") from None
    options = dict(given)
    if parts.fragment or url.endswith("#"):
        raise _wrong("must not have a fragment: write # as %23")
    if len(options) != len(given):
        raise _wrong("has an option twice")
    if parts.scheme == "sqlite":
        return _sqlite(parts, options)
    if parts.scheme in _POSTGRESQL:
        return _postgresql(parts, options)
    raise _wrong("must begin with sqlite:/// or postgresql://")


def _sqlite(parts: SplitResult, options: dict[str, str]) -> SqliteAddress:
    name = _decoded(parts.path.removeprefix("/"))
    if parts.netloc:
        raise _wrong("with sqlite needs three slashes before a path, four before an absolute one")
    if options:
        raise _wrong("with sqlite takes no options")
    if not name or name.startswith(":") or name.endswith("/"):
        raise _wrong("with sqlite needs the path of a file: a database in memory would be another in each process")
    path = Path(name)
    if not path.parent.is_dir():
        raise _wrong("names a file in a folder that is not there")
    if path.is_dir():
        raise _wrong("names a folder: with sqlite it needs a file")
    return SqliteAddress(path)


def _postgresql(parts: SplitResult, options: dict[str, str]) -> PostgresAddress:
    login, _, server = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    host, port = _server(server)
    folder = options.get("host", "")
    _check(options)
    if folder and (host or not folder.startswith("/")):
        raise _wrong("needs one host: before the path, or as ?host= the absolute path of a socket's folder")
    if not host and not folder:
        raise _wrong("needs a host")
    database = _decoded(parts.path.removeprefix("/"))
    if not database or "/" in database:
        raise _wrong("needs the name of a database after the host")
    if password and not user:
        raise _wrong("has a password and no user")
    return PostgresAddress(
        host=host.strip("[]") or folder,
        port=port,
        database=database,
        user=_decoded(user) or None,
        password=Secret(_decoded(password)) if password else None,
        options=tuple((name, value) for name, value in options.items() if name != "host"),
    )


def _server(text: str) -> tuple[str, int]:
    """The host, or nothing, and the port."""
    if "," in text:
        raise _wrong("needs one host: for several, one address that leads to the one in charge")
    shape = re.fullmatch(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{1,5}))?", text)
    host = shape["host"] if shape else ""
    if not shape or (host and not _HOST.fullmatch(host)):
        raise _wrong("needs a host name or an address, with a port where it is not 5432")
    port = int(shape["port"] or DEFAULT_PORT)
    if not 1 <= port <= 65_535:  # noqa: PLR2004 - the ports there are
        raise _wrong("needs a port from 1 to 65535")
    return host, port


def _check(options: dict[str, str]) -> None:
    if not options.keys() <= set(_OPTIONS):
        raise _wrong(f"with postgresql takes the options {', '.join(_OPTIONS)} only")
    for name, choices in _CHOICES.items():
        if name in options and options[name] not in choices:
            raise _wrong(f"needs {name} to be one of {', '.join(choices)}")
    for name in ("sslrootcert", "sslcert", "sslkey"):
        if name in options and options[name] != "system" and not Path(options[name]).is_file():
            raise _wrong(f"names a file in {name} that is not there")


def _decoded(text: str) -> str:
    try:
        plain = unquote(text, errors="strict")
    except UnicodeDecodeError:
        plain = "\0"
    if not plain.isprintable():
        raise _wrong("has characters in percent encoding that no name is made of")
    return plain


def _wrong(what: str) -> ConfigError:
    return ConfigError(f"{SETTING} {what}")
