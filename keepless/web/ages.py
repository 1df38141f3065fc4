"""How old what is shown is, where it comes from a copy."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from keepless.services.dashboards import Bank
from keepless.web import present
from keepless.web.language import gettext, ngettext

# A copy is renewed behind every look at it. One that is older was not looked at, or its bank does not answer.
WORTH_SAYING = timedelta(minutes=30)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def ages(banks: Iterable[Bank], now: datetime) -> Iterator[str]:
    """A sentence for each bank whose figures are not of now (`now` is UTC)."""
    for bank in banks:
        age = now - bank.fetched_at
        if age >= WORTH_SAYING:
            yield gettext(
                "%(bank)s: this is %(age)s old. Newer figures are being asked for.",
                bank=bank.name or gettext("A bank"),
                age=age_in_words(age),
            )


def age_in_words(age: timedelta) -> str:
    """An age in its largest whole unit: minutes, hours or days."""
    if age >= _DAY:
        return ngettext("%(number)s day", "%(number)s days", age // _DAY, number=present.count(age // _DAY))
    if age >= _HOUR:
        return ngettext("%(number)s hour", "%(number)s hours", age // _HOUR, number=present.count(age // _HOUR))
    return ngettext("%(number)s minute", "%(number)s minutes", age // _MINUTE, number=present.count(age // _MINUTE))
