"""Banks whose permission ends soon, said while there is time to log in again."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import msgspec

from keepless.services.dashboards import Bank
from keepless.web import present
from keepless.web.language import gettext

AHEAD = timedelta(days=14)


class Renewal(msgspec.Struct, frozen=True, kw_only=True):
    """One such bank, in a sentence, and the item to log in to again."""

    bank: str
    item_id: str
    sentence: str


def renewals(banks: Iterable[Bank], today: date, zone: ZoneInfo | None) -> Iterator[Renewal]:
    """The banks whose permission ends within 14 days, by the visitor's calendar. One that is over asks for itself."""
    for bank in banks:
        if bank.renew_by is None:
            continue
        ends_on = bank.renew_by.astimezone(zone or UTC).date()
        if today <= ends_on <= today + AHEAD:
            name = bank.name or gettext("A bank")
            sentence = gettext(
                "%(bank)s ends its permission on %(day)s. Log in again to keep it.",
                bank=name,
                day=present.day(ends_on, today),
            )
            yield Renewal(bank=name, item_id=bank.item_id, sentence=sentence)
