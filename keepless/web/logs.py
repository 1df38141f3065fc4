"""Logs that hold nothing secret and nothing of a person (R17): redaction, safe tracebacks, and ids as keyed hashes."""

import errno
import hashlib
import hmac
import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from typing import IO, Any

import structlog

from keepless.core.secret import Secret
from keepless.errors import KeeplessError

REDACTED = "[redacted]"

# What may stand between quotes, or up to the next blank where there are none.
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'}\]]+)"""
_SECRETS = re.compile(
    rf"""(?ix)
    \b(?:access|public|link)-[a-z]+-[0-9a-z-]+      # Plaid's tokens
    | \bv[0-9]\.[\w-]+\.[\w-]{{16,}}[\w.-]*         # our sealed texts, and whom they are bound to
    | \beyJ[\w-]+\.[\w-]+\.[\w-]*                   # signed tokens (JWT)
    | \b(?:bearer|basic)\s+[^\s,;]+                 # Authorization
    | \b(?:set-cookie|cookie|authorization|stripe-signature|plaid-verification)\s*[:=]\s*[^\r\n]*
    | \bt=\d+\s*,\s*v\d=[^\s"']+                    # what Stripe-Signature holds
    | \bwhsec_[\w-]+                                # the secret that it is made with
    | \bsmtps?://[^\s"'<>]+                         # a mail server, its password, and who sends
    | /sign-in/[\w%.~-]+                            # links to sign in with
    | \b(?:pass(?:word|wd|phrase)?|pwd|secret|api_?key)["']?\s*[:=]\s*{_VALUE}
    | ["'](?:ciphertext|sealed|salt|nonce)["']\s*:\s*{_VALUE}  # files that a passphrase opens
    # Keys, nonces and secrets in base64, and in hex.
    | (?-i:\b(?=[\w-]{{0,99}}[0-9])(?=[\w-]{{0,99}}[A-Z])(?=[\w-]{{0,99}}[a-z])[\w-]{{40,}}=*)
    | \b[0-9a-f]{{40,}}\b
    """
)
# Looked for only where there is an @ at all.
_ADDRESSES = re.compile(
    r"""(?ix)
    \b[a-z][a-z0-9+.-]{0,20}://[^\s"'<>]{0,500}@[^\s"'<>]*            # with a password: databases, caches, mail servers
    | [^\s@<>()\[\]\\,;:"'=/]{1,64}@[^\s@<>()\[\]\\,;:"'=/]*[\w-]     # e-mail addresses
    """
)
_SECRET_KEYS = re.compile(
    r"(?i)authorization|cookie|token|secret|passw|passphrase|e_?mail|signature|(?:database|mail|redis)_url|dsn|nonce"
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_FRAMES = 12


def redact(text: str) -> str:
    """`text` without tokens, keys, sealed texts, cookies, passwords, e-mail addresses and links to sign in with.

    It is on one line: controls are written as escapes.
    """
    if "@" in text:
        text = _ADDRESSES.sub(REDACTED, text)
    return _CONTROLS.sub(_escape, _SECRETS.sub(REDACTED, text))


def describe(error: BaseException) -> dict[str, Any]:
    """What a log may say of an error: its type, where it was raised, and its causes; no value, no source line.

    The text is there for errors of our own only, which promise to carry no secret. Others' texts may quote anything.
    """
    chain: list[str] = []
    link: BaseException | None = error
    while link is not None and len(chain) < _FRAMES:
        chain.append(type(link).__qualname__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return {
        "error": chain[0],
        **({"causes": chain[1:]} if len(chain) > 1 else {}),
        **({"text": str(error)} if isinstance(error, KeeplessError) else {}),
        "frames": [f"{_module(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def note_failing_audit(error: BaseException) -> None:
    """Says that the audit trail has begun to fail; the metric counts how often it does, until it says no more."""
    reason = errno.errorcode.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    structlog.get_logger("keepless.audit").error("audit trail not written", reason=reason, **describe(error))


class Pseudonyms:
    """Stands a keyed hash for an id: equal ids stay equal within one key, and nobody without it can go back."""

    def __init__(self, key: Secret) -> None:
        self._key = key.reveal().encode()

    def __call__(self, identifier: str) -> str:
        return hmac.digest(self._key, identifier.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()[:16]


def configure(*, style: str, stream: IO[str] | None = None, level: int = logging.INFO) -> None:
    """Sends all logs of the process, ours and the libraries', through the redaction to `stream` (standard error).

    `style` is "console" for people or "json" for machines. Called once at start; a later call replaces the former.
    """
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _tell_errors_safely,
        _redact_event,
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=(stream or sys.stderr).isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_keep_foreign_error, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
            keep_exc_info=False,
            use_get_message=True,
        )
    )
    handler.addFilter(_name_errors)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These write past the root on their own, with whole addresses and whole tracebacks.
    for name in ("werkzeug", "gunicorn.error", "gunicorn.access"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("gunicorn.error").addFilter(_quote_no_request)
    # Their lines hold whole addresses, with the words a person searched for.
    for name in ("werkzeug", "urllib3", "gunicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _name_errors(record: logging.LogRecord) -> bool:
    """Libraries put errors into their words ("broken by %r"): of each its type is told, as `describe` does."""
    if isinstance(record.args, tuple):
        record.args = tuple(_name_of(arg) if isinstance(arg, BaseException) else arg for arg in record.args)
    return True


def _name_of(error: BaseException) -> str:
    return str(error) if isinstance(error, KeeplessError) else type(error).__qualname__


def _quote_no_request(record: logging.LogRecord) -> bool:
    """The server's words for a request that it cannot read or answer quote it: address, header, sender's IP."""
    for words in ("Invalid request", "Error handling request"):
        if str(record.msg).startswith(words):
            record.msg, record.args = words, ()
    return True


def _keep_foreign_error(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Carries a library's exception over from its record, whose own text of it is dropped."""
    record = event.get("_record")
    if record is not None and record.exc_info:
        event["exc_info"] = record.exc_info
        record.exc_info = record.exc_text = None
    return event


def _tell_errors_safely(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    error = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event.update(describe(error))
    return event


def _redact_event(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    for key, value in event.items():
        if not key.startswith("_"):
            event[key] = REDACTED if _SECRET_KEYS.search(key) else _redact_value(value)
    return event


def _redact_value(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, BaseException):
        return redact(_name_of(value))
    if isinstance(value, Mapping):
        return {
            redact(str(key)): REDACTED if _SECRET_KEYS.search(str(key)) else _redact_value(item)
            for key, item in value.items()
        }
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_redact_value(item) for item in value]
    return redact(value if isinstance(value, str) else str(value))


def _escape(control: re.Match[str]) -> str:
    return control[0].encode("unicode_escape").decode()


def _module(filename: str) -> str:
    """The last two parts of a path: enough to find the file, without where it is installed."""
    return "/".join(filename.replace("\\", "/").rsplit("/", 2)[-2:])
