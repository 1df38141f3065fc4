"""New tokens in place of old ones, so that copied cookies read nothing (R5; docs/decisions/0014-token-rotation.md).

Plaid ends the old token at once and tells the new one in that answer alone. So a way back to each item is made before:
public tokens, which find the item's token whatever it is by then.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import msgspec

from keepless.core.models import BankProblem, BankRef
from keepless.core.secret import Secret
from keepless.errors import PlaidFault
from keepless.ports import Plaid
from keepless.services.snapshots import problem_of
from keepless.services.turns import Turns
from keepless.services.vault import BankKey, Vault

# A public token is good once. The second is for an answer that is lost while the first is traded.
WAYS_BACK = 2
# So many arrive in cookies of their own (web.arrivals) without making the Cookie line too long for servers.
AT_ONCE = 4
DEAD = "INVALID_ACCESS_TOKEN"
_GONE = frozenset({DEAD, "ITEM_NOT_FOUND", "ITEM_CONCURRENTLY_DELETED"})


class WayBack(msgspec.Struct, frozen=True):
    """The public tokens that lead back to an item, for 30 minutes."""

    item_id: str
    tokens: tuple[Secret, ...]


class Begun(msgspec.Struct, frozen=True):
    """The ways back that there are now, in the vault's order, and the banks that have none and stay as they are."""

    ways: tuple[WayBack, ...]
    problems: tuple[BankProblem, ...]


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """The vault with the new tokens, whose they are, what failed, and the ways back of those still to be done."""

    vault: Vault
    banks: tuple[BankRef, ...]
    problems: tuple[BankProblem, ...]
    ways: tuple[WayBack, ...]


class Rotation:
    """Begins, and goes on as often as there are banks left. Holds no state of its own.

    `forget` lets go of what else is held of an item id: its sealed copy was under a key made with the old token.
    """

    def __init__(self, plaid: Plaid, pool: Executor, turns: Turns, *, forget: Callable[[str], object]) -> None:
        self._plaid = plaid
        self._pool = pool
        self._turns = turns
        self._forget = forget

    def begin(self, vault: Vault, held: Sequence[WayBack] = ()) -> Begun:
        """A way back to each bank. One that is `held` from before stays where none can be made.

        That is so where the bank's token is dead already, because the answer to an earlier rotation was lost.
        """
        before = {way.item_id: way for way in held}
        outcomes = list(self._pool.map(lambda key: self._way(key, before.get(key.bank.item_id)), vault.banks))
        return Begun(
            ways=tuple(outcome for outcome in outcomes if isinstance(outcome, WayBack)),
            problems=tuple(outcome for outcome in outcomes if isinstance(outcome, BankProblem)),
        )

    def go(self, vault: Vault, ways: Sequence[WayBack]) -> Rotated | None:
        """New tokens for the first of these banks. None, and nothing done, where another request is at one of them.

        A bank that fails keeps its entry as it was and goes to the end of the line; one whose ways back are used up, or
        that is gone, leaves the line.
        """
        now, later = ways[:AT_ONCE], tuple(ways[AT_ONCE:])
        if not self._turns.take([way.item_id for way in now]):
            return None
        outcomes: list[BankKey | BankProblem] = []
        try:
            outcomes = list(self._pool.map(lambda way: self._renewed(vault.bank_of(way.item_id), way), now))
        finally:
            done = {outcome.bank.item_id for outcome in outcomes if isinstance(outcome, BankKey)}
            self._turns.give_back([way.item_id for way in now if way.item_id not in done])
        renewed = {outcome.bank.item_id: outcome for outcome in outcomes if isinstance(outcome, BankKey)}
        problems = tuple(outcome for outcome in outcomes if isinstance(outcome, BankProblem))
        again = {problem.bank.item_id for problem in problems if problem.code not in _GONE}
        banks = tuple(renewed.get(key.bank.item_id, key) for key in vault.banks)
        return Rotated(
            # Not `with_bank`, which refuses what does not fit: these tokens are nowhere else, and the cookies have room
            # for a bank that the session's own has not.
            vault=msgspec.structs.replace(vault, banks=banks),
            banks=tuple(key.bank for key in renewed.values()),
            problems=problems,
            ways=later + tuple(way for way in now if way.item_id in again),
        )

    def _way(self, key: BankKey, held: WayBack | None) -> WayBack | BankProblem:
        tokens: list[Secret] = []
        try:
            while len(tokens) < WAYS_BACK:
                tokens.append(self._plaid.public_token(key.token))
        except PlaidFault as fault:
            if not tokens:
                return held or problem_of(key, fault)
        return WayBack(key.bank.item_id, tuple(tokens))

    def _renewed(self, key: BankKey, way: WayBack) -> BankKey | BankProblem:
        try:
            token = self._new_token(key, way)
        except PlaidFault as fault:
            return problem_of(key, fault)
        self._forget(key.bank.item_id)
        return BankKey(key.bank, token)

    def _new_token(self, key: BankKey, way: WayBack) -> Secret:
        try:
            return self._plaid.rotate(key.token)
        except PlaidFault as fault:
            if fault.code != DEAD:
                raise
            found = self._found_again(key, way)
            if found is None:
                raise
            return found

    def _found_again(self, key: BankKey, way: WayBack) -> Secret | None:
        """The token that the item has now, of a rotation whose answer was lost; None where no way leads there any more.

        Raises PlaidFault where that cannot be told now: the way is to be tried again.
        """
        for public_token in way.tokens:
            try:
                connected = self._plaid.exchange(public_token)
            except PlaidFault as fault:
                if fault.code != "INVALID_PUBLIC_TOKEN":
                    raise
                continue
            if connected.bank.item_id == key.bank.item_id:
                return connected.access_token
        return None
