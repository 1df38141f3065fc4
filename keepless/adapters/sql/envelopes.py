"""`keepless.ports.ReaperStore` on a database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, exists, func, select
from sqlalchemy.sql.elements import ColumnElement

from keepless.adapters.sql.database import Database
from keepless.adapters.sql.statements import parts, upsert
from keepless.adapters.sql.tables import reaper_envelopes, sessions
from keepless.ports import ReaperEnvelope
from keepless.services.vault import SKEW


class SqlEnvelopes:
    """Reaper envelopes in the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, envelopes: Sequence[ReaperEnvelope]) -> None:
        by_id = {envelope.id: envelope for envelope in envelopes}
        rows = [
            {"id": name, "session_id": each.session_id, "until": each.until, "sealed": each.sealed}
            for name, each in sorted(by_id.items())
        ]

        def work(connection: Connection) -> None:
            connection.execute(upsert(connection, reaper_envelopes), rows)

        if rows:
            self._database.write(work)

    def drop(self, ids: Collection[str]) -> int:
        def work(connection: Connection) -> int:
            return sum(
                connection.execute(delete(reaper_envelopes).where(reaper_envelopes.c.id.in_(part))).rowcount
                for part in parts(ids)
            )

        return self._database.write(work) if ids else 0

    def due(self, now: datetime, *, after: str = "", limit: int = 500) -> list[ReaperEnvelope]:
        wanted = select(reaper_envelopes).where(reaper_envelopes.c.id > after, _is_due(now))
        wanted = wanted.order_by(reaper_envelopes.c.id).limit(limit)
        rows = self._database.read(lambda connection: connection.execute(wanted).all())
        return [
            ReaperEnvelope(id=row.id, session_id=row.session_id, until=row.until, sealed=bytes(row.sealed))
            for row in rows
        ]

    def count(self, now: datetime) -> tuple[int, int]:
        wanted = select(func.count().filter(_is_due(now)), func.count()).select_from(reaper_envelopes)
        due, every = self._database.read(lambda connection: connection.execute(wanted).one())
        return due, every - due


def _is_due(now: datetime) -> ColumnElement[bool]:
    """Over, and no session lives that holds it: one does for as long as `services.accounts` lets it in."""
    lives = (
        exists()
        .where(
            sessions.c.id == reaper_envelopes.c.session_id,
            sessions.c.expires_at > sessions.c.created_at,
            sessions.c.expires_at > now - SKEW,
        )
        .correlate(reaper_envelopes)
    )
    return (reaper_envelopes.c.until <= now) & ~lives
