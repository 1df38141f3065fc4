"""What a GET may learn and keep in the browser: two cookies without a secret in them, believed only so far.

A hint changes how Plaid is asked and which day it is for the visitor, never whose data is shown. Garbage is no hint.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from hashlib import sha256
from zoneinfo import ZoneInfo

from flask import Response, request

from keepless.errors import BadCookie
from keepless.services.vault import MAX_BANKS
from keepless.web import cookies

COUNTS_NAME = "keepless-hints"
ZONE_NAME = "keepless-tz"  # set by our script, from the browser's own time zone; not HttpOnly for that reason
MOST = 999_999  # a count beyond it is kept as this: the rest is then asked for in a second round
_DIGEST_BYTES = 6

# `1.<digest>.<count>.<digest>.<count>…`: at most six digits, none of them a leading zero.
_COUNTS = re.compile(r"1((?:\.[A-Za-z0-9_-]{8}\.(?:0|[1-9][0-9]{0,5}))*)")
# Narrower than what ZoneInfo looks up, which is files and, where those are missing, modules of the tzdata package.
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+){0,2}")


class HintsCookies:
    """Reads and writes the hints of the request at hand. One per application."""

    def __init__(self, *, https_only: bool = False) -> None:
        self._https_only = https_only

    def expected(self, item_ids: Iterable[str]) -> dict[str, int]:
        """How many transactions each of these banks had at the last visit, by item id; unknown ones are left out."""
        counts = _read_counts()
        return {item_id: counts[_digest(item_id)] for item_id in item_ids if _digest(item_id) in counts}

    def write(self, response: Response, learned: Mapping[str, int], *, item_ids: Iterable[str]) -> None:
        """Keeps the counts `learned` (by item id), when they changed.

        A bank of `item_ids` that was not learned now (it failed) keeps the count it had; banks that are not in
        `item_ids` are dropped. Raises InsecureTransport.
        """
        before = _read_counts()
        after: dict[str, int] = {}
        for item_id in item_ids:
            count = learned.get(item_id, before.get(_digest(item_id)))
            if count is not None:
                after[_digest(item_id)] = min(count, MOST)
        if after != before:
            text = ".".join(["1", *(f"{digest}.{count}" for digest, count in after.items())])
            self._put(response, COUNTS_NAME, text, max_age=cookies.LONGEST_LIFE)

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
        cookies.put(response, cookies.line(name, text, max_age=max_age, secure=secure))


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


def _digest(item_id: str) -> str:
    """Eight characters that stand for an item; the id, of 37 random characters, cannot be found back from them."""
    return urlsafe_b64encode(sha256(b"keepless.hint." + item_id.encode()).digest()[:_DIGEST_BYTES]).decode()
