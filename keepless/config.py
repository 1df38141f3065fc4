"""The settings of one installation. Read once, here; nobody below reads the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from keepless.adapters.sql.address import parse as parse_database_address
from keepless.adapters.valkey.address import parse as parse_cache_address
from keepless.core.secret import Secret
from keepless.errors import ConfigError

MIN_SECRET_LENGTH = 32
KEEP_CONNECTED_DAYS = 30
KEYGEN = "run `keepless keygen`"

PLAID_HOSTS = {
    "local": "http://127.0.0.1:5002",
    "sandbox": "https://sandbox.plaid.com",
    "production": "https://production.plaid.com",
}
PLAID_LINK_ORIGIN = "https://cdn.plaid.com"
REDIRECT_PATH = "/oauth-return"
LINK_SCRIPT_PATH = "/link/v2/stable/link-initialize.js"


@dataclass(frozen=True, slots=True)
class PlaidAccess:
    """Which Plaid is asked, and as whom. The local one knows nobody, so any keys will do there."""

    environment: str
    base_url: str
    client_id: str
    secret: Secret
    recurring: bool

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "PlaidAccess":
        """What `env` says of Plaid. Raises ConfigError with one line that says what to do."""
        read = Reader(env)
        environment = read.choice("PLAID_ENV", tuple(PLAID_HOSTS), default="local")
        base_url = read.url("PLAID_BASE_URL") or PLAID_HOSTS[environment]
        if environment != "local" and not base_url.startswith("https://"):
            raise ConfigError(f"PLAID_BASE_URL must be https where PLAID_ENV is {environment}")
        default = "local" if environment == "local" else None
        return cls(
            environment,
            base_url,
            read.required("PLAID_CLIENT_ID", hint="copy it from Plaid's dashboard", default=default),
            Secret(read.required("PLAID_SECRET", hint="copy it from Plaid's dashboard", default=default)),
            recurring=read.boolean("PLAID_RECURRING", default=False),
        )

    @property
    def link_origin(self) -> str:
        """Where Link's script and frame come from."""
        return self.base_url if self.environment == "local" else PLAID_LINK_ORIGIN

    @property
    def link_script(self) -> str:
        return self.link_origin + LINK_SCRIPT_PATH


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """What accounts need. `mail_url` None: a mailbox of this process, shown on the terminal and on `/dev/mail`."""

    database_url: Secret
    mail_url: Secret | None
    billing_secret: Secret | None
    reaper_public_key: str | None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "AccountSettings | None":
        """What `env` says of accounts; None without DATABASE_URL. Raises ConfigError."""
        read = Reader(env)
        database, mail = read.text("DATABASE_URL"), read.text("MAIL_URL")
        others = ("MAIL_URL", "BILLING_WEBHOOK_SECRET", "REAPER_PUBLIC_KEY")
        if database is None:
            if lonely := next(filter(read.text, others), None):
                raise ConfigError(f"{lonely} is for accounts: set DATABASE_URL too, or unset it")
            return None
        if read.text("PLAID_ENV") not in (None, "local") or read.boolean("HTTPS_ONLY", default=False):
            for name in ("MAIL_URL", "PUBLIC_URL"):
                if read.text(name) is None:
                    raise ConfigError(f"{name} is missing: accounts sign in by a link in a mail, see docs/accounts.md")
        billing = read.text("BILLING_WEBHOOK_SECRET")
        parse_database_address(database)
        return cls(
            database_url=Secret(database),
            mail_url=Secret(mail) if mail else None,
            billing_secret=_long_enough("BILLING_WEBHOOK_SECRET", billing) if billing else None,
            reaper_public_key=read.text("REAPER_PUBLIC_KEY"),
        )


@dataclass(frozen=True, slots=True)
class ReaperSettings:
    """What `keepless reap` needs, where it runs: not on the web tier."""

    private_key: Secret
    database_url: Secret
    plaid: PlaidAccess
    beside_web: bool  # whether the web tier's own secrets are set there too

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "ReaperSettings":
        """What `env` says of the reaper. Raises ConfigError."""
        read = Reader(env)
        return cls(
            private_key=Secret(
                read.required("REAPER_PRIVATE_KEY", hint="take the one that `keepless keygen --reaper` printed")
            ),
            database_url=Secret(read.required("DATABASE_URL", hint="take the web tier's")),
            plaid=PlaidAccess.from_env(env),
            beside_web=read.text("TOKEN_ENCRYPTION_KEY") is not None,
        )


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """Where the audit trail goes: a `folder`, or standard output where that is None; kept for `days` in a folder."""

    folder: Path | None
    days: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "AuditSettings | None":
        """What `env` says of the audit trail; None without AUDIT_LOG ("stdout", or a folder). Raises ConfigError."""
        read = Reader(env)
        where = read.text("AUDIT_LOG")
        days = read.number("AUDIT_DAYS", default=90, low=1, high=3650)
        return None if where is None else cls(None if where == "stdout" else Path(where), days)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set; docs/settings.md says each in a line. Secrets do not print."""

    token_encryption_key: Secret
    flask_secret_key: Secret
    plaid: PlaidAccess
    port: int
    use_stateless: bool
    https_only: bool
    session_days: int
    expected_key_id: str | None
    webhook_url: str | None
    redirect_uri: str | None
    metrics_token: Secret | None
    log_format: str
    redis_url: Secret | None
    accounts: AccountSettings | None
    audit: AuditSettings | None
    public_url: str | None
    proxies: int

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> "Settings":
        """The settings that `env` describes. Raises ConfigError with one line that says what to do."""
        read = Reader(env)
        if read.text("REAPER_PRIVATE_KEY"):
            raise ConfigError("REAPER_PRIVATE_KEY is set: keep it where `keepless reap` runs, and off the web tier")
        return cls(
            token_encryption_key=Secret(read.required("TOKEN_ENCRYPTION_KEY", hint=KEYGEN)),
            flask_secret_key=_long_enough("FLASK_SECRET_KEY", read.required("FLASK_SECRET_KEY", hint=KEYGEN)),
            plaid=PlaidAccess.from_env(env),
            port=read.number("PORT", default=5001, low=1, high=65535),
            use_stateless=read.boolean("USE_STATELESS", default=True),
            https_only=read.boolean("HTTPS_ONLY", default=False),
            session_days=read.number("SESSION_DAYS", default=7, low=1, high=30),
            expected_key_id=read.text("TOKEN_ENCRYPTION_KEY_ID"),
            webhook_url=read.url("PLAID_WEBHOOK_URL"),
            redirect_uri=_redirect_uri(read),
            metrics_token=_long_enough("METRICS_TOKEN", token) if (token := read.text("METRICS_TOKEN")) else None,
            log_format=read.choice("LOG_FORMAT", ("console", "json"), default="console"),
            redis_url=_redis_url(read),
            accounts=AccountSettings.from_env(env),
            audit=AuditSettings.from_env(env),
            public_url=read.url("PUBLIC_URL"),
            proxies=read.number("PROXIES", default=0, low=0, high=8),
        )


class Reader:
    """Strict reading of single values. Every value may also come from the file that `X_FILE` names."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env

    def text(self, name: str) -> str | None:
        direct, path = self._env.get(name), self._env.get(f"{name}_FILE")
        if direct and path:
            raise ConfigError(f"{name} and {name}_FILE are both set: keep one")
        if path:
            try:
                direct = Path(path).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as cause:
                raise ConfigError(f"{name}_FILE cannot be read: {type(cause).__name__}") from None
        return (direct or "").strip() or None

    def required(self, name: str, *, hint: str, default: str | None = None) -> str:
        value = self.text(name) or default
        if value is None:
            raise ConfigError(f"{name} is missing: {hint} and put it into .env or the environment")
        return value

    def choice(self, name: str, choices: tuple[str, ...], *, default: str) -> str:
        value = self.text(name) or default
        if value not in choices:
            raise ConfigError(f"{name} must be one of {', '.join(choices)}")
        return value

    def boolean(self, name: str, *, default: bool) -> bool:
        return self.choice(name, ("true", "false"), default=str(default).lower()) == "true"

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        text = self.text(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high):
            raise ConfigError(f"{name} must be a whole number from {low} to {high}")
        return int(text)

    def url(self, name: str) -> str | None:
        """An http or https address without user, query and fragment; plain http only to this machine."""
        text = self.text(name)
        if text is None:
            return None
        wrong = ConfigError(f"{name} must be an https address without user, query and fragment")
        try:
            parts = urlsplit(text)
        except ValueError:
            raise wrong from None
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise wrong
        if parts.username or parts.query or parts.fragment:
            raise wrong
        if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
            raise ConfigError(f"{name} must be https: plain http is for this machine only")
        return text.rstrip("/")


def _redirect_uri(read: Reader) -> str | None:
    """Where banks send people back to. Plaid takes plain http in its sandbox only."""
    address = read.url("PLAID_REDIRECT_URI")
    if address is None:
        return None
    if urlsplit(address).path != REDIRECT_PATH:
        raise ConfigError(f"PLAID_REDIRECT_URI must be one address of this installation, ending in {REDIRECT_PATH}")
    if read.text("PLAID_ENV") == "production" and not address.startswith("https://"):
        raise ConfigError("PLAID_REDIRECT_URI must be https where PLAID_ENV is production")
    return address


def _redis_url(read: Reader) -> Secret | None:
    """Where the sealed cache is; a secret, since it may hold a password."""
    url = read.text("REDIS_URL")
    if url is None:
        return None
    parse_cache_address(url)
    return Secret(url)


def _long_enough(name: str, text: str) -> Secret:
    if len(text) < MIN_SECRET_LENGTH or len(set(text)) < MIN_SECRET_LENGTH // 4:
        raise ConfigError(f"{name} is too weak, {MIN_SECRET_LENGTH} random characters at least: {KEYGEN}")
    return Secret(text)
