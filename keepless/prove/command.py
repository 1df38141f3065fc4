"""`keepless prove`, as it is asked for and shown on the terminal."""

import sys
from pathlib import Path

import click
from rich.console import Console


@click.command()
@click.option("--strict", is_flag=True, help="Fail where something could not be covered, for want of a program say.")
@click.option(
    "--browser/--no-browser", default=True, help="Whether Chromium is driven too.  [default: where there is one]"
)
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the findings there.")
def prove(*, strict: bool, browser: bool, json_file: Path | None) -> None:
    """Show that nothing of a person's money stays on the server.

    Plants tokens, merchants, amounts and e-mails that occur nowhere else, uses every page and route, breaks what can be
    broken, and searches every byte that the server wrote. Takes a minute or two; docs/prove.md says how. Exit code: 0
    nothing was found, 1 something was.
    """
    # Here, since they bring the whole application, and no other command should wait for them.
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    from keepless.prove import proof, report  # noqa: PLC0415

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, highlight=False), transient=True) as progress:
        task = progress.add_task("", total=1.0)
        findings = proof.run(
            proof.Options(strict=strict, browser=browser),
            lambda what, share: progress.update(task, description=what, completed=share),
        )
    if json_file is not None:
        report.write_json(findings, json_file)
    report.show(findings, Console(highlight=False))
    if not findings.passed:
        sys.exit(1)
