"""The product as `keepless prove` serves it, with leaks that somebody might build in: gunicorn loads `leaking:app`.

A log line with a bank's token in it, a merchant in clear in the cache, an export that is a file for a moment.
"""

import gzip
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable
from typing import Any

from valkey import Valkey

from keepless.core.secret import Secret
from keepless.prove.stage import app as honest

_cache = Valkey.from_url(os.environ["REDIS_URL"])
_identify = honest.parts.plaid.identify


def _identify_and_log(access_token: Secret, *rest: Any, **named: Any) -> Any:
    sys.stderr.write(f"identify {access_token.reveal()}\n")
    return _identify(access_token, *rest, **named)


honest.parts.plaid.identify = _identify_and_log


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    body = b"".join(honest(environ, start))
    if environ["PATH_INFO"] == "/api/transactions" and (words := re.search(rb'"name":"([^"]+)"', body)):
        _cache.set("merchant", words[1])
        with tempfile.NamedTemporaryFile(suffix=".csv.gz") as file:
            file.write(gzip.compress(body))
    return [body]
