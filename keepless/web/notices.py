"""Banks that could not be read: what happened to each, in words."""

from zoneinfo import ZoneInfo

import msgspec

from keepless.core.models import BankProblem
from keepless.web import present
from keepless.web.language import gettext
from keepless.web.lookup import words_for


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A bank that could not be read: what happened and the next step. `control` is one of errors.Action.

    `title` follows the bank's name and a colon.
    """

    bank: str
    item_id: str
    title: str
    detail: str
    next_step: str
    control: str
    code: str
    request_id: str | None


def notice(problem: BankProblem, zone: ZoneInfo | None) -> Notice:
    """What happened to a bank, in the words that the JSON uses too; times are on the clock of `zone`."""
    words = words_for(problem, zone)
    return Notice(
        bank=problem.bank.name or gettext("A bank"),
        item_id=problem.bank.item_id,
        title=present.inside(words.title),
        detail=words.detail,
        next_step=words.next_step,
        control=problem.action,
        code=problem.code,
        request_id=problem.request_id,
    )
