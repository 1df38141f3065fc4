"""What is inside a visitor's sealed cookies: a run has the server's keys, so it knows what else to look for."""

from collections.abc import Iterable

from keepless.adapters.sealing.envelope import Envelope
from keepless.adapters.sealing.keyring import Keyring
from keepless.errors import KeeplessError
from keepless.prove.canaries import Canaries, Kind
from keepless.services.vault import decode
from keepless.web import arrivals, bound, opening


def note_contents(cookies: Iterable[str], key: str, canaries: Canaries) -> int:
    """Makes canaries of the session ids, secrets and tokens in these cookies; how many of them opened."""
    sealer = Envelope(Keyring.parse(key), "local")
    opened = 0
    for value in cookies:
        sealed, user = bound.apart(value)
        for purpose in (opening.PURPOSE, arrivals.PURPOSE):
            try:
                vault = decode(sealer.open(purpose, sealed, user=user), user=user)
            except KeeplessError:
                continue
            opened += 1
            canaries.secret(Kind.SESSION, vault.session_id)
            canaries.blob(Kind.SESSION, vault.secret)
            for held in vault.banks:
                canaries.token(Kind.ACCESS_TOKEN, held.token.reveal())
    return opened
