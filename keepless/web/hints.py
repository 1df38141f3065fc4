"""What a GET may learn and keep in the browser: two cookies without a secret in them, believed only so far.

A hint changes how Plaid is asked and which day it is for the visitor, never whose data is shown. Garbage is no hint.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

from flask import Response, request

from keepless.errors import BadCookie
from keepless.services.vault import MAX_BANKS
from keepless.web import cookies

COUNTS_NAME = "keepless-hints"
ZONE_NAME = "keepless-tz"  # set by our script, from the browser's own time zone; not HttpOnly for that reason
MOST = 999_999  # a count beyond it is kept as this: the rest is then asked for in a second round

# `1.<digest>.<count>.<digest>.<count>…`: at most six digits, none of them a leading zero.
_COUNTS = re.compile(r"1((?:\.[A-Za-z0-9_-]{8}\.(?:0|[1-9][0-9]{0,5}))*)")
# Narrower than what ZoneInfo looks up, which is files and, where those are missing, modules of the tzdata package.
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


class HintsCookies:
    """Reads and writes the hints of the request at hand. One per application."""

    def __init__(self, *, https_only: bool = False) -> None:
        self._https_only = https_only

    def script_runs(self) -> bool:
        """Whether this browser has run our script: it alone sets the time zone."""
        return _value_of(ZONE_NAME) is not None

    def expected(self, item_ids: Iterable[str]) -> dict[str, int]:
        """How many transactions each of these banks had at the last visit, by item id; unknown ones are left out."""
        counts = _read_counts()
        return {item_id: counts[key] for item_id in item_ids if (key := cookies.digest_of(item_id)) in counts}

    def write(self, response: Response, learned: Mapping[str, int], *, item_ids: Iterable[str]) -> None:
        """Keeps the counts `learned` (by item id), when they changed.

        A bank of `item_ids` that was not learned now (it failed) keeps the count it had; banks that are not in
        `item_ids` are dropped. Raises InsecureTransport.
        """
        text = self.remembering(item_ids)(learned)
        if text is not None:
            self._put(response, COUNTS_NAME, text, max_age=cookies.LONGEST_LIFE)

    def remembering(self, item_ids: Iterable[str]) -> Callable[[Mapping[str, int]], str | None]:
        """A function from what was learned to the cookie's new text, None where it stays: usable after the request.

        For a stream, whose headers are gone by then: the page's script writes the cookie.
        """
        before = _read_counts()
        known = tuple(item_ids)

        def text(learned: Mapping[str, int]) -> str | None:
            after: dict[str, int] = {}
            for item_id in known:
                count = learned.get(item_id, before.get(cookies.digest_of(item_id)))
                if count is not None:
                    after[cookies.digest_of(item_id)] = min(count, MOST)
            if after == before:
                return None
            return ".".join(["1", *(f"{digest}.{count}" for digest, count in after.items())])

        return text

    def clear(self, response: Response) -> None:
        """Takes both hints out of the browser, at logout. Raises InsecureTransport."""
        for name in (COUNTS_NAME, ZONE_NAME):
            self._put(response, name, "", max_age=0)

    def clear_stray(self, response: Response) -> None:
        """The same for hints without a session: a page slower than the logout brought them back."""
        if any(_value_of(name) is not None for name in (COUNTS_NAME, ZONE_NAME)):
            self.clear(response)

    def time_zone(self) -> ZoneInfo | None:
        """The visitor's time zone by its IANA name; None where no zone of that name is known here."""
        name = _value_of(ZONE_NAME)
        if name is None or not _ZONE.fullmatch(name):
            return None
        try:
            return ZoneInfo(name)
        except (OSError, ValueError, LookupError):  # a folder of zones, not a zone file, not there
            return None

    def _put(self, response: Response, name: str, text: str, *, max_age: int) -> None:
        secure = cookies.over_https(request, https_only=self._https_only)
        # Not HttpOnly: the script of a page that fills by a stream writes them too, and they hold no secret.
        cookies.put(response, cookies.line(name, text, max_age=max_age, secure=secure, httponly=False))


def _read_counts() -> dict[str, int]:
    """Counts by digest; empty for a cookie that is missing or not exactly what `write` makes."""
    shape = _COUNTS.fullmatch(_value_of(COUNTS_NAME) or "")
    if shape is None:
        return {}
    words = shape[1].split(".")[1:]
    counts = dict(zip(words[::2], map(int, words[1::2]), strict=True))
    return counts if len(counts) <= MAX_BANKS and len(counts) * 2 == len(words) else {}


def _value_of(name: str) -> str | None:
    try:
        return cookies.value_of(request, name)
    except BadCookie:
        return None
