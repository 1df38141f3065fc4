"""Which language an answer is written in: what the visitor chose, else what their browser asks for, else English.

The choice is kept in a plain cookie of its own, which a page's form or the dashboard's program writes. A person who
chose it keeps it when they log out; choosing "" takes it away.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, make_response, redirect, request

from keepless.errors import BadCookie, InvalidField
from keepless.web import cookies, language
from keepless.web.answers import prefers_json
from keepless.web.language import Language, languages
from keepless.web.operations import as_sent
from keepless.web.problems import MEDIA_TYPE
from keepless.web.visit import Visit

NAME = "keepless-lang"
PATH = "/language"
# Pages that are the same when asked for again: the way back leads to these only.
PAGES = frozenset(
    {
        "/",
        "/statement",
        "/setup",
        "/status",
        "/promise",
        "/sign-in",
        "/account",
        "/recovery",
        "/delete-me",
        "/what-you-hold",
    }
)
_WORDED = frozenset({"text/html", MEDIA_TYPE})


def register(app: Flask) -> None:
    """Has `app` write each answer in its visitor's language. Raises ConfigError where a catalogue is not compiled."""
    languages()
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.policies["ext.i18n.trimmed"] = True
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined] # the extension's
        language.gettext, language.ngettext, newstyle=True, pgettext=language.pgettext
    )

    def begin() -> None:
        language.speak(_asked_for())

    def name(response: Response) -> Response:
        if response.mimetype in _WORDED:
            response.content_language.add(language.spoken().code)
        return response

    def end(_: BaseException | None) -> None:
        language.speak(language.ENGLISH)  # the thread serves others next

    app.before_request(begin)
    app.after_request(name)
    app.teardown_request(end)
    app.context_processor(_around)


def choose(_visit: Visit) -> Response:
    """Keeps the language that a form asks for, or forgets the choice, and leads back to the page it was made on."""
    form = as_sent(lambda: request.form)
    code = form.get("language")
    if code not in {"", *languages()}:
        raise InvalidField("language", f"it must be one of {', '.join(languages())}, or empty")
    response = make_response(redirect(_way_back(form.get("to", "")), HTTPStatus.SEE_OTHER))
    secure = cookies.over_https(request)
    # Not HttpOnly: the dashboard's program keeps the choice that is made there, and it is no secret.
    seconds = cookies.LONGEST_LIFE if code else 0
    cookies.put(response, cookies.line(NAME, code, max_age=seconds, secure=secure, httponly=False))
    return response


def _asked_for() -> Language:
    """A program gets English, whose words are those of the documentation; what our own pages fetch is for a person."""
    if prefers_json() and request.headers.get("Sec-Fetch-Site") != "same-origin":
        return language.ENGLISH
    known = languages()
    return _chosen() or known[request.accept_languages.best_match(known) or "en"]


def _chosen() -> Language | None:
    try:
        return languages().get(cookies.value_of(request, NAME) or "")
    except BadCookie:
        return None  # a language is no reason to refuse a page


def _around() -> dict[str, Any]:
    """What every page has around it: its language, the others and whether one was chosen, where it can be chosen."""
    spoken = language.spoken()
    can_be_asked_again = request.method == "GET" and request.path in PAGES
    return {
        "lang": spoken.code,
        "language_chosen": _chosen() is not None,
        "other_languages": [each for each in languages().values() if each is not spoken] if can_be_asked_again else [],
        "this_page": request.full_path.removesuffix("?"),
    }


def _way_back(address: str) -> str:
    """`address` where it is one of our pages, with its query; the start where it is not."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    if parts.scheme or parts.netloc or parts.path not in PAGES:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
