"""One look at everything that is at rest, and the parting of what is held by design from what must not be there."""

from collections.abc import Collection
from pathlib import Path

from keepless.prove import places
from keepless.prove.canaries import Canaries, Kind
from keepless.prove.findings import Look
from keepless.prove.forms import DIGEST
from keepless.prove.postgres import Postgres
from keepless.prove.scanner import Hit, Scanner
from keepless.prove.servers import Servers
from keepless.prove.watcher import Watcher
from keepless.prove.workspace import Workspace

# What the database is for: an account's e-mail (a hash of it without a key would be one more copy of it), and the
# sealed trends of those who asked to have them stored.
_BY_DESIGN = {
    Kind.EMAIL: frozenset({places.DATABASE, f"{places.ROWS}users"}),
    Kind.CAPSULE: frozenset({places.DATABASE, f"{places.ROWS}trend_capsules"}),
}


class Search:
    """Looks at one workspace as often as it is asked; `looks`, `stays` and `uncovered` grow.

    `since` is when the run began, in seconds since 1970. `busy` says that other programs made too many files elsewhere
    to search them all.
    """

    def __init__(self, place: Workspace, canaries: Canaries, watcher: Watcher, since: float) -> None:
        self._place = place
        self._canaries = canaries
        self._watcher = watcher
        self._since = since
        self.looks: list[Look] = []
        self.stays: list[str] = []
        self.uncovered: list[str] = []
        self.busy = False

    def while_running(self, up: Servers) -> None:
        """What the servers hand out, what they hold open without a name, and every file."""
        scanner = Scanner(self._canaries)
        up.valkey.settle()
        for kind, entry in up.valkey.entries():
            scanner.data(places.ENTRIES, kind, entry)
        if up.postgres is not None:
            up.postgres.settle()
            _scan_tables(scanner, up.postgres)
        for shown, path in places.nameless(pid for one in up.ours for pid in one.family()):
            scanner.file(places.NAMELESS, path, name=shown)
        self._files(scanner)
        self._add("while the servers run", scanner)

    def tables(self, database: Postgres, gone: Collection[str]) -> None:
        """The rows alone, once accounts are deleted; `gone` are the labels of their e-mails."""
        scanner = Scanner(self._canaries)
        _scan_tables(scanner, database)
        self._add("the tables, once an account is deleted", scanner, gone)

    def once_stopped(self, gone: Collection[str]) -> None:
        """Every file that is left."""
        scanner = Scanner(self._canaries)
        self._files(scanner)
        self._add("once the servers have stopped", scanner, gone)

    def browser(self, profile: Path) -> Look:
        """A person's own device, which is told and not counted."""
        scanner = Scanner(self._canaries)
        for path in places.files_below(profile):
            scanner.file(places.BROWSER, path)
        return _look("in your own browser", scanner, {}, scanner.hits)

    def _files(self, scanner: Scanner) -> None:
        for where, path in places.server_files(self._place):
            scanner.file(where, path, name=str(path.relative_to(self._place.server)))
        for path in self._watcher.kept:
            scanner.file(places.PASSING, path, name=path.name)
        elsewhere, was_all = places.new_elsewhere(self._since, but=self._place.root)
        for path in elsewhere:
            scanner.file(places.ELSEWHERE, path)
        self.busy = self.busy or not was_all

    def _add(self, name: str, scanner: Scanner, gone: Collection[str] = ()) -> None:
        by_design: dict[str, int] = {}
        hits: list[Hit] = []
        staying: list[Hit] = []
        for hit in scanner.hits:
            is_allowed = hit.place in _BY_DESIGN.get(hit.kind, ()) and not hit.form.startswith(DIGEST)
            if is_allowed and hit.label not in gone:
                by_design[hit.place] = by_design.get(hit.place, 0) + 1
            elif is_allowed and hit.place == places.DATABASE:
                staying.append(hit)
            else:
                hits.append(hit)
        if staying:
            folders = sorted({str(Path(hit.where).parent) for hit in staying})
            self.stays.append(
                f"the deleted account's e-mail, {len(staying)} times in {', '.join(folders)}: no table has it now; "
                "the database's journal keeps it until its files are used again"
            )
        self.looks.append(_look(name, scanner, by_design, hits))


def _scan_tables(scanner: Scanner, database: Postgres) -> None:
    for table, rows in database.tables():
        scanner.data(f"{places.ROWS}{table}", table, rows)


def _look(name: str, scanner: Scanner, by_design: dict[str, int], hits: list[Hit]) -> Look:
    return Look(
        name=name, seconds=round(scanner.seconds, 2), places=scanner.counts, by_design=by_design, hits=tuple(hits)
    )
