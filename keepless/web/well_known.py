"""What everybody may know of this installation: the public keys that its receipts are checked with."""

import msgspec
from flask import Response, request

from keepless.services.receipts import PublicKey
from keepless.web import headers
from keepless.web.operations import Operation, answer
from keepless.web.visit import Visit

PATH = "/.well-known/keepless.json"
VERSION = 1
# Short enough that a receipt by a new key can be checked soon after it.
KEPT_FOR = 300  # seconds


class WellKnown(msgspec.Struct, frozen=True, kw_only=True):
    """The installation's address, the keys of its receipts and of its audit trail, and where its promise is written.

    Keys come with the newest first; those of the audit trail are there whether one is kept or not.
    """

    version: int
    issuer: str
    receipt_keys: tuple[PublicKey, ...]
    audit_keys: tuple[PublicKey, ...]
    promise: str


def issuer_of(visit: Visit) -> str:
    """The address that receipts are signed for: the one that is set, else the one that this request was sent to."""
    return visit.site.public_url or request.host_url.rstrip("/")


def well_known(visit: Visit) -> Response:
    """The document. It reads no cookie and is the same for everybody, so caches may keep it."""
    headers.may_be_kept(KEPT_FOR)
    issuer = issuer_of(visit)
    keys = visit.parts.receipts.public_keys()
    return answer(
        WellKnown(
            version=VERSION,
            issuer=issuer,
            receipt_keys=keys,
            audit_keys=visit.site.audit_keys,
            promise=f"{issuer}/promise",
        )
    )


OPERATIONS = (
    Operation(
        method="GET",
        path=PATH,
        name="well_known",
        summary="The public keys that receipts of deletions are checked with. The same for everybody.",
        view=well_known,
        answer=WellKnown,
    ),
)
