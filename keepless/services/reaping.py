"""What the web tier leaves for the reaper: each bank's token, sealed so that nobody here can open it.

See docs/reaper.md. An envelope is written when a session comes to hold a bank and goes when the bank is gone.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256

import structlog

from keepless.errors import AccountsFault
from keepless.ports import ReaperEnvelope, ReaperSealer, ReaperStore
from keepless.services import envelopes
from keepless.services.accounts import row_id
from keepless.services.again import Again
from keepless.services.envelopes import EnvelopeNames
from keepless.services.vault import BankKey, Vault

AGAIN_AFTER = 5.0  # seconds
# Envelopes that this process remembers to have stored, so as not to store them at each change of a cookie.
MOST_KNOWN = 20_000
# What waits while the database is away; what comes beyond it is not covered.
MOST_WAITING = 5_000
AT_ONCE = 200  # rows of one statement

_log = structlog.get_logger("keepless.reaping")


class Reaping:
    """One per process; safe between threads. Raises nothing: a database that is away must not stop a visitor.

    What could not be stored waits in this process, sealed, and is tried again; where the process ends before that, the
    bank is covered at the next change of its cookie. An item that is not covered is one that only its cookie can
    revoke, as it is without a reaper. `on_fault` is told the reason of each failure, for the metric.
    """

    def __init__(
        self,
        store: ReaperStore,
        sealer: ReaperSealer,
        installation: str,
        *,
        on_fault: Callable[[str], object] = lambda _reason: None,
        again_after: float = AGAIN_AFTER,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self._names = EnvelopeNames(installation)
        self._on_fault = on_fault
        self._again = Again(self._settle_waiting, again_after)
        self._lock = threading.Lock()  # of the three below
        self._known: OrderedDict[str, bytes] = OrderedDict()
        self._to_put: dict[str, ReaperEnvelope] = {}
        self._to_drop: set[str] = set()  # ids, and item parts for all of an item's

    def cover(self, vault: Vault, before: Vault | None = None) -> bool:
        """Seals the tokens of the vault's banks for the reaper, those that are new or changed; False where that waits.

        To be called whenever a vault is written; `before` is what the browser held until now. Where a person has signed
        in again, the envelopes of their former session go: the bank is in this one now.
        """
        if before is not None and vault.is_rest_of(before) and all(key in before.banks for key in vault.banks):
            return True  # banks were to be removed: there is nothing new, and the session may be an ended one
        held = {self._names.of(key.bank.item_id, vault.session_id): key for key in vault.banks if key.bank.item_id}
        contents = {name: _content(vault, key) for name, key in held.items()}
        former = self._former(vault, before)
        with self._lock:
            new = {name: content for name, content in contents.items() if self._known.get(name) != content}
        if not new and not former and not self._waiting:
            return True
        made = [self._envelope(vault, name, held[name]) for name in new]
        with self._lock:
            self._to_put.update((envelope.id, envelope) for envelope in made)
            self._to_drop.update(former)
            self._bound_waiting()
        if not self._settle():
            return False
        with self._lock:
            self._known.update(new)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)
        return True

    def uncover(self, item_ids: Iterable[str]) -> bool:
        """Removes every envelope of these items, once they are gone at Plaid; False where that waits."""
        parts = {self._names.item_part(item_id) for item_id in item_ids if item_id}
        with self._lock:
            self._to_drop |= parts
            self._bound_waiting()
        return self._settle()

    def status(self) -> dict[str, int]:
        """How many changes wait for the database."""
        return {"waiting_to_be_stored": len(self._to_put), "waiting_to_be_dropped": len(self._to_drop)}

    @property
    def _waiting(self) -> bool:
        return bool(self._to_put or self._to_drop)

    def _envelope(self, vault: Vault, name: str, key: BankKey) -> ReaperEnvelope:
        return ReaperEnvelope(
            id=name,
            session_id=row_id(vault.session_id) if vault.user else None,
            until=vault.expires_at,
            sealed=self._sealer.seal(name, key.token),
        )

    def _former(self, vault: Vault, before: Vault | None) -> set[str]:
        """The envelopes of the session that this one takes over from, for the banks that both hold."""
        if before is None or before.session_id == vault.session_id:
            return set()
        tokens = {key.token for key in vault.banks}
        return {
            self._names.of(key.bank.item_id, before.session_id)
            for key in before.banks
            if key.bank.item_id and key.token in tokens
        }

    def _settle(self) -> bool:
        """Stores and drops all that waits, in this order: until the new envelope is there, the old one stays."""
        with self._lock:
            put, drop = list(self._to_put.values()), set(self._to_drop)
        try:
            for start in range(0, len(put), AT_ONCE):
                self._store.put(put[start : start + AT_ONCE])
            ids = self._ids(drop)
            for start in range(0, len(ids), AT_ONCE):
                self._store.drop(ids[start : start + AT_ONCE])
        except AccountsFault as fault:
            _log.warning("reaper envelopes not stored yet", reason=fault.reason, **self.status())
            self._on_fault(fault.reason)
            self._again.later()
            return False
        with self._lock:
            for envelope in put:
                if self._to_put.get(envelope.id) is envelope:
                    del self._to_put[envelope.id]
            self._to_drop -= drop
            for name in ids:  # a session that comes back, from a tab that was slow, is to be covered anew
                self._known.pop(name, None)
        return True

    def _ids(self, names: Iterable[str]) -> list[str]:
        """The ids behind ids and item parts. Raises AccountsFault."""
        ids: list[str] = []
        for name in names:
            whole = name != envelopes.item_part_of(name)
            ids += [name] if whole else [envelope.id for envelope in envelopes.of_item(self._store, name)]
        return ids

    def _bound_waiting(self) -> None:
        """Lets go of what is too much. What is not dropped is found to be gone by the reaper."""
        for name in list(self._to_put)[MOST_WAITING:]:
            del self._to_put[name]
        while len(self._to_drop) > MOST_WAITING:
            self._to_drop.pop()

    def _settle_waiting(self) -> None:
        if self._waiting:
            self._settle()


def _content(vault: Vault, key: BankKey) -> bytes:
    """A digest of what is in an envelope, to tell whether it has changed; the token itself is not kept."""
    return sha256(f"{vault.expires_at.isoformat()}\0{vault.user}\0{key.token.reveal()}".encode()).digest()
