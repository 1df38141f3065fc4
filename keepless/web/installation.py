"""The installation's state in words, for its page."""

from typing import Any

from keepless.web import health, present
from keepless.web.language import N_, gettext
from keepless.web.visit import Visit

ENVIRONMENTS = {
    "local": N_("the local Plaid, with invented people only"),
    "sandbox": N_("Plaid's sandbox, with test banks only"),
    "production": N_("Plaid, with real banks"),
}
EDITIONS = {"stateless": N_("stateless")}
CACHES = {"none": N_("none")}


def facts(visit: Visit, state: health.Status) -> dict[str, Any]:
    """What the page of the state shows: `headline`, `sentence`, and `facts`, each with its name."""
    zone = visit.parts.hints.time_zone()
    success, failure = state.plaid.get("last_success"), state.plaid.get("last_failure")
    troubled = failure is not None and (success is None or failure > success)
    if troubled:
        headline, sentence = (
            gettext("Plaid is not answering well"),
            gettext("The last call to Plaid failed. Each bank's card says what that means for it."),
        )
    elif success is not None:
        headline, sentence = gettext("All is well"), gettext("Plaid answered the last time it was asked.")
    else:
        headline, sentence = gettext("Ready"), gettext("Nobody has asked a bank since this server started.")
    code = state.plaid.get("last_failure_code")
    return {
        "headline": headline,
        "sentence": sentence,
        "facts": (
            (
                gettext("Edition"),
                gettext(
                    "%(edition)s: nothing is stored on the server",
                    edition=gettext(EDITIONS.get(state.edition, state.edition)),
                ),
            ),
            (gettext("Connected to"), gettext(ENVIRONMENTS.get(state.environment, state.environment))),
            (gettext("Plaid answered last"), present.moment(success, zone) if success else gettext("not yet")),
            (
                gettext("Plaid failed last"),
                (present.moment(failure, zone) + (f" ({code})" if code else "")) if failure else gettext("never"),
            ),
            (gettext("Cache"), gettext(CACHES.get(state.cache, state.cache))),
            (gettext("Running since"), present.moment(state.up_since, zone)),
            (gettext("Version"), state.version),
        ),
    }
