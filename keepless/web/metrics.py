"""What is counted. Labels are route templates, methods, states and stable words: nothing of a person, ever (R17)."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

# Seconds. A live dashboard is bound by the bank's slowest answer, so the upper end is wide.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})
_FIRST_REFUSAL, _TOO_MANY, _FIRST_FAILURE = 400, 429, 500

# What is counted under a name of its own beside the route that it is.
_SIGN_INS = {
    ("POST", "/sign-in"): "asked",
    ("POST", "/api/sign-in"): "asked",
    ("POST", "/sign-in/<nonce>"): "signed_in",
    ("POST", "/api/sign-in/confirm"): "signed_in",
}
_DELETIONS = frozenset({("POST", "/delete-me"), ("DELETE", "/api/delete-me")})


class Metrics:
    """The counters of one application in one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "keepless_requests_total", "Answers given.", ("route", "method", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "keepless_request_seconds", "Time to an answer.", ("route",), registry=self.registry, buckets=BUCKETS
        )
        self._unreadable = Counter(
            "keepless_sessions_unreadable_total",
            "Session cookies that did not open. A rise after a deploy means a wrong TOKEN_ENCRYPTION_KEY.",
            ("reason",),
            registry=self.registry,
        )
        self._webhooks = Counter("keepless_webhooks_total", "Webhooks received.", ("outcome",), registry=self.registry)
        self._bank_problems = Counter(
            "keepless_bank_problems_total", "Banks that could not be read.", ("action",), registry=self.registry
        )
        self._cache = Counter(
            "keepless_cache_total",
            "Banks shown, by what the sealed cache did for them.",
            ("use",),
            registry=self.registry,
        )
        self._sign_ins = Counter(
            "keepless_sign_ins_total",
            "Sign-in links asked for and used, and attempts that were refused, limited or failed.",
            ("outcome",),
            registry=self.registry,
        )
        self._mails = Counter(
            "keepless_mails_total", "Mails handed over, or not.", ("outcome",), registry=self.registry
        )
        self._accounts = Counter(
            "keepless_accounts_database_total",
            "Answers that the database of accounts could not be asked for.",
            ("reason",),
            registry=self.registry,
        )
        self._deletions = Counter(
            "keepless_deletions_total",
            "Deletions of everything held of a visitor: done, unfinished (to be sent again), refused.",
            ("outcome",),
            registry=self.registry,
        )
        self._audit_lines = Counter(
            "keepless_audit_lines_total",
            "Acts that were written to the audit trail, or could not be.",
            ("outcome",),
            registry=self.registry,
        )
        self._uncovered = Counter(
            "keepless_reaper_uncovered_total",
            "Failures to store a bank's envelope for the reaper; they are tried again.",
            ("reason",),
            registry=self.registry,
        )
        self._errors = Counter(
            "keepless_unexpected_errors_total", "Errors that nobody foresaw.", ("type",), registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one answer. `route` is the template, never the path."""
        # A method is whatever the client writes: unknown ones share a label, or anyone could make labels without end.
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        asked = method, route
        if asked in _SIGN_INS:
            self._sign_ins.labels(_outcome(status, _SIGN_INS[asked], "failed")).inc()
        elif asked in _DELETIONS:
            self._deletions.labels(_outcome(status, "done", "unfinished")).inc()

    def session_unreadable(self, reason: str) -> None:
        self._unreadable.labels(reason).inc()

    def webhook(self, outcome: str) -> None:
        self._webhooks.labels(outcome).inc()

    def bank_problem(self, action: str) -> None:
        self._bank_problems.labels(action).inc()

    def cache_used(self, use: str) -> None:
        self._cache.labels(use).inc()

    def mail(self, outcome: str) -> None:
        """Counts one mail: sent, failed (worth trying again), or refused (the address takes none)."""
        self._mails.labels(outcome).inc()

    def accounts_fault(self, reason: str) -> None:
        self._accounts.labels(reason).inc()

    def audit_line(self, outcome: str) -> None:
        self._audit_lines.labels(outcome).inc()

    def reaper_uncovered(self, reason: str) -> None:
        self._uncovered.labels(reason).inc()

    def unexpected(self, error: BaseException) -> None:
        self._errors.labels(type(error).__name__).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)


def _outcome(status: int, good: str, failed: str) -> str:
    if status < _FIRST_REFUSAL:
        return good
    if status == _TOO_MANY:
        return "limited"
    return "refused" if status < _FIRST_FAILURE else failed
