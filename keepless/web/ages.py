"""How old what is shown is, where it comes from a copy."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from keepless.services.dashboards import Bank
from keepless.web import present
from keepless.web.language import gettext, ngettext

# A copy is renewed behind every look at it. One that is older was not looked at, or its bank does not answer.
WORTH_SAYING = timedelta(minutes=30)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def ages(banks: Collection[Bank], failing: Collection[str], now: datetime) -> Iterator[str]:
    """A sentence for each bank whose figures are not of now (UTC), one for all where several are as old.

    Of a bank whose item id is among `failing`, nothing newer is promised.
    """
    old = [bank for bank in banks if now - bank.fetched_at >= WORTH_SAYING]
    told = [(bank, age_in_words(now - bank.fetched_at), bank.item_id not in failing) for bank in old]
    if len(banks) == len(old) > 1 and len({(age, is_asked) for _, age, is_asked in told}) == 1:
        _, age, is_asked = told[0]
        yield _followed(gettext("This is %(age)s old.", age=age), is_asked=is_asked)
        return
    for bank, age, is_asked in told:
        said = gettext("%(bank)s: this is %(age)s old.", bank=bank.name or gettext("A bank"), age=age)
        yield _followed(said, is_asked=is_asked)


def _followed(sentence: str, *, is_asked: bool) -> str:
    newer = gettext("Newer figures are being asked for.")
    return f"{sentence} {newer}" if is_asked else sentence


def age_in_words(age: timedelta) -> str:
    """An age in its largest whole unit: minutes, hours or days."""
    if age >= _DAY:
        return ngettext("%(number)s day", "%(number)s days", age // _DAY, number=present.count(age // _DAY))
    if age >= _HOUR:
        return ngettext("%(number)s hour", "%(number)s hours", age // _HOUR, number=present.count(age // _HOUR))
    return ngettext("%(number)s minute", "%(number)s minutes", age // _MINUTE, number=present.count(age // _MINUTE))
