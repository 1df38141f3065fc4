"""Which routes there are, which of them a run has asked for, and requests made up from what they document."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

_UNASKED = frozenset({"HEAD", "OPTIONS"})
_FIRST_REFUSAL = 400
_UNFORESEEN = 500


class Routes:
    """The routes of the application. A route counts as driven once one of them answered below 400."""

    def __init__(self, app: Flask) -> None:
        self._map = app.url_map.bind("localhost")
        self.all = sorted(
            f"{method} {rule.rule}"
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or frozenset()) - _UNASKED
        )
        self.answered: dict[str, set[int]] = {}
        self.requests = 0
        self.raised = 0

    def note(self, method: str, path: str, status: int) -> None:
        """Takes down that a request was answered so; 0 for one that broke off."""
        self.requests += 1
        self.raised += status == _UNFORESEEN
        try:
            rule, _ = self._map.match(urlsplit(path).path, method, return_rule=True)
        except (HTTPException, RequestRedirect):
            return
        self.answered.setdefault(f"{method} {rule.rule}", set()).add(status)

    @property
    def driven(self) -> list[str]:
        """Those that did what they are for at least once."""
        return [
            route for route in self.all if any(0 < status < _FIRST_REFUSAL for status in self.answered.get(route, ()))
        ]

    @property
    def only_refused(self) -> list[str]:
        """Those that were asked for, and refused every time."""
        return [route for route in self.all if route in self.answered and route not in set(self.driven)]

    def pages_left(self) -> list[str]:
        """Paths without placeholders that answer a GET and that nobody has asked for yet."""
        left = [route.removeprefix("GET ") for route in self.never_asked if route.startswith("GET ")]
        return [path for path in left if "<" not in path]

    @property
    def never_asked(self) -> list[str]:
        return [route for route in self.all if route not in self.answered]


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """An operation of /openapi.json: its query parameters and its body, as JSON Schemas by name."""

    method: str
    path: str
    parameters: Mapping[str, Mapping[str, Any]]
    body: Mapping[str, Any] | None
    media_type: str


def calls(document: Mapping[str, Any]) -> list[Call]:
    """The operations that the document describes, in its order; references are resolved."""
    found = []
    for path, operations in document.get("paths", {}).items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            media_type, body = next(iter(content.items()), ("", None))
            found.append(
                Call(
                    method=method.upper(),
                    path=path,
                    parameters={
                        each["name"]: each.get("schema", {})
                        for each in operation.get("parameters", ())
                        if each.get("in") == "query"
                    },
                    body=_resolved(body.get("schema", {}), document) if body else None,
                    media_type=media_type,
                )
            )
    return found


def fields_of(schema: Mapping[str, Any], known: Callable[[str], Any]) -> dict[str, Any]:
    """A body for the schema: `known` values by the field's name, or for None the plainest value of its type."""
    return {
        name: value if (value := known(name)) is not None else _plainest(each)
        for name, each in schema.get("properties", {}).items()
    }


def _plainest(schema: Mapping[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if "default" in schema:
        return schema["default"]
    kinds = [schema.get("type"), *(each.get("type") for each in schema.get("anyOf", ()))]
    if "null" in kinds:
        return None
    return {"boolean": False, "integer": 1, "number": 1, "array": [], "object": {}}.get(kinds[0] or "", "")


def _resolved(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    resolved: Mapping[str, Any] = found
    return resolved


def unlike(names: Iterable[str]) -> dict[str, str]:
    """Values that no parameter takes."""
    return dict.fromkeys(names, "' OR 1=1 -- <script>\u0007")
