"""The findings, for a reader at the terminal, and as JSON."""

from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from keepless.prove.findings import Findings, Look

_MOST_SHOWN = 40


def write_json(findings: Findings, path: Path) -> None:
    """The same as a file; it holds no canary either."""
    facts = {**msgspec.to_builtins(findings), "passed": findings.passed, "faults": findings.faults}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n")


def show(findings: Findings, out: Console) -> None:
    """What was planted, done, searched and found, and what was not."""
    planted = ", ".join(f"{number} {kind}" for kind, number in findings.canaries.items())
    out.print(f"\n[bold]Planted[/bold]  {sum(findings.canaries.values())} canaries: {planted}")
    out.print(
        f"         looked for as {findings.needles:,} byte strings, and inside gzip, zlib, zstd, bzip2, xz and LZF"
    )
    control = findings.control
    out.print(
        f"[bold]Control[/bold]  {control.found} of {control.planted} planted on purpose were found, "
        f"in {control.forms} forms of every kind; their files are removed"
    )
    _show_driven(findings, out)
    for look in findings.looks:
        _show_look(look, out)
    if findings.browser is not None:
        _show_browser(findings.browser, out)
    _show_rest(findings, out)
    if findings.passed:
        out.print(
            f"\n[green]0 hits[/green] in {sum(look.bytes for look in findings.looks):,} bytes at rest; "
            f"{findings.seconds:.0f} s in all.\n"
        )
    else:
        for fault in findings.faults:
            out.print(f"[red]Not proven[/red]: {fault}.", soft_wrap=True)
        out.print(f"{findings.seconds:.0f} s in all.\n")


def _show_driven(findings: Findings, out: Console) -> None:
    driven = findings.driven
    out.print(
        f"[bold]Driven[/bold]   {driven.driven} of {driven.routes} routes, {driven.requests:,} requests; "
        f"{driven.raised} failed on purpose with a token in hand, {driven.killed} workers killed at work"
    )
    for words, routes in (("refused each time", driven.only_refused), ("not asked for", driven.never_asked)):
        if routes:
            out.print(f"         {words}: {', '.join(routes)}", soft_wrap=True, markup=False)


def _show_look(look: Look, out: Console) -> None:
    table = Table(title=f"\nSearched {look.name}", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("place", "files", "bytes", "unpacked", "by design", "hits"):
        table.add_column(name, justify="left" if name == "place" else "right")
    for place, count in look.places.items():
        found = sum(hit.place == place for hit in look.hits)
        allowed = look.by_design.get(place, 0)
        table.add_row(
            place,
            f"{count.files:,}",
            f"{count.bytes:,}",
            f"{count.unpacked:,}",
            f"{allowed:,}" if allowed else "",
            f"[red]{found:,}[/red]" if found else "0",
        )
    unpacked = f"{look.unpacked:,}"
    table.add_row("in all", f"{look.files:,}", f"{look.bytes:,}", unpacked, "", f"{len(look.hits):,}", style="bold")
    out.print(table)
    for hit in look.hits[:_MOST_SHOWN]:
        out.print(f"  found: {hit.label}, {hit.form}, in {hit.where} at byte {hit.at:,}", markup=False, soft_wrap=True)
    if len(look.hits) > _MOST_SHOWN:
        out.print(f"  and {len(look.hits) - _MOST_SHOWN:,} more; --json has them all")
    cut = sum(count.cut for count in look.places.values())
    if cut:
        out.print(f"  {cut} packed streams were longer than is read of one: the rest of them was not searched")


def _show_browser(look: Look, out: Console) -> None:
    kinds = sorted({str(hit.kind) for hit in look.hits})
    found = f"{len(look.hits):,} found there ({', '.join(kinds)})" if kinds else "nothing found there"
    out.print(
        f"\n[bold]In your own browser[/bold]  {look.files:,} files, {look.bytes:,} bytes of a Chromium: {found}. "
        "That is your device and no server of ours, so it is told and not counted."
    )


def _show_rest(findings: Findings, out: Console) -> None:
    designed = sorted({what for look in findings.looks for what in look.by_design})
    if designed:
        out.print(
            "\n[bold]Held by design[/bold]  an account's e-mail, and its trends where it asked for that: sealed, and"
        )
        out.print("  opened by its own browser's cookie alone; in the database and nowhere else")
        for what in designed:
            times = max(look.by_design.get(what, 0) for look in findings.looks)
            out.print(f"  {what}: {times:,} times")
    for what in findings.stays:
        out.print(f"[bold]Stays for a while[/bold]  {what}.", soft_wrap=True)
    if findings.watched:
        out.print(
            f"[bold]Came and went[/bold]  {len(findings.watched)} files in the web server's folders, searched too:"
        )
        for name in findings.watched[:_MOST_SHOWN]:
            out.print(f"  {name}", markup=False)
    else:
        out.print("[bold]Came and went[/bold]  no file was ever made in the web server's folders")
    known = {True: "off", False: "ON", None: "not known on this system"}
    out.print(f"[bold]Core dumps[/bold]  {known[findings.cores_off]}")
    out.print(
        "[bold]Not searched[/bold]  memory and swap, environments of processes (the server's keys are in them), the "
        "bank's own files, the mailbox",
        soft_wrap=True,
    )
    if findings.busy:
        out.print("             and some new files elsewhere: other programs here wrote more than is searched")
    for what in findings.uncovered:
        out.print(f"[yellow]Not covered[/yellow]  {what}", soft_wrap=True)
