"""`keepless audit`: whether a trail is as it was written, and the lines of one person."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path

import click
import msgspec
from rich.console import Console

from keepless.adapters.audit.checking import Report, check_file, check_folder, check_stream
from keepless.adapters.audit.keys import AuditKeys, AuditSigner
from keepless.adapters.audit.reading import lines_of
from keepless.adapters.sealing.keyring import Keyring
from keepless.commands.environment import database_url, setting
from keepless.commands.published import Unpublished, read
from keepless.commands.refusal import Refusal, told
from keepless.core.audit import who_key, who_of
from keepless.core.audit_check import Finding, Summary
from keepless.core.email import normal
from keepless.core.secret import Secret

DAY = click.DateTime(formats=["%Y-%m-%d"])
DAY_SHAPE = "YYYY-MM-DD"

out = Console(highlight=False)


@click.group()
def audit() -> None:
    """Check the audit trail, or take out one person's lines."""


@audit.command()
@click.argument("trail")
@click.option(
    "--keys",
    metavar="FILE|URL",
    help="Public keys, or the installation's address.  [default: by the .env of this folder]",
)
@click.option("--noted", metavar="N:HASH", help="What an earlier check printed: the trail must still have that line.")
def verify(trail: str, keys: str | None, noted: str | None) -> None:
    """Check a TRAIL, and say where it is not as it was written.

    TRAIL is its folder, one file of it, or - for what came from standard output. Exit code: 0 nothing is wrong with it,
    1 something is, or it could not be checked.
    """
    try:
        report = _report(trail, _keys(keys), _noted(noted))
    except OSError as cause:
        raise Refusal(f"{trail} cannot be read: {cause.strerror or cause}") from None
    for summary in report.trails:
        _tell(summary)
    if report.foreign:
        out.print(f"{report.foreign:,} line(s) are of no audit trail and were passed over.")
    for finding in report.findings:
        _tell_finding(finding)
    if report.more_faults:
        out.print(f"{report.more_faults:,} further fault(s) are not listed.")
    if not report.is_sound:
        out.print("[red]This trail is not as it was written.[/red]")
        sys.exit(1)
    out.print("[green]Nothing is wrong with it.[/green]")


@audit.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--user", metavar="EMAIL", help="The e-mail address of an account.")
@click.option("--who", metavar="HASH", help="What stands for somebody in the lines: 16 hex digits.")
@click.option("--from", "first", type=DAY, metavar=DAY_SHAPE, help="From this day on.  [default: all that is kept]")
@click.option("--to", "last", type=DAY, metavar=DAY_SHAPE, help="Up to the end of this day, in UTC.")
def export(folder: Path, user: str | None, who: str | None, first: datetime | None, last: datetime | None) -> None:
    """Write one person's lines of the trail in FOLDER, as they are.

    They go to standard output.
    """
    if (user is None) is (who is None):
        raise Refusal("name one: --user EMAIL, or --who HASH")
    wanted = who if who is not None else _who_of_user(user or "")
    if len(wanted) != len(who_of(b"", "-")) or not set(wanted) <= set("0123456789abcdef"):
        raise Refusal("--who takes 16 hex digits, as they stand in the lines")
    days = (first.date() if first else date.min, last.date() if last else date.max)
    try:
        for line in lines_of(folder, wanted, first=days[0], last=days[1]):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains once more at its end
    except OSError as cause:
        raise Refusal(f"{folder} cannot be read: {cause.strerror or cause}") from None


@audit.command()
def keys() -> None:
    """Print the public keys for auditors, as `verify --keys` takes them.

    Keep them before a key is taken away: without it nobody can check what it signed.
    """
    click.echo(msgspec.json.encode({"audit_keys": _own_keys().list()}).decode())


def _report(trail: str, known: AuditKeys, noted: tuple[int, str] | None) -> Report:
    if trail == "-":
        return check_stream(_stripped(sys.stdin.buffer), "standard input", known.verify, noted)
    path = Path(trail)
    check = check_folder if path.is_dir() else check_file
    return check(path, known.verify, noted)


def _stripped(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line.rstrip(b"\r\n") for line in lines)


def _tell(summary: Summary) -> None:
    span = f"{summary.first_at} to {summary.last_at}" if summary.last_at else "without a time"
    out.print(f"Trail {summary.chain}: {summary.lines:,} lines, {summary.acts:,} of them acts, {span}.", soft_wrap=True)
    signed = f"{summary.checkpoints:,} checkpoints, signed by {', '.join(sorted(summary.keys)) or 'nobody'}"
    out.print(f"  {signed}.", soft_wrap=True)
    if summary.has_head:
        out.print("  The head, which is signed with every line, was compared with the end.")
    elif summary.unattested:
        out.print(f"  {summary.unattested:,} line(s) after the last checkpoint are not signed: no head was looked at.")
    if summary.last_hash:
        out.print(
            f"  Note this down, and check with --noted later: {summary.last_n}:{summary.last_hash}", soft_wrap=True
        )


def _tell_finding(finding: Finding) -> None:
    place = finding.place
    number = f", n {place.n}" if place.n is not None else ""
    word = f"[red]{finding.kind}[/red]" if finding.kind else "note"
    out.print(f"{word}  {place.file} line {place.line}{number}: {finding.detail}", soft_wrap=True)


def _keys(where: str | None) -> AuditKeys:
    if where is None:
        return _own_keys()
    try:
        return AuditKeys.published(read(where))
    except Unpublished as fault:
        raise Refusal(f"--keys: {fault}") from None


def _own_keys() -> AuditSigner:
    text = setting("TOKEN_ENCRYPTION_KEY")
    if not text:
        raise Refusal("TOKEN_ENCRYPTION_KEY is not here: name the public keys with --keys FILE or --keys ADDRESS")
    return AuditSigner(Keyring.parse(text))


def _noted(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdigit() and len(digest) == len("0" * 64)):
        raise Refusal("--noted takes N:HASH, as an earlier check printed it")
    return int(number), digest


def _who_of_user(email: str) -> str:
    """What stands for an account in the lines. Raises Refusal."""
    from keepless.adapters.sql.stores import make_stores  # noqa: PLC0415 - SQLAlchemy takes 0.3 s

    secret = setting("FLASK_SECRET_KEY")
    if not secret:
        raise Refusal("--user needs DATABASE_URL and FLASK_SECRET_KEY of the installation; or use --who")
    address = normal(email)
    with told(), closing(make_stores(database_url())) as stores:
        user = stores.accounts.find(address) if address else None
    if user is None:
        raise Refusal("no account has this address; after a deletion only --who finds its lines")
    return who_of(who_key(Secret(secret)), user.id)
