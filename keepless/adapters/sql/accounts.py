"""`keepless.ports.AccountStore` on a database."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Delete, Row, Select, delete, insert, select, update
from sqlalchemy.sql.elements import ColumnElement

from keepless.adapters.sql.database import Conflict, Database
from keepless.adapters.sql.statements import AT_ONCE, is_id, on_conflict, parts
from keepless.adapters.sql.tables import metadata, reaper_envelopes, sessions, trend_capsules, users
from keepless.core.tiers import Tier
from keepless.ports import Deleted, SessionRow, User
from keepless.services.vault import SKEW

_SESSION = (sessions.c.id, sessions.c.user_id, users.c.subscription_tier, sessions.c.created_at, sessions.c.expires_at)


class SqlAccounts:
    """Users and sessions in the tables `users` and `sessions`.

    Where several rows are locked, the user comes first, then sessions by id, then envelopes: two transactions that
    both want them do not wait for each other in a circle.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, link_id: str, *, at: datetime, until: datetime) -> None:
        row = {"id": link_id, "user_id": None, "created_at": at, "expires_at": until}

        def work(connection: Connection) -> None:
            connection.execute(insert(sessions).values(row))
            connection.execute(_what_is_over(at))

        self._database.write(work)

    def sign_in(
        self, link_id: str, email: str, *, new_user_id: str, session_id: str, at: datetime, until: datetime
    ) -> User | None:
        def work(connection: Connection) -> User | None:
            link = delete(sessions).where(
                sessions.c.id == link_id, sessions.c.user_id.is_(None), sessions.c.expires_at > at
            )
            if connection.execute(link).rowcount != 1:
                return None
            user = _found_or_made(connection, email, new_user_id, at)
            row = {"id": session_id, "user_id": user.id, "created_at": at, "expires_at": until}
            connection.execute(insert(sessions).values(row))
            connection.execute(_what_is_over(at))
            return user

        return self._database.write(work)

    def session(self, session_id: str) -> SessionRow | None:
        wanted = select(*_SESSION).join(users).where(sessions.c.id == session_id)
        return next(map(_session, self._rows(wanted)), None)

    def sessions(self, user_id: str) -> list[SessionRow]:
        if not is_id(user_id):
            return []
        wanted = select(*_SESSION).join(users).where(sessions.c.user_id == user_id)
        wanted = wanted.order_by(sessions.c.created_at.desc(), sessions.c.id)
        return [_session(row) for row in self._rows(wanted)]

    def end(self, user_id: str, session_ids: Collection[str], *, reap_from: datetime | None) -> int:
        if not is_id(user_id):
            return 0

        def work(connection: Connection) -> int:
            theirs = sessions.c.user_id == user_id
            return sum(_end(connection, theirs & sessions.c.id.in_(part), reap_from) for part in parts(session_ids))

        return self._database.write(work)

    def user(self, user_id: str) -> User | None:
        return self._user(users.c.id == user_id) if is_id(user_id) else None

    def find(self, email: str) -> User | None:
        return self._user(users.c.email == email)

    def users(self, *, after: str = "", limit: int = 1000) -> list[User]:
        wanted = select(users).where(users.c.email > after).order_by(users.c.email).limit(limit)
        return [_user(row) for row in self._rows(wanted)]

    def set_tier(self, user_id: str, tier: Tier, *, at: datetime) -> bool:
        if not is_id(user_id):
            return False
        change = update(users).where(users.c.id == user_id, users.c.updated_at <= at)
        change = change.values(subscription_tier=str(tier), updated_at=at)
        return self._database.write(lambda connection: connection.execute(change).rowcount == 1)

    def tombstone(self, user_id: str, session_id: str, *, at: datetime) -> bool:
        if not is_id(user_id):
            return False
        theirs = sessions.c.user_id == user_id

        def work(connection: Connection) -> bool:
            _lock(connection, user_id)
            stone = update(sessions).where(theirs, sessions.c.id == session_id)
            if connection.execute(stone.values(expires_at=sessions.c.created_at)).rowcount != 1:
                return False
            _end(connection, theirs & (sessions.c.id != session_id), at)
            return True

        return self._database.write(work)

    def delete(self, user_id: str, *, at: datetime) -> Deleted:
        if not is_id(user_id):
            return Deleted()

        def work(connection: Connection) -> Deleted:
            _lock(connection, user_id)
            ended = _end(connection, sessions.c.user_id == user_id, at)
            capsules = connection.execute(delete(trend_capsules).where(trend_capsules.c.user_id == user_id)).rowcount
            gone = connection.execute(delete(users).where(users.c.id == user_id)).rowcount
            return Deleted(users=gone, sessions=ended, trend_capsules=capsules)

        deleted = self._database.write(work)
        self._database.forget()
        return deleted

    def ping(self) -> None:
        def work(connection: Connection) -> None:
            for table in metadata.sorted_tables:
                connection.execute(select(table).limit(0)).close()

        self._database.read(work)

    def _rows(self, wanted: Select[Any]) -> Sequence[Row[Any]]:
        return self._database.read(lambda connection: connection.execute(wanted).all())

    def _user(self, which: ColumnElement[bool]) -> User | None:
        return next(map(_user, self._rows(select(users).where(which))), None)


def _found_or_made(connection: Connection, email: str, new_user_id: str, at: datetime) -> User:
    """The user of this address, who cannot be deleted before the transaction is over."""
    row = {"id": new_user_id, "email": email, "subscription_tier": str(Tier.FREE), "created_at": at, "updated_at": at}
    connection.execute(on_conflict(connection, users).on_conflict_do_nothing(index_elements=["email"]), row)
    theirs = select(users).where(users.c.email == email).with_for_update(read=True, key_share=True)
    found = connection.execute(theirs).one_or_none()
    if found is None:  # deleted since
        raise Conflict
    return _user(found)


def _lock(connection: Connection, user_id: str) -> None:
    """Lets no session be added to the user, and nobody else delete them, before the transaction is over."""
    connection.execute(select(users.c.id).where(users.c.id == user_id).with_for_update()).close()


def _end(connection: Connection, which: ColumnElement[bool], reap_from: datetime | None) -> int:
    """Deletes these sessions, and lets their envelopes be due from that moment, where there is one and none before."""
    ids = select(sessions.c.id).where(which)
    connection.execute(ids.order_by(sessions.c.id).with_for_update()).close()
    if reap_from is not None:
        concerned = reaper_envelopes.c.session_id.in_(ids) & (reaper_envelopes.c.until > reap_from)
        connection.execute(update(reaper_envelopes).where(concerned).values(until=reap_from))
    return connection.execute(delete(sessions).where(which)).rowcount


def _what_is_over(at: datetime) -> Delete:
    """Some links and sessions that nobody takes for alive any more. One that another sign-in is at is left to it."""
    is_stone = sessions.c.expires_at <= sessions.c.created_at
    over = select(sessions.c.id).where(sessions.c.expires_at <= at - SKEW, ~is_stone)
    return delete(sessions).where(sessions.c.id.in_(over.limit(AT_ONCE).with_for_update(skip_locked=True)))


def _user(row: Row[Any]) -> User:
    return User(
        id=row.id,
        email=row.email,
        tier=Tier(row.subscription_tier),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _session(row: Row[Any]) -> SessionRow:
    return SessionRow(
        id=row.id,
        user_id=row.user_id,
        tier=Tier(row.subscription_tier),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
