"""An Item: one login at one bank, as it lives at Plaid (docs/plaid.md, sections 5, 6.4, 8 and 12)."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from keepless.sandbox.changelog import ChangeLog
from keepless.sandbox.household import Holding, Household, Row
from keepless.sandbox.ids import derived_id, fresh_id
from keepless.sandbox.institutions import PRODUCTS, Institution
from keepless.sandbox.problem import error_object, webhook_error
from keepless.sandbox.snapshots import Snapshot, dearer, pending, posted

LOGIN_LASTS = timedelta(days=30)  # then the Sandbox asks for a new login by itself
CONSENT_LASTS = timedelta(days=180)  # where a consent has an end, once it is renewed
NOTICE_PERIOD = timedelta(days=7)  # so long before an end the webhook is sent
_INITIAL_DAYS = timedelta(days=30)
_NEW_ON_REFRESH = 3
_POSTS_AFTER = timedelta(days=2)


class Stage(StrEnum):
    """How much of the history can be read; the values are those of `transactions_update_status`."""

    NOT_READY = "NOT_READY"
    INITIAL = "INITIAL_UPDATE_COMPLETE"
    HISTORICAL = "HISTORICAL_UPDATE_COMPLETE"


@dataclass(frozen=True, slots=True)
class Readiness:
    """When the history becomes readable: so many seconds after the exchange, and after so many calls for transactions.

    The initial update shows the last 30 days, the historical one the rest. All zero: ready at once.
    """

    initial_seconds: float = 0
    initial_calls: int = 0
    historical_seconds: float = 0
    historical_calls: int = 0

    def stage(self, elapsed: float, calls: int) -> Stage:
        if elapsed < self.initial_seconds or calls < self.initial_calls:
            return Stage.NOT_READY
        if elapsed < self.historical_seconds or calls < self.historical_calls:
            return Stage.INITIAL
        return Stage.HISTORICAL


class Login(NamedTuple):
    """A household and its rows as they stand today, ready to be shown. Shared by all items of that login."""

    household: Household
    snapshots: tuple[Snapshot, ...]  # newest first

    def reaching(self, since: date) -> int:
        """How many rows there are from a day on; they are the first so many."""
        return bisect_right(self.snapshots, -since.toordinal(), key=lambda each: -each.date.toordinal())

    def sharing(self, accounts: tuple[Holding, ...]) -> "Login":
        """The same login where only these accounts are shared."""
        if accounts == self.household.accounts:
            return self
        keys = {each.key for each in accounts}
        rows = tuple(each for each in self.snapshots if each.account in keys)
        return Login(replace(self.household, accounts=accounts), rows)


class Notice(NamedTuple):
    """A webhook to fire."""

    kind: str
    code: str
    fields: dict[str, Any]


@dataclass(slots=True)
class Item:
    """`days` is how far back transactions reach, fixed once they are first asked for; None is all there is.

    `revision` grows with every change that an answer could show. `consent_ends_at` is when the bank wants a new login.
    """

    institution: Institution
    login: Login
    access_token: str
    created_at: datetime
    products: list[str]
    webhook: str | None
    readiness: Readiness
    days: int | None
    item_id: str = field(default_factory=fresh_id)
    error: str | None = None
    removed: bool = False
    exchanged_at: datetime | None = None
    log: ChangeLog = field(default_factory=ChangeLog)
    stage: Stage = Stage.NOT_READY
    armed: bool = False  # /transactions/sync was called once, so SYNC_UPDATES_AVAILABLE is sent
    revision: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    transaction_calls: int = 0
    last_update: datetime | None = None
    last_failure: datetime | None = None
    last_webhook: tuple[datetime, str] | None = None
    refreshes: int = 0
    consent_ends_at: datetime | None = None
    _logged_in_at: datetime | None = None

    @property
    def holdings(self) -> tuple[Holding, ...]:
        return self.login.household.accounts

    def account_id(self, key: str) -> str:
        return derived_id(self.item_id, "account", key)

    def transaction_id(self, snapshot: Snapshot) -> str:
        return derived_id(self.item_id, snapshot.key)

    def advance(self, now: datetime) -> list[Notice]:
        """Lets time do its work: more history readable, pending rows posted, the login grown old."""
        if self.removed or self.error:
            return []
        grown_old = now - (self._logged_in_at or self.created_at) > LOGIN_LASTS
        if grown_old or (self.consent_ends_at is not None and now >= self.consent_ends_at):
            return self.break_login(now)
        notices = self._ripen(now)
        if self.stage is Stage.HISTORICAL:
            due = self.book([each for each in self.log.pending() if each.row.posted <= now.date()], None, now)
            notices += due + self.sync_notice() if due else []
        return notices

    def refresh(self, now: datetime, created: Iterable[Row] = ()) -> list[Notice]:
        """What a fresh look at the bank brings: `created` rows; for a dynamic user all that docs/plaid.md 9.2 says."""
        fresh = [pending(row) if row.posted > now.date() else posted(row) for row in created]
        notices: list[Notice] = []
        if self.login.household.dynamic:
            earlier = self.log.pending()
            changed = next((each for each in self.log.current() if not each.pending and each.row.amount > 0), None)
            notices += self.book(earlier, now.date(), now)
            if changed is not None:
                self.log.modify(dearer(changed))
            fresh += self._new_rows(now.date())
        self.refreshes += 1
        if fresh:
            self.log.add(fresh)
            self.touch(now)
            notices.append(Notice("TRANSACTIONS", "DEFAULT_UPDATE", {"error": None, "new_transactions": len(fresh)}))
        return notices + self.sync_notice() if notices else []

    def break_login(self, now: datetime) -> list[Notice]:
        """The bank wants a new login."""
        self.error = "ITEM_LOGIN_REQUIRED"
        self.last_failure = now
        self.revision += 1
        return [Notice("ITEM", "ERROR", {"error": webhook_error(self.error)})]

    def repair(self, now: datetime) -> list[Notice]:
        """The person logged in again."""
        broken, self.error, self._logged_in_at = self.error, None, now
        if self.consent_ends_at is not None:
            self.consent_ends_at = now + CONSENT_LASTS
        self.touch(now)
        return [Notice("ITEM", "LOGIN_REPAIRED", {})] if broken else []

    def end_consent(self, at: datetime | None, now: datetime) -> list[Notice]:
        """Sets when the person's consent ends; within a week of it they are to be told, as their country has it."""
        self.consent_ends_at = at
        self.revision += 1
        if at is None or at - now > NOTICE_PERIOD:
            return []
        if self.institution.country in ("US", "CA"):
            return [pending_disconnect(at)]
        return [Notice("ITEM", "PENDING_EXPIRATION", {"consent_expiration_time": _zulu(at)})]

    def start_over(self, readiness: Readiness, now: datetime) -> None:
        """The extraction begins anew, as if the public token had just been exchanged."""
        self.readiness, self.exchanged_at = readiness, now
        self.log, self.stage, self.transaction_calls = ChangeLog(), Stage.NOT_READY, 0
        self.revision += 1

    def use(self, product: str) -> bool:
        """Adds a product by its first use. Returns whether it is new here."""
        new = product not in self.products
        if new:
            self.products.append(product)
            self.revision += 1
        return new

    def remove(self) -> None:
        """Ends the item; what it held is let go."""
        self.removed = True
        self.login = Login(Household(self.login.household.username, (), ()), ())
        self.log = ChangeLog()
        self.revision += 1

    def as_json(self) -> dict[str, Any]:
        """The item object of data answers (docs/plaid.md 6.4)."""
        billed = sorted(self.products)
        return {
            "available_products": sorted(set(PRODUCTS) - set(billed)),
            "billed_products": billed,
            "consent_expiration_time": self.consent_ends_at,
            "error": error_object(self.error) if self.error else None,
            "institution_id": self.institution.id,
            "institution_name": self.institution.name,
            "item_id": self.item_id,
            "products": billed,
            "update_type": "background",
            "webhook": self.webhook,
        }

    def _ripen(self, now: datetime) -> list[Notice]:
        if self.stage is Stage.HISTORICAL or self.exchanged_at is None or "transactions" not in self.products:
            return []
        stage = self.readiness.stage((now - self.exchanged_at).total_seconds(), self.transaction_calls)
        since = date.min if self.days is None else self.created_at.date() - timedelta(days=self.days)
        recent = max(since, self.created_at.date() - _INITIAL_DAYS)
        fresh = self.stage is Stage.NOT_READY
        if stage is Stage.NOT_READY or stage is self.stage:
            return []
        initial, every = self.login.reaching(recent), self.login.reaching(since)
        first = 0 if fresh else initial
        end = every if stage is Stage.HISTORICAL else initial
        self.log.load(self.login.snapshots[first:end])
        notices = [_loaded("INITIAL_UPDATE", initial)] if fresh else []
        if stage is Stage.HISTORICAL:
            notices.append(_loaded("HISTORICAL_UPDATE", every - initial))
        self.stage = stage
        self.touch(now)
        return notices + self.sync_notice()

    def book(self, waiting: Sequence[Snapshot], on: date | None, now: datetime) -> list[Notice]:
        """Posts pending rows, on `on` or each on its own day."""
        if not waiting:
            return []
        for each in waiting:
            self.log.remove(each)
            self.log.add([posted(each.row, on=on, after=each)])
        self.touch(now)
        gone = [self.transaction_id(each) for each in waiting]
        return [
            Notice("TRANSACTIONS", "TRANSACTIONS_REMOVED", {"error": None, "removed_transactions": gone}),
            Notice("TRANSACTIONS", "DEFAULT_UPDATE", {"error": None, "new_transactions": len(waiting)}),
        ]

    def _new_rows(self, today: date) -> list[Snapshot]:
        """New pending rows in the likeness of earlier ones."""
        models = [each.row for each in self.log.current() if not each.pending and each.row.amount > 0]
        return [
            pending(
                replace(
                    row,
                    key=f"refresh-{self.refreshes}-{number}",
                    transacted=today,
                    posted=today + _POSTS_AFTER,
                )
            )
            for number, row in enumerate(models[:_NEW_ON_REFRESH])
        ]

    def sync_notice(self) -> list[Notice]:
        """Tells those who have called sync that there is something new for them."""
        if not self.armed:
            return []
        ready = {
            "historical_update_complete": self.stage is Stage.HISTORICAL,
            "initial_update_complete": self.stage is not Stage.NOT_READY,
        }
        return [Notice("TRANSACTIONS", "SYNC_UPDATES_AVAILABLE", ready)]

    def touch(self, now: datetime) -> None:
        """Notes that an answer would now be another."""
        self.last_update = now
        self.revision += 1


def pending_disconnect(at: datetime) -> Notice:
    """The warning of banks in the US and Canada that the access ends at that moment (UTC)."""
    fields = {"disconnect_time": _zulu(at), "reason": "INSTITUTION_TOKEN_EXPIRATION"}
    return Notice("ITEM", "PENDING_DISCONNECT", fields)


def _zulu(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _loaded(code: str, rows: int) -> Notice:
    return Notice("TRANSACTIONS", code, {"error": None, "new_transactions": rows})
