"""What a request's sealed cookies turned out to be."""

import msgspec

from keepless.services.vault import Vault
from keepless.web.arrivals import Arrivals


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """The session as it came with one request, and as it is since the answer wrote it.

    `main` is the session's own cookie and `arrivals` are the banks', both as they came. `vault` is what they hold
    together, an expired one included; after a write, what was written.
    """

    main: Vault | None = None
    main_unreadable: str | None = None
    older_key: bool = False  # of main
    arrivals: Arrivals = msgspec.field(default_factory=Arrivals)
    vault: Vault | None = None
    expired: bool = False
    written: bool = False

    @property
    def unreadable(self) -> str | None:
        """Why the session does not open. A bank's own cookie that does not is in nobody's way, unless it came alone."""
        if self.main_unreadable is not None or self.main is not None or self.arrivals.opened:
            return self.main_unreadable
        return next(iter(self.arrivals.unreadable.values()), None)

    @property
    def came(self) -> Vault | None:
        """All that came and opened, as one vault; the session is that of its own cookie, where that came.

        Where only banks' cookies came and one of them is a user's, all are: else a bank that anybody has connected
        without an account would open, in front of them, what was ended with its session (R3).
        """
        arrived = sorted((arrival.vault for arrival in self.arrivals.opened), key=lambda vault: not vault.user)
        opened = [*filter(None, [self.main]), *arrived]
        return opened[0].joined(opened[1:]) if opened else None
