"""The servers of a run, as an operator would have them: everything on that writes anything down."""

import importlib.util
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import msgspec

from keepless import launch
from keepless.adapters.sealing.keyring import generate
from keepless.launch import LaunchError
from keepless.prove import postgres, processes, valkey
from keepless.prove.bank import Bank, bank
from keepless.prove.canaries import Canaries, Kind, Planted
from keepless.prove.mailbox import Mailbox
from keepless.prove.postgres import Postgres
from keepless.prove.processes import Running
from keepless.prove.valkey import Valkey
from keepless.prove.workspace import Workspace

STAGE = "keepless.prove.stage:app"
WORKERS, THREADS = 2, 16
SQLITE = "keepless.sqlite"


class Servers(msgspec.Struct, frozen=True, kw_only=True):
    """All that runs. `environment` is the web server's, `postgres` None where SQLite stands in for it."""

    origin: str
    web: Running
    bank: Bank
    valkey: Valkey
    postgres: Postgres | None
    environment: Mapping[str, str]

    @property
    def ours(self) -> list[Running]:
        """Those of the server side."""
        return [self.web, self.valkey.running, *([self.postgres.running] if self.postgres else [])]


def settings(
    place: Workspace, canaries: Canaries, *, port: int, plaid: str, redis: str, database: str, mail: str
) -> dict[str, str]:
    """The web server's whole environment. Its keys are canaries too: they are in its memory, and in no file."""

    def key(value: str) -> str:
        return canaries.secret(Kind.SERVER_KEY, value)

    origin = f"http://localhost:{port}"
    path = Path(__file__).parents[2]
    return {
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "HOME": str(place.home),
        "TMPDIR": str(place.tmp),
        # Tests put modules of theirs beside ours.
        "PYTHONPATH": os.pathsep.join(filter(None, (str(path), os.environ.get("PYTHONPATH")))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TOKEN_ENCRYPTION_KEY": key(generate()),
        "FLASK_SECRET_KEY": key(secrets.token_hex(32)),
        "METRICS_TOKEN": key(secrets.token_hex(24)),
        "PLAID_ENV": "local",
        "PROXIES": "1",
        "PLAID_BASE_URL": plaid,
        "PLAID_WEBHOOK_URL": f"{origin}/api/webhooks/plaid",
        "PORT": str(port),
        "REDIS_URL": redis,
        "DATABASE_URL": database,
        "MAIL_URL": mail,
        "PUBLIC_URL": origin,
        "BILLING_WEBHOOK_SECRET": key(f"whsec_{secrets.token_hex(24)}"),
        "AUDIT_LOG": str(place.audit),
        "LOG_FORMAT": "json",
        **_reaper(),
    }


def _reaper() -> dict[str, str]:
    """A public key, where this release has a reaper. The private one is dropped: it is not the web server's."""
    if importlib.util.find_spec("keepless.adapters.sealing.reaper") is None:
        return {}
    from keepless.adapters.sealing.reaper import generate as pair  # noqa: PLC0415

    return {"REAPER_PUBLIC_KEY": pair().public}


@contextmanager
def servers(
    place: Workspace, planted: list[Planted], canaries: Canaries, mailbox: Mailbox, *, today: date, application: str
) -> Iterator[Servers]:
    """All of them up, the database with its tables; stopped with the block, the last first. Raises LaunchError."""
    with ExitStack() as stack:
        port = processes.free_port()
        plain = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        customers = stack.enter_context(
            bank(
                place,
                planted,
                canaries,
                today=today,
                webhook=f"http://localhost:{port}/api/webhooks/plaid",
                environment=plain,
            )
        )
        cache = stack.enter_context(valkey.server(place.valkey, place.logs))
        home = postgres.programs()
        data = stack.enter_context(postgres.server(home, place.database, place.logs)) if home is not None else None
        environment = settings(
            place,
            canaries,
            port=port,
            plaid=customers.url,
            redis=cache.url,
            database=data.url if data else f"sqlite:///{place.database / SQLITE}",
            mail=mailbox.url,
        )
        _make_tables(environment, place)
        service = launch.web_server(
            "127.0.0.1", port, workers=WORKERS, threads=THREADS, environment=environment, application=application
        )
        web = stack.enter_context(
            processes.running(
                service.name,
                service.command,
                log=place.logs / "web.log",
                environment=environment,
                is_up=service.is_up,
                folder=place.run,
                dumps_cores=True,
            )
        )
        yield Servers(
            origin=f"http://localhost:{port}",
            web=web,
            bank=customers,
            valkey=cache,
            postgres=data,
            environment=environment,
        )


def set_tier(environment: Mapping[str, str], email: str, tier: str) -> None:
    """As an operator does; nothing where this is not possible."""
    _keepless(environment, "users", "set-tier", email, tier)


def _make_tables(environment: Mapping[str, str], place: Workspace) -> None:
    """As an operator does. Raises LaunchError."""
    made = _keepless(environment, "database", "upgrade")
    (place.logs / "database.log").write_text(made.stdout + made.stderr, encoding="utf-8")
    if made.returncode:
        raise LaunchError(f"the database has no tables: {made.stderr.strip()[-400:]}")


def _keepless(environment: Mapping[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "keepless", *words],
        env=dict(environment),
        cwd=environment["HOME"],
        capture_output=True,
        text=True,
        check=False,
    )
