"""The `keepless` command: what it can be asked, and how it answers on the terminal."""

import contextlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from rich.console import Console

from keepless import __version__, launch
from keepless.adapters.sealing.keyring import Keyring, generate, key_id
from keepless.commands.audit import audit
from keepless.commands.database import OTHERS, database
from keepless.commands.environment import ENV_FILE
from keepless.commands.environment import environment as given_environment
from keepless.commands.reap import print_pair, reap
from keepless.commands.receipts import verify_receipt
from keepless.commands.refusal import told
from keepless.commands.users import users
from keepless.config import AccountSettings, Settings
from keepless.envfile import create_env_file
from keepless.errors import ConfigError
from keepless.prove.command import prove

FOLDER = click.Path(exists=True, file_okay=False)
RATE_LIMITS = ("production", "sandbox", "off")
THIS_MACHINE = ("127.0.0.1", "localhost", "::1")

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


def _local_plaid_options(command: Callable[..., None]) -> Callable[..., None]:
    """What can be chosen for a local Plaid, started alone or beside the app."""
    for option in (
        click.option(
            "--rate-limits", type=click.Choice(RATE_LIMITS), help="Whose limits it keeps.  [default: sandbox]"
        ),
        click.option("--users", type=FOLDER, help="The local Plaid serves each custom-user JSON file of it as a bank."),
        click.option("--latency-ms", type=click.IntRange(0, 60_000), help="What each call to the local Plaid takes."),
    ):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="keepless")
def cli() -> None:
    """Credit and spending, live from your banks through Plaid. Nothing is kept."""


@cli.command()
@click.option("--edition", type=click.Choice(["stateless", "database"]), default="stateless", show_default=True)
@click.option("--hybrid", is_flag=True, help="Stateless with a sealed cache: REDIS_URL, or a private Valkey.")
@click.option(
    "--production", is_flag=True, help="Listen on every address, log JSON, make no keys, start no local Plaid."
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the app.  [default: PORT, else 5001]")
@click.option("--workers", type=click.IntRange(1, 64), envvar="WEB_CONCURRENCY", default=1, show_default=True)
@click.option("--threads", type=click.IntRange(1, 512), default=32, show_default=True, help="Threads of each worker.")
@_local_plaid_options
def run(
    *,
    edition: str,
    hybrid: bool,
    production: bool,
    port: int | None,
    workers: int,
    threads: int,
    **local_plaid: str | int | None,
) -> None:
    """Run Keepless, and a local Plaid where PLAID_ENV is local."""
    if edition == "database":
        raise ConfigError("the database edition is not built yet: leave --edition out")
    environment = _environment(make_keys=not production)
    environment["USE_STATELESS"] = "true"
    if production:
        environment = {"LOG_FORMAT": "json", "HTTPS_ONLY": "true"} | environment
    if port:
        environment["PORT"] = str(port)
    settings = Settings.from_env(environment)
    Keyring.parse(settings.token_encryption_key.reveal(), expected_key_id=settings.expected_key_id)
    if settings.accounts is not None and not production:
        _bring_up(settings.accounts)
    host = "0.0.0.0" if production else "127.0.0.1"  # noqa: S104 - a production server is there to be reached
    with contextlib.ExitStack() as stack:
        services = []
        if hybrid and settings.redis_url is not None:
            out.print("Using the sealed cache at REDIS_URL.")
        elif hybrid:
            cache, environment["REDIS_URL"] = stack.enter_context(launch.private_cache())
            services.append(cache)
        if settings.plaid.environment == "local" and not production:
            services += _local_plaid(settings, _arguments(local_plaid), environment)
        launch.require_free(settings.port, host, choose="choose another with --port, or PORT in .env")
        services.append(
            launch.web_server(host, settings.port, workers=workers, threads=threads, environment=environment)
        )
        launch.run(services, on_up=lambda service: _say_up(service, settings))
    out.print("Stopped. Nothing was kept.")


@cli.command()
@click.option("--port", type=click.IntRange(0, 65535), default=5002, show_default=True)
@_local_plaid_options
def sandbox(*, port: int, **local_plaid: str | int | None) -> None:
    """Run the local Plaid alone."""
    command = [sys.executable, "-m", "keepless.sandbox", "--port", str(port), *_arguments(local_plaid)]
    os.execv(sys.executable, command)  # noqa: S606 - this process becomes the server; there is nothing to clean up


@cli.command()
@click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="Write a whole settings file instead."
)
@click.option("--reaper", is_flag=True, help="Make the pair of keys for `keepless reap` instead.")
def keygen(env_file: Path | None, *, reaper: bool) -> None:
    """Make a key for TOKEN_ENCRYPTION_KEY, on standard output.

    To rotate, put the new key before the old one, separated by a comma: the first seals, all open.
    """
    if reaper:
        if env_file is not None:
            raise ConfigError("--reaper and --env-file: choose one; a pair is never written into the web tier's file")
        print_pair()
        return
    key = generate()
    if env_file is None:
        click.echo(key)
        err.print(f"key id {key_id(key)} (not secret; TOKEN_ENCRYPTION_KEY_ID checks it at start)")
    elif create_env_file(env_file, key):
        out.print(f"Wrote {env_file} with fresh keys, readable by you only.")
    else:
        out.print(f"{env_file} is there already and was left as it is.")


for _command in (users, database, audit, verify_receipt, reap, prove):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point. A refusal is one line on stderr and exit code 1."""
    try:
        cli.main(args=list(arguments) if arguments is not None else None, prog_name="keepless")
    except (ConfigError, launch.LaunchError) as refusal:
        err.print(f"keepless: {refusal}", soft_wrap=True, markup=False)
        sys.exit(1)


def _bring_up(accounts: AccountSettings) -> None:
    """The tables of a local run's accounts; a deployment brings up its own (`keepless database upgrade`)."""
    from keepless.adapters.sql import schema  # noqa: PLC0415 - 0.3 s that a run without accounts does not need

    with told(schema_says=OTHERS):
        before = schema.upgrade(accounts.database_url)
    if not before.is_current:
        out.print("Made the tables for accounts.")


def _say_up(service: launch.Service, settings: Settings) -> None:
    out.print(f"[green]up[/green]  {service.name}")
    if service.name != launch.WEB_SERVER:
        return
    out.print(f"\n    http://localhost:{settings.port}\n")
    if settings.plaid.environment == "local":
        out.print("    Connect a bank there and choose the household [bold]demo[/bold].")
    out.print("    Ctrl-C stops everything.\n")


def _environment(*, make_keys: bool) -> dict[str, str]:
    """The environment over the `.env` of this folder, which is made where a local run has neither it nor keys."""
    has_keys = any(os.environ.get(name) for name in ("TOKEN_ENCRYPTION_KEY", "TOKEN_ENCRYPTION_KEY_FILE"))
    if make_keys and not has_keys and create_env_file(ENV_FILE, generate()):
        out.print(f"Wrote {ENV_FILE} with fresh keys, readable by you only.")
    return given_environment()


def _local_plaid(settings: Settings, arguments: Sequence[str], environment: Mapping[str, str]) -> list[launch.Service]:
    """The local Plaid to start; none where one answers already, or where the settings name another on purpose."""
    address = urlsplit(settings.plaid.base_url)
    port = address.port or 80
    elsewhere = address.hostname not in THIS_MACHINE
    on_purpose = "PLAID_BASE_URL" in environment and not launch.is_free(port)
    if elsewhere or on_purpose or launch.is_local_plaid(settings.plaid.base_url):
        out.print(f"Using the Plaid at {settings.plaid.base_url}.")
        return []
    launch.require_free(port, choose="set PLAID_BASE_URL to http://127.0.0.1 with another port")
    return [launch.local_plaid(port, arguments, environment)]


def _arguments(options: Mapping[str, str | int | None]) -> list[str]:
    """Options as they are written on a command line; what was not chosen is left out."""
    chosen = {name: value for name, value in options.items() if value is not None}
    return [text for name, value in chosen.items() for text in (f"--{name.replace('_', '-')}", str(value))]
