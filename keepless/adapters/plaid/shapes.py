"""Reads JSON of a shape that is known, and takes from a list of rows those that have it."""

from typing import Generic, TypeVar

import msgspec

from keepless.adapters.plaid import faults

T = TypeVar("T")


class Shape(Generic[T]):
    """Reads the bytes of one kind of answer."""

    def __init__(self, kind: type[T]) -> None:
        self._decoder = msgspec.json.Decoder(kind)

    def __call__(self, body: bytes) -> T:
        """The answer. Raises PlaidFault BAD_ANSWER where the bytes are not JSON of this shape."""
        try:
            return self._decoder.decode(body)
        except (ValueError, RecursionError):  # msgspec's own errors are ValueErrors; deep nesting is not
            raise faults.own(faults.BAD_ANSWER) from None


class Rows(Generic[T]):
    """Reads a list of rows; those of a wrong shape are left out and counted."""

    def __init__(self, kind: type[T]) -> None:
        self._all = msgspec.json.Decoder(list[kind] | None)  # type: ignore[valid-type]
        self._raw = Shape(list[msgspec.Raw])
        self._one = msgspec.json.Decoder(kind)

    def __call__(self, raw: msgspec.Raw) -> tuple[list[T], int]:
        """The rows that fit, and how many did not. Raises PlaidFault BAD_ANSWER where it is no list."""
        try:
            return self._all.decode(raw) or [], 0
        except (ValueError, RecursionError):
            pass
        fitting: list[T] = []
        every = self._raw(bytes(raw))
        for row in every:
            try:
                fitting.append(self._one.decode(row))
            except (ValueError, RecursionError):
                continue
        return fitting, len(every) - len(fitting)
