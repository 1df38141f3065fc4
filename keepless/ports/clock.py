"""The time, handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    def __call__(self) -> datetime:
        """Now, with UTC as its zone."""
        ...
