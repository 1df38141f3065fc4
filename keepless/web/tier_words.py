"""What a visitor is told whose tier does not have what they asked for: what it has, and what they can do."""

import msgspec

from keepless.errors import NotInTier
from keepless.web.fault import Fault
from keepless.web.language import gettext, ngettext
from keepless.web.present import count


def told(row: Fault, refusal: NotInTier) -> Fault:
    """The row of the table with the words for this very thing, in the answer's language."""
    most = refusal.most or 0
    match refusal.what:
        case "history":
            detail = looks_back(most)
            step = gettext("Ask for fewer days, or see your tier at /account.")
        case "banks":
            detail = ngettext(
                "Your tier connects %(number)s bank at a time. Nothing was connected, and nothing was disconnected.",
                "Your tier connects %(number)s banks at a time. Nothing was connected, and nothing was disconnected.",
                most,
                number=count(most),
            )
            step = gettext("Disconnect a bank that matters less, or see your tier at /account.")
        case "trends":
            detail = gettext("Your tier has no trends. What is kept of yours stays as it is.")
            step = gettext("It can be saved as a file or forgotten in every tier. See your tier at /account.")
        case "audit_export":
            detail = gettext("Your tier has no export of the audit trail.")
            step = gettext("See your tier at /account.")
        case _:
            return row
    return msgspec.structs.replace(row, detail=detail, next_step=step)


def looks_back(days: int) -> str:
    """How far back a tier looks, in a sentence."""
    return ngettext(
        "Your tier looks back %(number)s day.", "Your tier looks back %(number)s days.", days, number=count(days)
    )
