"""An installation's public keys, for those who check what it signed: from its address, asked with care, or a file."""

import time
from contextlib import closing
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import urllib3

KEYS_PATH = "/.well-known/keepless.json"
MAX_BYTES = 64 * 1024
SECONDS = 5.0
THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})


class Unpublished(Exception):
    """Neither the address nor the file gives what is asked of it; the text says why, in one line."""


def read(source: str) -> bytes:
    """What `--keys` names: a file, or an address as `fetched` takes it. As much as that gives. Raises Unpublished."""
    if "://" in source:
        return fetched(source)
    try:
        with Path(source).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        raise Unpublished(f"{source} cannot be read: {fault.strerror}") from None


def fetched(address: str) -> bytes:
    """What is published there: over https, or http from this machine; no redirect is followed. Raises Unpublished.

    At most a byte more than `MAX_BYTES`, which then says that it is too long.
    """
    url = _url(address)
    deadline = time.monotonic() + SECONDS
    try:
        with (
            urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(total=SECONDS)) as http,
            closing(http.request("GET", url, redirect=False, preload_content=False)) as answer,
        ):
            if answer.status != HTTPStatus.OK:
                raise Unpublished(f"{url} answered {answer.status}; give the keys by --keys")
            text = b""
            while part := answer.read1(MAX_BYTES):
                text += part
                if len(text) > MAX_BYTES:
                    break
                if time.monotonic() > deadline:
                    raise Unpublished(f"{url} did not answer within {SECONDS:.0f} seconds")
            return text
    except (urllib3.exceptions.HTTPError, OSError) as fault:
        raise Unpublished(f"{url} cannot be asked ({type(fault).__name__}); give the keys by --keys") from None


def _url(address: str) -> str:
    wrong = Unpublished(f"{address} is no address that keys are asked of: https, or http on this machine")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise wrong from None
    if not host or parts.username or parts.query or parts.fragment or not address.isprintable():
        raise wrong
    if parts.scheme != "https" and not (parts.scheme == "http" and host in THIS_MACHINE):
        raise wrong
    path = parts.path if parts.path.endswith(".json") else parts.path.rstrip("/") + KEYS_PATH
    return f"{parts.scheme}://{parts.netloc}{path}"
