"""What a page leads to: its links and its forms, read out of its HTML."""

from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import msgspec


class Form(msgspec.Struct, frozen=True):
    """A form: where it is sent, and its fields by name with the values that they have as the page comes.

    `files` are those of its fields that take a file.
    """

    action: str
    method: str
    fields: dict[str, str]
    files: tuple[str, ...] = ()


class _Reader(HTMLParser):
    """Collects as it reads. A choice's value is its first option that is not empty, a button's its own."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.elsewhere: list[tuple[int, str]] = []  # which form a button sends to another address
        self._path = path
        self._choice = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "a" | "link" | "script" if given.get("href") or given.get("src"):
                self.links.append(urljoin(self._path, given.get("href") or given["src"]))
            case "form":
                action = urljoin(self._path, given.get("action", "") or self._path)
                self.forms.append(Form(action, given.get("method", "get").upper(), {}))
            case "select":
                self._choice = given.get("name", "")
            case "option" if self._choice and self.forms and given.get("value"):
                self.forms[-1].fields.setdefault(self._choice, given["value"])
            case "input" | "button" | "textarea" if self.forms:
                self._field(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choice = ""

    def _field(self, given: dict[str, str]) -> None:
        if "formaction" in given:
            self.elsewhere.append((len(self.forms) - 1, urljoin(self._path, given["formaction"])))
        name = given.get("name")
        if name and given.get("type") == "file":
            form = self.forms[-1]
            self.forms[-1] = msgspec.structs.replace(form, files=(*form.files, name))
        elif name:
            self.forms[-1].fields.setdefault(name, given.get("value", ""))


def links(path: str, html: str) -> Iterable[str]:
    """Paths (with queries) of this origin that the page at `path` leads to, once each."""
    found = dict.fromkeys(_read(path, html).links)
    return [link.partition("#")[0] for link in found if not urlsplit(link).netloc and link.startswith("/")]


def forms(path: str, html: str) -> list[Form]:
    """The page's forms that are sent to this origin; one whose buttons lead to several places comes for each."""
    read = _read(path, html)
    others = [msgspec.structs.replace(read.forms[number], action=action) for number, action in read.elsewhere]
    return [form for form in (*read.forms, *others) if form.action.startswith("/")]


def _read(path: str, html: str) -> _Reader:
    reader = _Reader(path)
    reader.feed(html)
    return reader
