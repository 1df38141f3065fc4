"""`keepless reap`: removes at Plaid what nobody can reach any more. Runs where the private key is, off the web tier."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import FrameType

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from keepless.adapters.plaid.settings import Patience
from keepless.adapters.sealing.reaper import Installation, ReaperKeys, generate
from keepless.commands.environment import environment
from keepless.commands.refusal import told
from keepless.config import ReaperSettings
from keepless.ports import ReaperStore
from keepless.services.pace import Pace
from keepless.services.reaper import GRACE, Reaped, Reaper, Survey

# Half of what Plaid takes from one client in a minute (docs/plaid.md, section 3): people disconnect banks meanwhile.
USUAL_PACE = {"production": 1_000, "sandbox": 250, "local": 250}
# Pauses and further tries are the reaper's own, so that all calls keep to its pace.
PATIENCE = Patience(read=30.0, budget=40.0, tries=1)
# Seconds: nobody waits for an answer here, and the web tier's own statements come first.
PATIENT = {"statement_seconds": 20.0, "operation_seconds": 60.0}
SOME_LEFT = 2

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@click.command()
@click.option("--remove", is_flag=True, help="Remove them. Without it nothing is changed.")
@click.option(
    "--per-minute", type=click.IntRange(1, 100_000), help="Removals a minute.  [default: half of Plaid's limit]"
)
@click.option("--at-once", type=click.IntRange(1, 64), default=8, show_default=True, help="Removals under way at once.")
def reap(*, remove: bool, per_minute: int | None, at_once: int) -> None:
    """Remove bank connections whose session is over, at Plaid.

    Needs REAPER_PRIVATE_KEY, DATABASE_URL and the PLAID_ settings of the web tier. It may be stopped at any moment and
    run again. Exit code: 0 nothing is left to do, 1 it could not begin, 2 some are left.
    """
    settings = ReaperSettings.from_env(environment())
    per_minute = per_minute or USUAL_PACE[settings.plaid.environment]
    if settings.beside_web and settings.plaid.environment != "local":
        err.print("Note: TOKEN_ENCRYPTION_KEY is set here too. The private key is safer where the web tier is not.")
    # A fault of the database that comes after the first removal is no fault of the run: it is counted with the others.
    with _reaper(settings, per_minute, at_once) as (reaper, stopping), told():
        if not remove:
            _tell_survey(reaper.survey(), settings.plaid.environment, per_minute)
            return
        reaped = _with_progress(reaper, stopping)
    _tell(reaped)
    sys.exit(exit_code(reaped))


def print_pair() -> None:
    """A new pair for the reaper, on standard output; on standard error what to do with it."""
    pair = generate()
    click.echo(f"REAPER_PUBLIC_KEY={pair.public}")
    click.echo(f"REAPER_PRIVATE_KEY={pair.private.reveal()}")
    err.print(
        f"key id {pair.key_id} (not secret). The public key goes to the web tier, the private one to where `keepless "
        "reap` runs, and nowhere else. Keep a copy of it: without it no envelope opens.",
        soft_wrap=True,
    )


def exit_code(reaped: Reaped) -> int:
    """0: nothing is left to do. 1: Plaid does not take the settings. 2: some are left, or nobody knows."""
    if reaped.refused:
        return 1
    return 0 if reaped.left == 0 else SOME_LEFT


@contextmanager
def _reaper(settings: ReaperSettings, per_minute: int, at_once: int) -> Iterator[tuple[Reaper, threading.Event]]:
    # Here, because the SDK costs half a second, and every command passes this module.
    from keepless.adapters.plaid.client import PlaidClient  # noqa: PLC0415

    access = settings.plaid
    opener = ReaperKeys.parse(settings.private_key, Installation(access.environment, access.client_id))
    stopping = threading.Event()
    plaid = PlaidClient(
        access.base_url, access.client_id, access.secret, access.environment, clock=_utc_now, patience=PATIENCE
    )
    try:
        with _store(settings, at_once + 1) as store:
            yield (
                Reaper(
                    store,
                    opener,
                    plaid,
                    clock=_utc_now,
                    pace=Pace(per_minute, monotonic=time.monotonic, pause=stopping.wait),
                    stopping=stopping,
                    at_once=at_once,
                ),
                stopping,
            )
    finally:
        plaid.close()


@contextmanager
def _store(settings: ReaperSettings, connections: int) -> Iterator[ReaperStore]:
    # Here for the same reason.
    from keepless.adapters.sql.stores import make_stores  # noqa: PLC0415

    stores = make_stores(settings.database_url, connections=connections, **PATIENT)
    try:
        yield stores.reaper
    finally:
        stores.close()


def _with_progress(reaper: Reaper, stopping: threading.Event) -> Reaped:
    """The run, with a bar where standard error is a terminal. The first Ctrl-C ends it in order, the second at once."""
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[note]}"))
    bar = Progress(*columns, console=err, disable=not err.is_terminal, transient=True)
    with _signals(stopping.set), bar:
        task = bar.add_task("", total=None, note="")

        def tell(reached: Reaped) -> None:
            failed = sum(reached.failed.values())
            bar.update(task, total=reached.due, completed=reached.done, note=f"{failed} failed" if failed else "")

        return reaper.reap(tell)


@contextmanager
def _signals(stop: Callable[[], object]) -> Iterator[None]:
    """SIGINT and SIGTERM ask for a stop, once; what is under way is waited for, so that its envelope goes as well."""
    former = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def ask(_signal: int, _frame: FrameType | None) -> None:
        for number in former:
            signal.signal(number, signal.SIG_DFL)
        stop()

    for number in former:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _tell_survey(survey: Survey, environment: str, per_minute: int) -> None:
    minutes = -(-(survey.due - survey.unopened) // per_minute)
    out.print(f"{survey.due:>9,}  due: their session ended at least {GRACE.seconds // 60} minutes ago")
    out.print(f"{survey.living:>9,}  held by sessions that live: left alone")
    if survey.unopened:
        out.print(f"{survey.unopened:>9,}  of the due do not open with this key, client and environment: left alone")
    out.print(
        f"Nothing was changed. With --remove they are removed at Plaid ({environment}), at most {per_minute:,} a "
        f"minute: about {minutes:,} min.",
        soft_wrap=True,
    )


def _tell(reaped: Reaped) -> None:
    lines: list[tuple[int | None, str]] = [
        (reaped.due, "were due"),
        (reaped.removed, "removed at Plaid"),
        (reaped.gone, "had been gone at Plaid before"),
    ]
    optional = [
        (reaped.held, "held by another session that lives: left alone"),
        (reaped.changed, "taken up again, or dealt with by another run, meanwhile"),
        (reaped.unopened, "do not open with this key, client and environment: left alone"),
        *((count, f"failed: {code}") for code, count in sorted(reaped.failed.items())),
    ]
    lines += [line for line in optional if line[0]]
    lines.append((reaped.left, "left for the next run"))
    for count, what in lines:
        out.print(f"{'unknown' if count is None else format(count, ','):>9}  {what}", soft_wrap=True)
    if reaped.stopped:
        err.print(f"Stopped early: {reaped.stopped}. Run it again to go on.", soft_wrap=True, markup=False)


def _utc_now() -> datetime:
    return datetime.now(UTC)
