"""Errors that only the web layer raises; `web/faults.py` has the answer to each."""

from keepless.core.models import BankProblem
from keepless.errors import Action, KeeplessError
from keepless.services.breakers import OF_PLAID


class NothingReadable(KeeplessError):
    """Banks are connected and none of them answered: an empty list would look like "no transactions"."""

    def __init__(self, problems: tuple[BankProblem, ...]) -> None:
        super().__init__(f"none of {len(problems)} bank(s) could be read")
        self.problems = problems

    @property
    def is_plaids(self) -> bool:
        """Whether no bank is to blame: Plaid itself did not answer for a single one."""
        return all(problem.retryable and problem.code in OF_PLAID for problem in self.problems)


class BanksNeedAttention(NothingReadable):
    """The same, and no bank will answer by itself: each waits for the person, or for the operator."""

    @property
    def is_operators(self) -> bool:
        """Whether there is nothing that the person can do: all of it is up to whoever runs this installation."""
        return all(problem.action == Action.OPERATOR for problem in self.problems)


class ExportIncomplete(KeeplessError):
    """An export would lack what will come by waiting. `missing` says what, in sentences; `problems` has its banks."""

    def __init__(self, missing: str, problems: tuple[BankProblem, ...]) -> None:
        super().__init__("the export would not be whole")
        self.missing = missing
        self.problems = problems


class ExportNeedsAttention(ExportIncomplete):
    """The same, and some of it will not come by waiting."""


class CapsuleUnreadable(KeeplessError):
    """A trend capsule that does not open, or whose cookie does not: nothing is changed."""


class TrendsFileUnreadable(KeeplessError):
    """A file of trends that does not open: a wrong passphrase, or a text that is not as it was written."""


class MetricsForbidden(KeeplessError):
    """The metrics were asked for from elsewhere, without their token."""


class DeletionIncomplete(KeeplessError):
    """Not everything is deleted: `problems` are the banks that Plaid did not confirm."""

    def __init__(self, problems: tuple[BankProblem, ...]) -> None:
        super().__init__(f"{len(problems)} bank(s) could not be removed")
        self.problems = problems


class DeletionInterrupted(DeletionIncomplete):
    """Not everything is deleted: the cache or the database could not be reached."""


class RecoveryFileUnreadable(KeeplessError):
    """A recovery file that does not open: a wrong passphrase, or a text that is not as it was written."""


class RecoveryFileForeign(KeeplessError):
    """A recovery file that its passphrase opens, and that this server's keys do not."""


class NothingToRecover(KeeplessError):
    """A recovery file or new keys were asked for, and the session has no bank."""


class RotationBusy(KeeplessError):
    """Another request is at the same banks, or was a moment ago."""


class RotationNotBegun(KeeplessError):
    """New keys were to be made without a way back: none was begun here, or its time is over."""
