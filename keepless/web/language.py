"""The languages that pages are written in: their catalogues, and the one that this request's answer is written in.

Words of ours are in the catalogue `messages`, by their English text; what Plaid names by a code is in `plaid`, by that
code. Both are GNU gettext's, compiled at set-up; docs/decisions/0008-languages.md.
"""

import gettext as catalogues
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from keepless.core.categories import category_label, detailed_label
from keepless.errors import ConfigError

CATALOGUES = Path(__file__).parent / "translations"


@dataclass(frozen=True)
class Language:
    """A language by its code (RFC 5646, and the folder of its catalogues) and its name in itself."""

    code: str
    name: str
    messages: catalogues.NullTranslations
    plaid: catalogues.NullTranslations


ENGLISH = Language("en", "English", catalogues.NullTranslations(), catalogues.NullTranslations())

_spoken: ContextVar[Language] = ContextVar("spoken", default=ENGLISH)


@cache
def languages() -> Mapping[str, Language]:
    """All languages by their codes, English first. Raises ConfigError where a catalogue is not compiled."""
    return {"en": ENGLISH, "es": Language("es", "Español", _read("messages", "es"), _read("plaid", "es"))}


def _read(domain: str, code: str) -> catalogues.NullTranslations:
    try:
        return catalogues.translation(domain, CATALOGUES, [code])
    except OSError:
        raise ConfigError(f"the words of language {code} are not compiled: run `make setup`") from None


def spoken() -> Language:
    """The language of the answer at hand; English outside of one."""
    return _spoken.get()


def speak(language: Language) -> None:
    """Has all that follows in this request be written in `language`."""
    _spoken.set(language)


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """The same, for a block."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def N_(message: str) -> str:  # noqa: N802 the mark that gettext's tools know for words that are translated later
    """`message` as it is."""
    return message


def gettext(message: str, /, **values: object) -> str:
    """A sentence in the answer's language; "%(name)s" in it stands for the value of that name."""
    text = _spoken.get().messages.gettext(message)
    return text % values if values else text


def ngettext(one: str, many: str, number: int, /, **values: object) -> str:
    """The same for a sentence with a number in it, in the form that `number` asks for."""
    text = _spoken.get().messages.ngettext(one, many, number)
    return text % values if values else text


def pgettext(context: str, message: str, /, **values: object) -> str:
    """The same as `gettext` for words that another language tells apart by their `context`."""
    text = _spoken.get().messages.pgettext(context, message)
    return text % values if values else text


def category_name(primary: str) -> str:
    """A primary category in words; in English where the language has none for it."""
    return _named(primary or "UNCATEGORIZED") or category_label(primary)


def detailed_name(detailed: str) -> str:
    """The same for a detailed category, without its primary."""
    return _named(detailed) or detailed_label(detailed)


def account_kind_name(kind: str) -> str | None:
    """One of Plaid's types and subtypes of accounts in words; None where only Plaid's own word is known."""
    words = _spoken.get().plaid.pgettext("account", kind)
    return words if words != kind else None


def _named(code: str) -> str | None:
    words = _spoken.get().plaid.gettext(code)
    return words if words != code else None
