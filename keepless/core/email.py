"""E-mail addresses: only as much as is needed to send to one and to find it again."""

import re
import unicodedata

# RFC 5321, 4.5.3.1: 64 octets, @, 255 octets; a path is 256 with its brackets.
MOST = 254
MOST_LABEL = 63  # octets between two dots of a domain
_SHAPE = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f-\x9f]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


def normal(text: str) -> str | None:
    """The address as it is kept and compared: NFC, no blanks around it, in lower case; None for what is none.

    Lower case on both sides of the @: no provider of note tells `Ana@` from `ana@`, and two accounts for one mailbox
    would each be half of a person. A domain beyond ASCII is to be written as IDNA.
    """
    address = unicodedata.normalize("NFC", text).strip().lower()
    if len(address.encode("utf-8", "replace")) > MOST or not address.isprintable() or not _SHAPE.fullmatch(address):
        return None
    local, _, domain = address.rpartition("@")
    labels = domain.split(".")
    sound = all(local.split(".")) and len(labels) > 1 and all(0 < len(label) <= MOST_LABEL for label in labels)
    return address if sound else None
