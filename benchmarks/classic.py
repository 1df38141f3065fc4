"""What the sealed cache is measured against, each as small an application as it can be: the classic way, with every
row in SQL and read as objects, and the guide's way, with Plaid's rows as plain JSON in the cache.

Both know their visitor by Flask's signed cookie, come by their rows as such applications do, and make the same
dashboard of them with our own core, so that the three answers can be compared. Neither logs, counts or sets headers.
"""

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, session
from sqlalchemy import JSON, Engine, ForeignKey, Index, String, create_engine, insert, literal, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from valkey import Valkey

from benchmarks.fetch import utc_now
from benchmarks.plaid_process import DAYS
from keepless.adapters.sealing.keyring import generate
from keepless.core.filters import TransactionFilter
from keepless.core.models import Account, BankRef, BankSnapshot, CardTerms, LoanTerms, Transaction
from keepless.core.periods import Period
from keepless.services.dashboards import build_dashboard
from keepless.services.snapshots import Snapshots

USERS = 100
KEPT_FOR = 7 * 24 * 3600  # seconds, as the guide has it
PATH = "/api/dashboard"


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    bank: Mapped[Any] = mapped_column(JSON)


class Card(Base):
    """An account or its terms. There are a handful, so they are kept as they came and cost little to read."""

    __tablename__ = "cards"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    terms: Mapped[Any] = mapped_column(JSON)


class Booked(Base):
    """A transaction, with the fields of ours in their order. Amounts are integers: Decimal columns would be slower."""

    __tablename__ = "transactions"
    __table_args__ = (Index("of_a_user", "user_id", "date"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    plaid_id: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(String(64))
    amount: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    date: Mapped[dt.date]
    posted: Mapped[dt.date]
    name: Mapped[str]
    merchant: Mapped[str]
    primary: Mapped[str]
    detailed: Mapped[str]
    pending: Mapped[bool]
    replaces: Mapped[str | None] = mapped_column(String(64))


class Database:
    """An SQLite file in which one user of `USERS` has the snapshot's rows, and every other as many."""

    def __init__(self, file: Path, snapshot: BankSnapshot) -> None:
        self.engine: Engine = create_engine(f"sqlite:///{file}")
        self.user_id = USERS // 2
        Base.metadata.create_all(self.engine)
        bank = msgspec.to_builtins(snapshot.bank)
        terms = [
            Card(user_id=self.user_id, kind=kind, terms=msgspec.to_builtins(each))
            for kind in _TERMS
            for each in getattr(snapshot, kind)
        ]
        fields = [column.name for column in Booked.__table__.columns if column.name not in ("id", "user_id")]
        mine = [
            dict(zip(fields, msgspec.structs.astuple(row), strict=True), user_id=self.user_id)
            for row in snapshot.transactions
        ]
        with Session(self.engine) as database:
            database.add_all(User(id=each, email=f"{each}@example.com", bank=bank) for each in range(USERS))
            database.flush()
            database.add_all(terms)
            database.execute(insert(Booked), mine)
            columns = [getattr(Booked, name) for name in fields]
            for other in set(range(USERS)) - {self.user_id}:
                theirs = select(literal(other), *columns).where(Booked.user_id == self.user_id)
                database.execute(insert(Booked).from_select(["user_id", *fields], theirs))
            database.commit()

    def rows(self, database: Session, user_id: int) -> Sequence[Booked]:
        """The user's rows, newest first."""
        mine = select(Booked).where(Booked.user_id == user_id).order_by(Booked.date.desc(), Booked.id)
        return database.scalars(mine).all()

    def load(self) -> int:
        """What the classic way cannot do without: the rows as objects. They are many, and gone with their session."""
        with Session(self.engine) as database:
            return len(self.rows(database, self.user_id))

    def app(self) -> Flask:
        """The classic application: a session of the ORM for each request."""

        def dashboard() -> Response:
            with Session(self.engine) as database:
                user = database.get_one(User, session["user_id"])
                known = database.scalars(select(Card).where(Card.user_id == user.id)).all()
                terms = {kind: [card.terms for card in known if card.kind == kind] for kind in _TERMS}
                rows = [_from_row(row) for row in self.rows(database, user.id)]
                return _answer(user.bank, terms, rows)

        return _app(self.user_id, dashboard)


class PlainCache:
    """The guide's cache: Plaid's own rows of one user as JSON in the clear, and the terms beside them."""

    def __init__(self, cache: Valkey, snapshot: BankSnapshot, rows: list[dict[str, Any]]) -> None:
        self.cache = cache
        self.user_id = USERS // 2
        credit = {kind: getattr(snapshot, kind) for kind in _TERMS}
        cache.setex(f"txns:{self.user_id}", KEPT_FOR, json.dumps(rows))
        cache.setex(f"credit:{self.user_id}", KEPT_FOR, json.dumps(msgspec.to_builtins([snapshot.bank, credit])))

    def load(self) -> list[dict[str, Any]]:
        """What the guide's way cannot do without: the rows, out of their JSON."""
        rows: list[dict[str, Any]] = self._read(f"txns:{self.user_id}")
        return rows

    def app(self) -> Flask:
        def dashboard() -> Response:
            user_id = session["user_id"]
            bank, terms = self._read(f"credit:{user_id}")
            rows = [_from_plaid(row) for row in self._read(f"txns:{user_id}")]
            rows.sort(key=lambda row: row.date, reverse=True)
            return _answer(bank, terms, rows)

        return _app(self.user_id, dashboard)

    def _read(self, key: str) -> Any:
        cached = self.cache.get(key)
        assert isinstance(cached, bytes)
        return json.loads(cached)


_TERMS = {"accounts": tuple[Account, ...], "cards": tuple[CardTerms, ...], "loans": tuple[LoanTerms, ...]}


def usual_period(today: dt.date) -> Period:
    """The days that our dashboard shows to whoever asks for none, and the rows that a bank is asked for."""
    return Period.last_days(today, DAYS)


def _app(user_id: int, dashboard: Any) -> Flask:
    app = Flask(__name__)
    app.secret_key = generate()

    def login() -> str:
        session["user_id"] = user_id
        return ""

    app.add_url_rule("/login", view_func=login, methods=["POST"])
    app.add_url_rule(PATH, view_func=dashboard)
    return app


def _answer(bank: Any, terms: dict[str, Any], rows: list[Transaction]) -> Response:
    today = utc_now().date()
    period = usual_period(today)
    snapshot = BankSnapshot(
        bank=msgspec.convert(bank, BankRef),
        transactions=rows,
        start=period.start,
        end=period.end,
        fetched_at=utc_now(),
        **{kind: msgspec.convert(terms[kind], shape) for kind, shape in _TERMS.items()},
    )
    chosen = TransactionFilter(start=period.start, end=period.end)
    built = build_dashboard(Snapshots(banks=(snapshot,)), today, chosen)
    return Response(msgspec.json.encode(built), content_type="application/json")


def _from_row(row: Booked) -> Transaction:
    return Transaction(
        row.plaid_id,
        row.account_id,
        row.amount,
        row.currency,
        row.date,
        row.posted,
        row.name,
        row.merchant,
        row.primary,
        row.detailed,
        row.pending,
        row.replaces,
    )


def _from_plaid(row: dict[str, Any]) -> Transaction:
    """As a quick hand reads Plaid's row, all of whose fields are there: floats, and no odd currency."""
    posted = dt.date.fromisoformat(row["date"])
    category = row["personal_finance_category"]
    name = row["name"]
    return Transaction(
        row["transaction_id"],
        row["account_id"],
        round(row["amount"] * 100),
        row["iso_currency_code"],
        dt.date.fromisoformat(row["authorized_date"]) if row["authorized_date"] else posted,
        posted,
        name,
        row["merchant_name"] or name,
        category["primary"] if category else "",
        category["detailed"] if category else "",
        row["pending"],
        row["pending_transaction_id"],
    )
