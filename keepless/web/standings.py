"""Whether the session of an account lives, asked once in a request."""

from flask import request

from keepless.errors import SessionEnded
from keepless.services.accounts import Accounts, Standing
from keepless.services.vault import Vault

_KNOWN = "keepless.standing"


class Standings:
    """Asks `accounts`; where there are none any more nobody can say that a session lives, so none does."""

    def __init__(self, accounts: Accounts | None) -> None:
        self._accounts = accounts

    def of(self, vault: Vault) -> Standing:
        """What the row of this vault's session says, or said before in this request. Raises as `now`."""
        known: tuple[str, Standing] | None = request.environ.get(_KNOWN)
        if known is None or known[0] != vault.session_id:
            known = request.environ[_KNOWN] = (vault.session_id, self.now(vault))
        return known[1]

    def now(self, vault: Vault) -> Standing:
        """The same, asked anew. Raises SessionEnded, AccountsFault."""
        if self._accounts is None:
            raise SessionEnded
        return self._accounts.standing(vault)
