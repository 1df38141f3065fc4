"""One request's visitor: their vault, the client that reads their banks, and what the answer lets them remember."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, date, timedelta
from functools import partial

from flask import Flask, Response, current_app, g, request

from keepless.core.periods import Period
from keepless.core.secret import Secret
from keepless.core.tiers import Allowance, allowance_of
from keepless.errors import Action
from keepless.services.dashboards import reading_range
from keepless.services.hybrid import HybridPlaidClient
from keepless.services.keeping import Keeping
from keepless.services.linking import Linking
from keepless.services.snapshots import Snapshots, SnapshotSource, StatelessPlaidClient
from keepless.services.vault import Vault
from keepless.web.answers import report, request_id
from keepless.web.errors import BanksNeedAttention, NothingReadable
from keepless.web.logs import Pseudonyms
from keepless.web.query import QueryReader
from keepless.web.site import Parts, Site

EXTENSION = "keepless"


class Visit:
    """What pages and JSON share during one request. `visiting()` gives it.

    `queries` reads query strings; `pseudonym` stands a keyed hash for an id that goes into a log (R17).
    """

    def __init__(self, site: Site, parts: Parts, queries: QueryReader, pseudonym: Pseudonyms) -> None:
        self.site = site
        self.parts = parts
        self.queries = queries
        self.pseudonym = pseudonym
        self._learned: tuple[Vault, dict[str, int]] | None = None

    def today(self) -> date:
        """The visitor's day, by the time zone their browser told; UTC's where it told none."""
        zone = self.parts.hints.time_zone() or UTC
        return self.parts.clock().astimezone(zone).date()

    def vault(self) -> Vault:
        """The visitor's vault. Raises as `SessionCookie.read`."""
        return self.parts.session.read()

    def account_id(self) -> str | None:
        """The UUID of the visitor's account; None for a visitor without one. Raises as `SessionCookie.read`."""
        return self.vault().user or None

    @property
    def allowance(self) -> Allowance:
        """What the visitor's tier allows; everything where there are no accounts.

        Raises AccountsFault where an account's tier cannot be asked. A visitor without a session has the free tier.
        """
        accounts = self.parts.accounts
        if accounts is None:
            return allowance_of(None, has_tiers=False)
        vault = self.parts.session.jar().vault
        standing = self.parts.session.standing() if vault is not None and vault.user else None
        return allowance_of(standing.tier if standing else None, has_tiers=True)

    def linking(self) -> Linking:
        """The service that connects and disconnects banks."""
        return Linking(self.parts.plaid, self.parts.pool, forget=self.forget_copy, gone=self.uncover)

    def forget_copy(self, item_id: str) -> bool:
        """Lets go of the sealed copy of a bank, where one is kept; False where it could not be reached yet."""
        return self.parts.keeping is None or self.parts.keeping.forget(item_id)

    def uncover(self, item_id: str) -> None:
        """A bank is gone at Plaid: there is nothing left of it that could be orphaned."""
        self.parts.endings.forget(item_id)
        if self.parts.reaping is not None:
            self.parts.reaping.uncover([item_id])

    def keeping(self, vault: Vault) -> Keeping | None:
        """What keeps sealed copies of these banks; None where nothing does, or the visitor's tier has no cache.

        What is there from a larger tier of before is then let go.
        """
        keeping = self.parts.keeping
        if keeping is None or self.allowance.cache:
            return keeping
        keeping.let_go(vault)
        return None

    def client(self, vault: Vault, period: Period) -> SnapshotSource:
        """The client that reads the vault's banks for `period`, as many pages at once as the last visit teaches."""
        parts = self.parts
        expected = self._expected(vault, period)
        keeping = self.keeping(vault)
        if keeping is None:
            return StatelessPlaidClient(parts.plaid, parts.pool, vault, expected, warned_of=parts.endings.of)
        return HybridPlaidClient(
            parts.plaid,
            parts.pool,
            vault,
            expected,
            shelf=keeping.shelf(vault),
            clock=parts.clock,
            warned_of=parts.endings.of,
            # A person who reloads with force asks for the bank's own word (RFC 9111, 5.2.1.4); once a minute.
            asked_anew_after=timedelta(minutes=1) if request.cache_control.no_cache else None,
            on_lost=partial(report, parts, number=request_id()),
        )

    def read_banks(self, vault: Vault, period: Period) -> Snapshots:
        """Everything the vault's banks say of `period`, live, and of the days from its end to today.

        Banks go by the day of booking: a row of its last days, or the booked twin of a pending one, comes with a later
        day. What the answer teaches is kept as a hint by itself.
        """
        period = Period(period.start, max(period.end, self.today()))
        snapshots = self.client(vault, period).get_dashboard_data(period.start, period.end)
        for problem in snapshots.problems:
            self.parts.metrics.bank_problem(problem.action)
        for use in snapshots.cache.values():
            self.parts.metrics.cache_used(use)
        if self.is_usual(period):
            self._learned = (vault, snapshots.hints())
        return snapshots

    def hints_to_remember(self, vault: Vault, period: Period) -> Callable[[Mapping[str, int]], str | None]:
        """From what a stream learned of `period` to the hints cookie's new text; None where it stays as it is."""
        if not self.is_usual(period):
            return lambda _learned: None
        return self.parts.hints.remembering([key.bank.item_id for key in vault.banks])

    def write_hints(self, response: Response) -> Response:
        """Writes what this request learned into the hints cookie, which holds no secret (R4)."""
        if self._learned is not None:
            vault, counts = self._learned
            self.parts.hints.write(response, counts, item_ids=[key.bank.item_id for key in vault.banks])
        return response

    def is_usual(self, period: Period) -> bool:
        """Whether it is as long as the one that a visitor sees who asks for none."""
        return period.days == self._usual_days()

    def _usual_days(self) -> int:
        today = self.today()
        return reading_range(Period.last_days(today, self.site.history_days), today).days

    def _expected(self, vault: Vault, period: Period) -> dict[str, int]:
        """The hints count the usual period's rows: fewer for a shorter one, as many to begin with for a longer."""
        counts = self.parts.hints.expected(key.bank.item_id for key in vault.banks)
        usual = self._usual_days()
        if period.days >= usual:
            return counts
        return {item_id: -(-count * period.days // usual) for item_id, count in counts.items()}


def require_any(snapshots: Snapshots) -> None:
    """Raises NothingReadable where no connected bank answered; BanksNeedAttention where waiting does not help."""
    if snapshots.banks or not snapshots.problems:
        return
    passing = any(problem.retryable or problem.action == Action.WAIT for problem in snapshots.problems)
    raise (NothingReadable if passing else BanksNeedAttention)(snapshots.problems)


def visiting() -> Visit:
    """The visit of the request at hand; the same one however often it is asked for."""
    visit: Visit | None = g.get("keepless_visit")
    if visit is None:
        visit = g.keepless_visit = current_app.extensions[EXTENSION]()
    return visit


def register(app: Flask, site: Site, parts: Parts) -> None:
    """Gives every request of `app` its visit, and has every answer carry what its request learned."""
    queries = QueryReader(history_days=site.history_days, max_history_days=site.max_history_days)
    pseudonym = Pseudonyms(site.log_key or Secret(secrets.token_hex(32)))
    app.extensions[EXTENSION] = lambda: Visit(site, parts, queries, pseudonym)

    def remember(response: Response) -> Response:
        visit: Visit | None = g.get("keepless_visit")
        return response if visit is None else visit.write_hints(response)

    app.after_request(remember)
