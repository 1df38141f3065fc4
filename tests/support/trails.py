"""Audit trails for tests: a key, a clock that stands where it is put, and a sink in a folder."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from keepless.adapters.audit.checking import Report, check_folder
from keepless.adapters.audit.folder import FolderSink
from keepless.adapters.audit.keys import AuditSigner
from keepless.adapters.sealing.keyring import Keyring
from keepless.adapters.sealing.keyring import generate as new_key
from keepless.core.secret import Secret
from keepless.services.audit import AuditTrail

NOON = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
SECRET = Secret("a secret of tests, with 32 characters")


@dataclass
class StandingClock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def step(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Trail:
    """A trail in a folder. `process()` is another process that writes to it."""

    folder: Path
    days: int = 90
    keys: str = field(default_factory=new_key)
    clock: StandingClock = field(default_factory=StandingClock)
    outcomes: list[str] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.audit = self.process()

    @property
    def signer(self) -> AuditSigner:
        return AuditSigner(Keyring.parse(self.keys))

    def process(self, patience: float = 1.0) -> AuditTrail:
        sink = FolderSink(self.folder, self.signer, days=self.days, patience=patience)
        return AuditTrail(sink, self.clock, SECRET, on_outcome=self.outcomes.append, on_fault=self.faults.append)

    def act(self, times: int = 1, who: str = "ana", did: str = "viewed_dashboard") -> None:
        for _ in range(times):
            self.audit.record(did, who=who)

    def check(self, **more) -> Report:
        return check_folder(self.folder, self.signer.verify, **more)

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("audit-*.jsonl"))

    def lines(self, file: int = -1) -> list[bytes]:
        return self.files()[file].read_bytes().splitlines()

    def rewrite(self, lines: list[bytes], file: int = -1) -> None:
        self.files()[file].write_bytes(b"".join(line + b"\n" for line in lines))


def kinds(report: Report) -> list[str]:
    """The kinds of what is wrong, in the order in which they are told."""
    return [str(finding.kind) for finding in report.findings if finding.kind is not None]


def notes(report: Report) -> list[str]:
    return [finding.detail for finding in report.findings if finding.kind is None]
