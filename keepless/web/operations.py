"""One JSON operation, declared once: its route and its entry in /openapi.json are both made from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from flask import Response, request
from werkzeug.exceptions import BadRequest, HTTPException, UnsupportedMediaType

from keepless import __version__, errors
from keepless.errors import InvalidField, KeeplessError
from keepless.web.cookies import digest_of
from keepless.web.visit import Visit

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Shape = TypeVar("Shape")

_FIELD = re.compile(r"(?:`\$\.|field `)([A-Za-z_]{1,40})")

# What any operation that reads the session may answer instead.
SESSION_FAULTS: tuple[type[KeeplessError], ...] = (
    errors.SessionMissing,
    errors.SessionUnreadable,
    errors.SessionExpired,
    errors.SessionEnded,
    errors.AccountsFault,
    errors.BadCookie,
    errors.InsecureTransport,
)


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`view` makes the answer; `answer` is its type in JSON, None for another `media_type`.

    `other_media_types` are texts that it may answer with instead. `parameters` are names of `web.query`; so is `form`,
    of what a form sends in the request's body. `body` is the type of a JSON request, which may be left out where it is
    an `optional_body`. `faults` are errors that it may raise, beside those that any operation may. `signed` says that
    its sender proves itself, so that it may come from elsewhere (R16). A `page` belongs to the pages, which route it;
    here only its JSON is described.
    """

    method: str
    path: str
    name: str
    summary: str
    view: Callable[[Visit], Response]
    answer: Any = None
    status: HTTPStatus = HTTPStatus.OK
    media_type: str = JSON
    other_media_types: tuple[str, ...] = ()
    other_statuses: tuple[HTTPStatus, ...] = ()  # with the same answer type
    parameters: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    body: Any = None
    optional_body: bool = False
    session: bool = False
    plaid: bool = False  # PlaidFault may reach the answer
    faults: tuple[type[KeeplessError], ...] = ()
    signed: bool = False
    page: bool = False


_encoder = msgspec.json.Encoder()


def answer(value: object, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """`value` as JSON."""
    return Response(_encoder.encode(value), status=status, content_type=JSON)


def release_of(shape: Any) -> str:
    """Stands for this release and the shape of an answer: one that another release kept ready-made is not sent."""
    return f"{__version__} {digest_of(_encoder.encode(msgspec.json.schema(shape)).decode())}"


def as_sent(read: Callable[[], Shape]) -> Shape:
    """What `read` takes of the request's body. Raises BadRequest for one that breaks off or is wrongly chunked.

    Each server has errors of its own for that, raised from its input while we read it: they are the sender's fault.
    """
    try:
        return read()
    except HTTPException:
        raise
    except Exception:  # noqa: BLE001 - of a server that this layer does not know
        raise BadRequest from None


def body_as(shape: type[Shape], *, most: int | None = None) -> Shape:
    """The request's JSON body as a `shape`. Raises InvalidField, UnsupportedMediaType (415), BadRequest, 413 by length.

    `most` is the length in bytes that is read where it is not the application's usual one.
    A body that is not JSON by its Content-Type is refused: plain forms from elsewhere can send any other type (R16).
    """
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    if most is not None:
        request.max_content_length = most
    body = as_sent(lambda: request.get_data(cache=False))
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as refusal:
        raise _naming_the_field(str(refusal)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest from None


def _naming_the_field(refusal: str) -> InvalidField:
    # msgspec says what it expected and where, never the value: Expected `str`, got `int` - at `$.public_token`
    what, _, where = refusal.partition(" - at ")
    named = _FIELD.search(where) or _FIELD.search(what)
    return InvalidField(named[1] if named else "body", what.replace("`", ""))
