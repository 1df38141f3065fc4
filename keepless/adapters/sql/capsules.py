"""`keepless.ports.CapsuleStore` on a database."""

from sqlalchemy import Connection, delete, exists, select, update

from keepless.adapters.sql.database import Database
from keepless.adapters.sql.statements import is_id, upsert
from keepless.adapters.sql.tables import trend_capsules


class SqlCapsules:
    """Sealed trend capsules in the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, user_id: str) -> str | None:
        if not is_id(user_id):
            return None
        wanted = select(trend_capsules.c.sealed).where(trend_capsules.c.user_id == user_id)
        return self._database.read(lambda connection: connection.execute(wanted).scalar_one_or_none())

    def put(self, user_id: str, sealed: str) -> None:
        def work(connection: Connection) -> None:
            connection.execute(upsert(connection, trend_capsules), {"user_id": user_id, "sealed": sealed})

        self._database.write(work)

    def has(self, user_id: str) -> bool:
        if not is_id(user_id):
            return False
        wanted = select(exists().where(trend_capsules.c.user_id == user_id))
        return bool(self._database.read(lambda connection: connection.execute(wanted).scalar_one()))

    def replace(self, user_id: str, sealed: str) -> bool:
        if not is_id(user_id):
            return False
        change = update(trend_capsules).where(trend_capsules.c.user_id == user_id).values(sealed=sealed)
        return self._database.write(lambda connection: connection.execute(change).rowcount == 1)

    def drop(self, user_id: str) -> bool:
        if not is_id(user_id):
            return False
        gone = delete(trend_capsules).where(trend_capsules.c.user_id == user_id)
        return self._database.write(lambda connection: connection.execute(gone).rowcount == 1)
