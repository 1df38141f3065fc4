"""What is counted. Labels are route templates, methods, states and stable words: nothing of a person, ever (R17)."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST

# Seconds. A live dashboard is bound by the bank's slowest answer, so the upper end is wide.
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32)
_METHODS = frozenset({"GET", "HEAD", "POST", "DELETE", "OPTIONS"})


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
        self._errors = Counter(
            "keepless_unexpected_errors_total", "Errors that nobody foresaw.", ("type",), registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Counts one answer. `route` is the template, never the path."""
        # A method is whatever the client writes: unknown ones share a label, or anyone could make labels without end.
        self._requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def session_unreadable(self, reason: str) -> None:
        self._unreadable.labels(reason).inc()

    def webhook(self, outcome: str) -> None:
        self._webhooks.labels(outcome).inc()

    def bank_problem(self, action: str) -> None:
        self._bank_problems.labels(action).inc()

    def cache_used(self, use: str) -> None:
        self._cache.labels(use).inc()

    def unexpected(self, error: BaseException) -> None:
        self._errors.labels(type(error).__name__).inc()

    def exposition(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)
