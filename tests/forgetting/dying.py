"""A way to die at a step of a deletion, for processes of tests. Nothing of this is in the product."""

import os
import signal
from pathlib import Path

from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.sql.accounts import SqlAccounts
from keepless.services.keeping import Keeping
from keepless.web import forgetting

STEPS = {
    "the session is a tombstone": (SqlAccounts, "tombstone"),
    "a copy is forgotten": (Keeping, "forget"),
    "a bank is removed": (PlaidClient, "remove"),
    "the rows are deleted": (SqlAccounts, "delete"),
    "the receipt is signed": (forgetting, "receipt_for"),
    "the cookies are cleared": (forgetting, "clear"),
}


def die_after_steps() -> None:
    """Has the process die right after the step that the file `DIE_AT` names. The file goes with it: the next lives."""
    for step, (owner, name) in STEPS.items():
        _dying_after(owner, name, step)


def _dying_after(owner: object, name: str, step: str) -> None:
    whole = getattr(owner, name)

    def and_die(*arguments, **named):
        done = whole(*arguments, **named)
        order = Path(os.environ["DIE_AT"])
        if order.exists() and order.read_text() == step:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, and_die)
