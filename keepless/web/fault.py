"""What a row of the table of faults is, and the next steps that many rows share."""

import msgspec

from keepless.web.language import N_


class Fault(msgspec.Struct, frozen=True):
    """One row: the HTTP status, the stable code, what happened, the next step. `retry_after` in seconds."""

    status: int
    code: str
    title: str
    detail: str
    next_step: str
    retry_after: int | None = None


RETRY = N_("Try again in a moment.")
SETUP = N_("Connect a bank at /setup.")
REPORT = N_("Try again. If it stays, tell whoever runs this installation, with the request id.")
OPERATOR = N_("Whoever runs this installation has to look at its settings; /status says more.")
