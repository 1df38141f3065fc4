"""The installation's state in words, for its page."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from keepless.services.breakers import InstitutionStanding, Standing
from keepless.web import health, present
from keepless.web.health import CacheState, PlaidStatus, Works
from keepless.web.language import N_, gettext
from keepless.web.visit import Visit

ENVIRONMENTS = {
    "local": N_("the local Plaid, with invented people only"),
    "sandbox": N_("Plaid's sandbox, with test banks only"),
    "production": N_("Plaid, with real banks"),
}
EDITIONS = {"stateless": N_("stateless"), "hybrid": N_("hybrid")}
CACHES = {
    CacheState.NONE: N_("none"),
    CacheState.UNUSED: N_("not used yet"),
    CacheState.IN_USE: N_("in use"),
    CacheState.UNREACHABLE: N_("cannot be reached"),
}
WORKS = {
    Works.READ: N_("Your banks can be read as usual."),
    Works.READ_OTHERS: N_("Banks can be read as usual, but for those that do not answer."),
    Works.READ_PERHAPS: N_("Banks are asked as usual. A card says so where one does not answer."),
    Works.READ_NONE: N_("No bank can be read until Plaid answers again. Your banks stay connected."),
    Works.COPIES: N_("Banks that were looked at in the last 7 days are shown from their sealed copy, with its age."),
    Works.NO_COPIES: N_("The cache cannot be reached: only what a bank answers now can be shown."),
    Works.CHANGE_LATER: N_("Connecting or disconnecting a bank needs Plaid: try again later; nothing is lost."),
}  # fmt: skip


class BankLine(msgspec.Struct, frozen=True, kw_only=True):
    """An institution and how it answers, in a sentence; `tone` is "" where all is well."""

    name: str
    sentence: str
    tone: str


class Words:
    """The sentences of one look: times are on the clock of `zone`, and `now` (UTC) is when it is."""

    def __init__(self, state: health.Status, zone: ZoneInfo | None, now: datetime) -> None:
        self._state = state
        self._zone = zone
        self._now = now

    def headline(self) -> tuple[str, str]:
        """What is most worth knowing, and what it means."""
        plaid = self._state.plaid
        match plaid.state:
            case Standing.UNAVAILABLE:
                failing = gettext("Every call to it has failed since %(moment)s.", moment=self._moment(plaid.since))
                return gettext("Plaid is temporarily unavailable"), f"{failing} {self._again(plaid.retry_at)}"
            case Standing.FAILING:
                return (
                    gettext("Plaid is not answering well"),
                    gettext(
                        "Calls have failed since %(moment)s (%(code)s). Each bank's card says what that means for it.",
                        moment=self._moment(plaid.since),
                        code=plaid.code,
                    ),
                )
            case Standing.REFUSING:
                return (
                    gettext("Plaid refuses this installation"),
                    gettext(
                        "Since %(moment)s it does not take its keys or its settings (%(code)s). "
                        "Whoever runs this installation has to look at them.",
                        moment=self._moment(plaid.since),
                        code=plaid.code,
                    ),
                )
            case Standing.UNASKED:
                return gettext("Ready"), gettext("Nobody has asked a bank since this server started.")
            case Standing.WORKING:
                return self._while_plaid_answers()

    def _while_plaid_answers(self) -> tuple[str, str]:
        if Works.READ_OTHERS in self._state.works:
            return (
                gettext("Plaid answers, but not for every bank"),
                gettext("The banks that it does not get through to are named below."),
            )
        if self._state.cache is CacheState.UNREACHABLE:
            return (
                gettext("Plaid answers, the cache does not"),
                gettext("Pages take as long as the banks do. Nothing is lost."),
            )
        return gettext("All is well"), gettext("Plaid answered the last time it was asked.")

    def works(self) -> list[str]:
        """What can be done now."""
        return [gettext(WORKS[each]) for each in self._state.works]

    def banks(self) -> Iterator[BankLine]:
        """The institutions that were asked for."""
        for each in self._state.plaid.institutions:
            yield BankLine(
                name=each.name or each.institution_id,
                sentence=self._bank(each),
                tone="" if each.state is Standing.WORKING else "warn",
            )

    def facts(self) -> Iterator[tuple[str, str]]:
        """What else there is to know, each with its name."""
        state = self._state
        yield gettext("Edition"), self._edition()
        yield gettext("Connected to"), gettext(ENVIRONMENTS.get(state.environment, state.environment))
        yield gettext("Plaid answered last"), self._moment(state.plaid.last_success) or gettext("not yet")
        yield gettext("Plaid failed last"), self._last_failure(state.plaid)
        yield gettext("Cache"), self._cache()
        yield gettext("Running since"), self._moment(state.up_since)
        yield gettext("Version"), state.version

    def _bank(self, bank: InstitutionStanding) -> str:
        if bank.state is Standing.WORKING:
            if self._state.plaid.state is Standing.UNAVAILABLE:
                return gettext("Cannot be asked while Plaid is unavailable.")
            return gettext("Answers.")
        failing = gettext(
            "Has not answered since %(moment)s (%(code)s).", moment=self._moment(bank.since), code=bank.code
        )
        return f"{failing} {self._again(bank.retry_at)}" if bank.retry_at else failing

    def _again(self, moment: datetime | None) -> str:
        if moment is None or moment <= self._now:
            return gettext("It is asked again at the next look.")
        return gettext("It is asked again at %(time)s.", time=present.clock_time(moment, self._zone))

    def _edition(self) -> str:
        edition = gettext(EDITIONS.get(self._state.edition, self._state.edition))
        if self._state.on_server:
            return gettext(
                "%(edition)s: on the server, sealed copies that it cannot open by itself, at most 7 days",
                edition=edition,
            )
        return gettext("%(edition)s: nothing is stored on the server", edition=edition)

    def _last_failure(self, plaid: PlaidStatus) -> str:
        code = f" ({plaid.last_failure_code})" if plaid.last_failure_code else ""
        return self._moment(plaid.last_failure) + code if plaid.last_failure else gettext("never")

    def _cache(self) -> str:
        state = gettext(CACHES[self._state.cache])
        if self._state.cache_since is None:
            return state
        since = gettext("%(state)s since %(moment)s", state=state, moment=self._moment(self._state.cache_since))
        fault = self._state.cache_last_fault
        is_news = fault not in {None, "unreachable"} and self._state.cache is CacheState.UNREACHABLE
        return f"{since} ({fault})" if is_news else since

    def _moment(self, value: datetime | None) -> str:
        return "" if value is None else present.moment(value, self._zone)


def facts(visit: Visit, state: health.Status) -> dict[str, Any]:
    """What the page of the state shows: `headline`, `sentence`, `works`, `banks`, and `facts`."""
    words = Words(state, visit.parts.hints.time_zone(), visit.parts.clock())
    headline, sentence = words.headline()
    return {
        "headline": headline,
        "sentence": sentence,
        "works": words.works(),
        "banks": tuple(words.banks()),
        "facts": tuple(words.facts()),
    }
