"""Every error that crosses a layer, by one name each. `web/faults.py` maps them to responses."""

from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What a person or the program can do about a bank's fault."""

    RETRY = "retry"  # passing: try again in a moment
    WAIT = "wait"  # not ready yet: it fills by itself
    RECONNECT = "reconnect"  # Link in update mode
    RELINK = "relink"  # connect this bank anew
    DROP = "drop"  # the item is gone at Plaid
    OPERATOR = "operator"  # configuration of this installation
    NONE = "none"  # permanent, nothing to do


class KeeplessError(Exception):
    """Base of all errors of our own. Its text is safe to log: it never carries a secret."""


class PlaidFault(KeeplessError):
    """A call to Plaid that did not succeed.

    `code` is Plaid's error_code, or one of ours where no answer came: TIMEOUT, UNREACHABLE, BAD_ANSWER, CHANGING
    (the set kept changing between pages), DEADLINE, BAD_CURSOR (a sync from a cursor that is not the item's: what is
    held of it is to be filled anew). `retryable` is decided by (error_type, error_code), never by the
    HTTP status alone: bank outages arrive as 400. `retry_at` is when asking again can help (UTC), where that is known.
    """

    def __init__(
        self,
        code: str,
        *,
        error_type: str = "",
        retryable: bool = False,
        action: Action = Action.NONE,
        request_id: str | None = None,
        http_status: int | None = None,
        retry_at: datetime | None = None,
    ) -> None:
        super().__init__(f"{error_type or 'TRANSPORT'}/{code}" + (f" request_id={request_id}" if request_id else ""))
        self.code = code
        self.error_type = error_type
        self.retryable = retryable
        self.action = action
        self.request_id = request_id
        self.http_status = http_status
        self.retry_at = retry_at


class CacheFault(KeeplessError):
    """The cache could not be used.

    `reason` is a stable word for the metric: unreachable, slow, full, read_only, rubbish, refused,
    forgotten (the entry was removed on purpose just now).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the cache could not be used: {reason}")
        self.reason = reason


class SealBroken(KeeplessError):
    """A sealed text that does not open. `reason` is a stable word for the metric: malformed, unknown_key, forged."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"sealed text does not open: {reason}")
        self.reason = reason


class SessionMissing(KeeplessError):
    """No cookie came with the request."""


class SessionUnreadable(KeeplessError):
    """A cookie came that cannot be opened (R9). It is left as it is."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"session cookie does not open: {reason}")
        self.reason = reason


class SessionExpired(KeeplessError):
    """The session's lifetime is over; it may do one thing: revoke."""


class SessionEnded(KeeplessError):
    """The session of an account that was ended: signed out, ended elsewhere, or its user is being deleted.

    Like an expired one it may do one thing: revoke. `leaving` says that a deletion was begun and is to be finished.
    """

    def __init__(self, *, leaving: bool = False) -> None:
        super().__init__("the session was ended" + (" by a deletion that is not finished" if leaving else ""))
        self.leaving = leaving


class OtherAccount(KeeplessError):
    """This browser holds the banks of another account than the one that is signing in."""


class SignInRefused(KeeplessError):
    """A sign-in link that does not sign in: used, over its time, or asked for in another browser. One for all three."""


class StepUpNeeded(KeeplessError):
    """For this the person has to have signed in within five minutes, or to type their e-mail address."""


class NotInTier(KeeplessError):
    """The visitor's tier does not have this. `what`: history, banks, trends, audit_export; `most`: as many, if any."""

    def __init__(self, what: str, most: int | None = None) -> None:
        super().__init__(f"not in this tier: {what}" + (f" beyond {most}" if most is not None else ""))
        self.what = what
        self.most = most


class RateLimited(KeeplessError):
    """Too many attempts from one place. `retry_at` is when the next one counts (UTC)."""

    def __init__(self, retry_at: datetime) -> None:
        super().__init__("too many attempts")
        self.retry_at = retry_at


class AccountsFault(KeeplessError):
    """The database of accounts could not be used.

    `reason` is a stable word for the metric: unreachable, slow, schema, refused.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the database could not be used: {reason}")
        self.reason = reason


class MailFault(KeeplessError):
    """A mail could not be handed over. `permanent`: this address will not take it later either."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(f"the mail could not be handed over: {reason}")
        self.reason = reason
        self.permanent = permanent


class BadCookie(KeeplessError):
    """The Cookie header names our cookie twice, or under a name that only resembles it: someone may be shadowing it."""


class InsecureTransport(KeeplessError):
    """Plain http to a host that is not this machine: the session's cookie is neither read nor written there (R2)."""


class TooManyBanks(KeeplessError):
    """One more bank does not fit the sealed cookie (20 items, 4,096 bytes)."""


class UnknownBank(KeeplessError):
    """The session holds no bank of that item id."""


class LinkMissing(KeeplessError):
    """No connection that was begun in this browser waits to be finished: done, over its time, or begun elsewhere."""


class ConnectionLost(KeeplessError):
    """Plaid made a token that could not be sealed into a cookie (R14). `removed`: whether the item is gone again."""

    def __init__(self, *, removed: bool) -> None:
        super().__init__("the connection could not be sealed; item " + ("removed" if removed else "NOT removed"))
        self.removed = removed


class InvalidField(KeeplessError):
    """A value of a request that is out of range; names the field."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


class WebhookRefused(KeeplessError):
    """A webhook that its sender did not sign, or not now.

    `reason` is a stable word for the metric: malformed, algorithm, unknown_key, expired_key, signature, stale, future,
    body.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"webhook refused: {reason}")
        self.reason = reason


class Overloaded(KeeplessError):
    """Work that is costly on purpose, and as much of it as this process does at once is under way."""


class ConfigError(KeeplessError):
    """A setting that is missing, weak or contradictory; the text says what to run."""
