"""Plaid, spoken to over its official SDK: the adapter behind `keepless.ports.Plaid`."""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from keepless.adapters.plaid import faults, item_tokens, link_tokens, mapping, pages, streams, sync, terms, wire
from keepless.adapters.plaid.budget import Caller, Deadline
from keepless.adapters.plaid.health import Health
from keepless.adapters.plaid.settings import LinkSettings, Patience
from keepless.adapters.plaid.streams import Streams
from keepless.adapters.plaid.sync import AskPage, Page
from keepless.adapters.plaid.transport import Transport
from keepless.core.models import BankRef, BankSnapshot, Changes, Liabilities
from keepless.core.moments import utc_moment
from keepless.core.secret import Secret
from keepless.errors import ConfigError, PlaidFault
from keepless.ports import Clock, Connected, LinkToken

T = TypeVar("T")

# The item is gone, by whoever's hand (R13).
_REMOVED = frozenset({"ITEM_NOT_FOUND", "INVALID_ACCESS_TOKEN", "ITEM_CONCURRENTLY_DELETED"})
# A call is bounded by its own time-outs; this much more covers what they do not (a name look-up, a trickle of bytes).
_GRACE = 1.0


class PlaidClient:
    """One per process; its connections and threads are shared by all requests. Safe to use from many threads.

    `base_url` is the only host ever called, and over https: only in the `environment` local (the others are sandbox and
    production) may keys and tokens travel in clear. `compress` asks for gzip; None: wherever Plaid is not on this
    machine. `recurring` asks for Plaid's own view of what recurs as well. Every method keeps to `patience` and raises
    PlaidFault and nothing else for a failed call; the constructor raises ConfigError.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        secret: Secret,
        environment: str,
        *,
        clock: Clock,
        link: LinkSettings | None = None,
        patience: Patience | None = None,
        compress: bool | None = None,
        recurring: bool = False,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if environment != "local" and not base_url.startswith("https://"):
            raise ConfigError(f"PLAID_BASE_URL must begin with https:// where PLAID_ENV is {environment}")
        self._clock = clock
        self._link = link or LinkSettings()
        self._patience = patience or Patience()
        self._recurring = recurring
        self._monotonic = monotonic
        self._health = Health(clock)
        self._transport = Transport(base_url, client_id, secret, self._patience, compress=compress)
        self._caller = Caller(self._transport, self._patience, self._health, sleep=sleep)
        # Only single calls run here and none of them waits for another, so any number of fetches gets through.
        self._threads = ThreadPoolExecutor(self._patience.calls_at_once, thread_name_prefix="plaid")

    def create_link_token(
        self, *, user_id: str, update: Secret | None = None, redirect_uri: str | None = None
    ) -> LinkToken:
        """A token for Link (Plaid, /link/token/create); with `update`, for update mode, which takes no products."""
        body = link_tokens.request(self._link, user_id=user_id, update=update, redirect_uri=redirect_uri)
        return self._ask("/link/token/create", body, link_tokens.read, self._deadline())

    def exchange(self, public_token: Secret) -> Connected:
        """Trades a public token for the lasting one, asked for once only; a name that cannot be had is left empty."""
        deadline = self._deadline()
        body = {"public_token": public_token.reveal()}
        answer = self._ask("/item/public_token/exchange", body, wire.exchange_answer, deadline, once=True)
        access_token = Secret(answer.access_token)
        try:
            bank = self._identify(access_token, deadline)
        except PlaidFault:
            bank = BankRef(answer.item_id or "", "", "")
        return Connected(access_token, bank)

    def identify(self, access_token: Secret) -> BankRef:
        """Who the bank behind a token is. An item whose login has expired is still identified."""
        return self._identify(access_token, self._deadline())

    def remove(self, access_token: Secret) -> str | None:
        """Removes the item; Plaid's request id, or None where it was gone already (R13)."""
        body = {"access_token": access_token.reveal()}
        try:
            return self._ask("/item/remove", body, wire.removed_answer, self._deadline()).request_id
        except PlaidFault as fault:
            if fault.code in _REMOVED:
                return None
            raise

    def public_token(self, access_token: Secret) -> Secret:
        """A public token of the item, good once and for 30 minutes (Plaid, /item/public_token/create)."""
        body = {"access_token": access_token.reveal()}
        read, expected = item_tokens.public_token, item_tokens.EXPECTED
        try:
            return self._ask("/item/public_token/create", body, read, self._deadline(), expected=expected)
        except PlaidFault as fault:
            raise item_tokens.judged(fault) from None

    def rotate(self, access_token: Secret) -> Secret:
        """The item's new access token; the old one ends at once, whether this answer arrives or not.

        Asked again where no answer came: INVALID_ACCESS_TOKEN then says that it was done, or that the token was none.
        """
        body = {"access_token": access_token.reveal()}
        read, expected = item_tokens.new_access_token, item_tokens.EXPECTED
        return self._ask("/item/access_token/invalidate", body, read, self._deadline(), expected=expected)

    def fetch(
        self, access_token: Secret, bank: BankRef, *, start: dt.date, end: dt.date, expected: int | None
    ) -> BankSnapshot:
        """All that `bank` holds of the inclusive range, all pages at once, liabilities and streams beside them.

        Where only streams fail, the rest is given without them. Where only liabilities fail, or the bank has no
        transactions to give (PRODUCTS_NOT_SUPPORTED), the rest is given and the code stands beside it. Raises
        PlaidFault for any other failure of transactions.
        """
        deadline = self._deadline()
        asked_terms = self._start_terms(access_token, deadline)
        asked_streams = self._start_streams(access_token, deadline) if self._recurring else None
        problem = None
        try:
            found = self._transactions(access_token, start, end, expected, deadline)
        except PlaidFault as fault:
            if fault.code != "PRODUCTS_NOT_SUPPORTED":
                asked_terms.cancel()
                if asked_streams is not None:
                    asked_streams.cancel()
                raise
            problem = fault.code
            found = self._accounts_only(access_token, deadline)
        accounts, lost = mapping.accounts(found.accounts)
        beside = Deadline(self._monotonic, min(deadline.left(), self._patience.beside))
        liabilities = self._terms_in_time(asked_terms, beside)
        recurring = self._streams_in_time(asked_streams, beside)
        item = found.item or wire.Item()
        return BankSnapshot(
            bank=BankRef(
                item.item_id or bank.item_id,
                item.institution_id or bank.institution_id,
                item.institution_name or bank.name,
            ),
            accounts=tuple(accounts),
            transactions=found.transactions,
            cards=liabilities.cards,
            loans=liabilities.loans,
            liabilities_problem=liabilities.problem,
            transactions_problem=problem,
            unreadable=found.unreadable + lost + liabilities.unreadable + (recurring.unreadable if recurring else 0),
            streams=recurring.streams if recurring else None,
            renew_by=utc_moment(item.consent_expiration_time),
            start=start,
            end=end,
            fetched_at=self._clock(),
        )

    def cursor_now(self, access_token: Secret, bank: BankRef) -> str:  # noqa: ARG002  for who stands before
        """A cursor from which `sync` tells what happens from here on; "" while Plaid still pulls history."""
        return sync.start(self._sync_pages(access_token))

    def sync(self, access_token: Secret, bank: BankRef, *, cursor: str) -> Changes:  # noqa: ARG002  for who stands before
        """What has changed since `cursor`: one call where it is a page or less. Raises as `sync.gather` does."""
        return sync.gather(self._sync_pages(access_token), cursor)

    def liabilities(self, access_token: Secret, bank: BankRef) -> Liabilities:  # noqa: ARG002  for who stands before
        """The terms of cards and loans by themselves; what fails is their `problem`, as in `fetch`."""
        deadline = self._deadline()
        return self._terms_in_time(self._start_terms(access_token, deadline), deadline)

    def status(self) -> Mapping[str, object]:
        """`last_success`, `last_failure` (UTC, or None) and `last_failure_code`, of the calls made so far."""
        return self._health.report()

    def webhook_key(self, key_id: str) -> wire.WebhookKey:
        """The public key that signs webhooks under `key_id` (Plaid, /webhook_verification_key/get)."""
        body = {"key_id": key_id}
        return self._ask("/webhook_verification_key/get", body, wire.webhook_key_answer, self._deadline()).key

    def close(self) -> None:
        """Gives up what has not begun and closes idle connections."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._transport.close()

    def _identify(self, access_token: Secret, deadline: Deadline) -> BankRef:
        item = self._ask("/item/get", {"access_token": access_token.reveal()}, wire.item_answer, deadline).item
        if not item.item_id:
            raise faults.own(faults.BAD_ANSWER)
        institution_id = item.institution_id or ""
        name = item.institution_name or self._institution_name(institution_id, deadline)
        return BankRef(item.item_id, institution_id, name)

    def _institution_name(self, institution_id: str, deadline: Deadline) -> str:
        """The institution's name, or "" where it cannot be had: the token is good all the same."""
        if not institution_id:
            return ""
        body = {"institution_id": institution_id, "country_codes": list(self._link.country_codes)}
        try:
            answer = self._ask("/institutions/get_by_id", body, wire.institution_answer, deadline)
        except PlaidFault:
            return ""
        return answer.institution.name or ""

    def _transactions(
        self, access_token: Secret, start: dt.date, end: dt.date, expected: int | None, deadline: Deadline
    ) -> pages.Gathered:
        read = pages.reader({})

        def ask(offsets: list[int]) -> list[pages.Page]:
            asked = [
                self._start("/transactions/get", pages.request(access_token, start, end, offset), read, deadline)
                for offset in offsets
            ]
            try:
                return [self._wait(page, deadline.left() + _GRACE) for page in asked]
            except PlaidFault:
                for page in asked:
                    page.cancel()
                raise

        return pages.gather(ask, expected)

    def _sync_pages(self, access_token: Secret) -> AskPage:
        """Asks for the pages of one loop, all within one budget."""
        read, deadline = sync.reader({}), self._deadline()

        def ask(cursor: str) -> Page:
            body = sync.request(access_token, cursor)
            return self._ask("/transactions/sync", body, read, deadline, expected=sync.EXPECTED)

        return ask

    def _accounts_only(self, access_token: Secret, deadline: Deadline) -> pages.Gathered:
        body = {"access_token": access_token.reveal()}
        answer = self._ask("/accounts/get", body, wire.accounts_answer, deadline)
        accounts, lost = wire.account_rows(answer.accounts)
        return pages.Gathered([], lost, accounts, answer.item)

    def _start_terms(self, access_token: Secret, deadline: Deadline) -> Future[Liabilities]:
        return self._start("/liabilities/get", {"access_token": access_token.reveal()}, terms.read, deadline)

    def _terms_in_time(self, asked: Future[Liabilities], beside: Deadline) -> Liabilities:
        try:
            return self._wait(asked, beside.left())
        except PlaidFault as fault:
            return Liabilities(problem=fault.code)

    def _start_streams(self, access_token: Secret, deadline: Deadline) -> Future[Streams]:
        body = {
            "access_token": access_token.reveal(),
            "options": {"personal_finance_category_version": "v2"},
        }
        return self._start("/transactions/recurring/get", body, streams.read, deadline)

    def _streams_in_time(self, asked: Future[Streams] | None, beside: Deadline) -> Streams | None:
        """What Plaid calls recurring; None where it was not asked or does not answer: we look for ourselves then."""
        try:
            return None if asked is None else self._wait(asked, beside.left())
        except PlaidFault:
            return None

    def _ask(self, path: str, body: dict[str, Any], read: Callable[[bytes], T], deadline: Deadline, **how: Any) -> T:
        """One call by itself. It waits for the pool, so nothing that runs in the pool may use it."""
        return self._wait(self._start(path, body, read, deadline, **how), deadline.left() + _GRACE)

    def _start(
        self, path: str, body: dict[str, Any], read: Callable[[bytes], T], deadline: Deadline, **how: Any
    ) -> Future[T]:
        """Begins a call; `how` are the options of `Caller.ask`."""
        try:
            return self._threads.submit(lambda: self._caller.ask(path, body, read, deadline, **how))
        except RuntimeError:  # the client was closed
            raise faults.own(faults.DEADLINE) from None

    def _wait(self, future: Future[T], seconds: float) -> T:
        try:
            return future.result(max(seconds, 0))
        except (TimeoutError, CancelledError):  # cancelled: the client was closed
            future.cancel()
            raise faults.own(faults.DEADLINE) from None

    def _deadline(self) -> Deadline:
        return Deadline(self._monotonic, self._patience.budget)
