"""The stores of one database, as `DATABASE_URL` names it."""

from keepless.adapters.sql.accounts import SqlAccounts
from keepless.adapters.sql.address import parse
from keepless.adapters.sql.capsules import SqlCapsules
from keepless.adapters.sql.database import CONNECTIONS, OPERATION_SECONDS, STATEMENT_SECONDS, Database
from keepless.adapters.sql.envelopes import SqlEnvelopes
from keepless.core.secret import Secret


class SqlStores:
    """`accounts`, `capsules` and `reaper` share one pool of connections, which `close` ends."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.accounts = SqlAccounts(database)
        self.capsules = SqlCapsules(database)
        self.reaper = SqlEnvelopes(database)

    def close(self) -> None:
        self._database.close()


def make_stores(
    url: Secret,
    *,
    statement_seconds: float = STATEMENT_SECONDS,
    operation_seconds: float = OPERATION_SECONDS,
    connections: int = CONNECTIONS,
) -> SqlStores:
    """The stores that a URL leads to; nothing is asked yet, so that a database that is down stops no start.

    `statement_seconds` is what one statement may take, `operation_seconds` one call with all that is in it,
    `connections` how many there are at most in this process. Raises ConfigError with one line that holds no part of
    the URL.
    """
    database = Database(
        parse(url.reveal()),
        statement_seconds=statement_seconds,
        operation_seconds=operation_seconds,
        connections=connections,
    )
    return SqlStores(database)
