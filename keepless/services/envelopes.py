"""The names of reaper envelopes: which belong to one item, whichever sessions hold it."""

import hmac
from datetime import UTC, datetime

from keepless.ports import ReaperEnvelope, ReaperStore

# Later than any session ends: what is due then is all there is.
LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)
# One item is in several sessions where its token was restored from a recovery file or pasted twice.
MOST = 256

_PART = 32  # hex digits, 128 bits, of each of the two parts


class EnvelopeNames:
    """The ids of an installation's envelopes: `item part || session part`, 64 hex digits.

    Both are HMAC-SHA256, cut to 128 bits, under the name of the installation (`adapters.sealing.reaper.Installation`).
    Not under a key of TOKEN_ENCRYPTION_KEY: after a rotation the envelopes of one item would no longer be found by each
    other, and one of an ended session would be reaped while another session lives. An item's id is random and long
    enough that a digest of it leads nowhere.
    """

    def __init__(self, installation: str) -> None:
        self._installation = installation.encode()

    def of(self, item_id: str, session_id: str) -> str:
        """The id of an item's envelope for the vault of this `session_id`."""
        return self.item_part(item_id) + self._digest(b"keepless.reaper.session.", session_id)

    def item_part(self, item_id: str) -> str:
        """What the ids of all envelopes of this item begin with."""
        return self._digest(b"keepless.reaper.item.", item_id)

    def _digest(self, purpose: bytes, text: str) -> str:
        return hmac.digest(self._installation, purpose + text.encode("utf-8", "surrogatepass"), "sha256").hex()[:_PART]


def item_part_of(envelope_id: str) -> str:
    """The part of an envelope's id that names the item."""
    return envelope_id[:_PART]


def of_item(store: ReaperStore, item_part: str, *, at: datetime = LAST_DAY) -> list[ReaperEnvelope]:
    """The envelopes of one item that are due at that moment; all of them where none is given. Raises AccountsFault."""
    found = store.due(at, after=_just_before(item_part), limit=MOST)
    return [envelope for envelope in found if envelope.id.startswith(item_part)]


def _just_before(item_part: str) -> str:
    """The highest id below those of the item, since a store gives what comes after an id. Ids are compared as text."""
    number = int(item_part, 16) << 4 * _PART
    return f"{number - 1:0{2 * _PART}x}" if number else ""
