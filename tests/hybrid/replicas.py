"""Keepless as it runs at an operator's: gunicorn processes that share nothing but their settings and one cache."""

import secrets
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from support.run import REPOSITORY, environment, free_port, wait_until

from keepless import launch
from keepless.adapters.sealing.copies import CopyEnvelope
from keepless.adapters.sealing.keyring import Keyring, generate

ENVIRONMENT = "local"


def new_secrets() -> dict[str, str]:
    """Every secret that an installation has but REDIS_URL."""
    return {
        "TOKEN_ENCRYPTION_KEY": generate(),
        "FLASK_SECRET_KEY": secrets.token_urlsafe(48),
        "PLAID_CLIENT_ID": "client-" + secrets.token_hex(12),
        "PLAID_SECRET": secrets.token_hex(15),
    }


def copy_envelope(settings: dict[str, str]) -> CopyEnvelope:
    """What names and seals the copies of an installation with these secrets."""
    return CopyEnvelope(Keyring.parse(settings["TOKEN_ENCRYPTION_KEY"]), ENVIRONMENT)


@contextmanager
def replicas(
    count: int, settings: dict[str, str], *, plaid: str, cache: str, folder: Path, threads: int = 32
) -> Iterator[list[str]]:
    """So many replicas, up and answering; their addresses. Each is one worker process with `threads` threads."""
    given = {**settings, "PLAID_ENV": ENVIRONMENT, "PLAID_BASE_URL": plaid, "REDIS_URL": cache, "LOG_FORMAT": "json"}
    with ExitStack() as stack:
        started = [stack.enter_context(_replica(given, folder / f"replica-{n}.log", threads)) for n in range(count)]
        for service, process in started:
            if not wait_until(lambda service=service: _is_up(service), seconds=60):
                raise AssertionError(f"a replica did not come up (exit code {process.poll()})")
        yield [
            f"http://127.0.0.1:{service.command[service.command.index('--bind') + 1].rpartition(':')[2]}"
            for service, _ in started
        ]


@contextmanager
def _replica(given: dict[str, str], log: Path, threads: int) -> Iterator[tuple[launch.Service, subprocess.Popen]]:
    service = launch.web_server("127.0.0.1", free_port(), workers=1, threads=threads, environment=given)
    with log.open("wb") as words:
        process = subprocess.Popen(
            service.command,
            cwd=REPOSITORY,
            env={**environment(log.parent), **given},
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
        try:
            yield service, process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)


def _is_up(service: launch.Service) -> bool:
    with suppress(OSError):
        return service.is_up()
    return False
