"""Plaid's own view of what recurs: `/transactions/recurring/get`, an add-on that not every plan has."""

import msgspec

from keepless.adapters.plaid import mapping, wire
from keepless.core.models import PlaidStream


class Streams(msgspec.Struct, frozen=True):
    """The streams, in and out; `unreadable` counts those that could not be understood."""

    streams: tuple[PlaidStream, ...] = ()
    unreadable: int = 0


def read(body: bytes) -> Streams:
    """The streams in an answer (docs/plaid.md 5.11). Raises PlaidFault BAD_ANSWER where it is none."""
    answer = wire.recurring_answer(body)
    inflow, lost_inflow = wire.stream_rows(answer.inflow_streams)
    outflow, lost_outflow = wire.stream_rows(answer.outflow_streams)
    streams, odd = mapping.streams([*inflow, *outflow])
    return Streams(tuple(streams), lost_inflow + lost_outflow + odd)
