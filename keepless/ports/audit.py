"""The audit trail: who did what when, never what they saw."""

from typing import Protocol


class Audit(Protocol):
    """Takes down one act. Never raises: an act is not refused because it could not be written down."""

    def record(self, did: str, *, who: str, outcome: str = "done", **facts: str | int) -> None:
        """`did` and `outcome` are stable words; `who` is an id, of which a keyed hash is written down.

        `facts` are counts and stable words: nothing of a person's, a bank's or a figure's.
        """
        ...
