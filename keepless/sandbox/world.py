"""Everything one local Plaid remembers: items, tokens, faults, limits. Lives on one event loop."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from keepless.sandbox import user_files, users
from keepless.sandbox.bodies import PageShelf
from keepless.sandbox.faults import FaultBoard
from keepless.sandbox.household import Holding
from keepless.sandbox.ids import fresh_token
from keepless.sandbox.institutions import Directory, Institution
from keepless.sandbox.item import Item, Login, Notice
from keepless.sandbox.limits import RateLimiter
from keepless.sandbox.options import Options
from keepless.sandbox.problem import PlaidProblem
from keepless.sandbox.requests import AccountFilter, LinkTokenCreate
from keepless.sandbox.snapshots import as_of
from keepless.sandbox.webhooks import Postman

PUBLIC_TOKEN_LASTS = timedelta(minutes=30)
LINK_TOKEN_LASTS = timedelta(hours=4)
UPDATE_TOKEN_LASTS = timedelta(minutes=30)
_LOGINS_KEPT = 8
_INVALID_TOKEN = "could not find matching access token"  # noqa: S105  a message


@dataclass(slots=True)
class LinkToken:
    """A link token and the sessions that used it. `item` is the one to repair in update mode."""

    token: str
    request: LinkTokenCreate
    created_at: datetime
    expires_at: datetime
    item: Item | None
    sessions: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class OAuthLogin:
    """A person who was sent to a bank's own page. `handed` is what Link tells once they are back; None until then."""

    link: LinkToken
    institution: Institution
    handed: dict[str, Any] | None = None
    resumed: bool = False


class World:
    """The state behind all endpoints. Raises BadUsersFolder where the folder of users cannot be served."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = options.now
        self.url = f"http://{options.host}:{options.port}"
        folder = options.users_dir
        self.user_files = user_files.read(folder, self.clock().date()) if folder else {}
        self.directory = Directory(self.user_files)
        self.limits = RateLimiter(options.rate_limits)
        self.faults = FaultBoard()
        self.postman = Postman(self.clock, options.webhook_retry_seconds)
        self.pages = PageShelf()
        self.readiness = options.readiness
        self.items: dict[str, Item] = {}
        self.link_tokens: dict[str, LinkToken] = {}
        self.oauth_logins: dict[str, OAuthLogin] = {}
        self._by_token: dict[str, Item] = {}
        self._by_public_token: dict[str, tuple[Item, datetime]] = {}
        self._for_one_use: set[str] = set()
        self._logins: OrderedDict[tuple[str, str, str, date], Login] = OrderedDict()
        self._building = asyncio.Lock()

    def reset(self) -> None:
        """Forgets everything but the options, the signing key and what was built of households."""
        self.limits.clear()
        self.limits.regime = self.options.rate_limits
        self.faults.clear()
        self.postman.clear()
        self.pages.clear()
        self.readiness = self.options.readiness
        for known in (self.items, self.link_tokens, self.oauth_logins, self._by_token, self._by_public_token):
            known.clear()
        self._for_one_use.clear()

    def institution(self, institution_id: str) -> Institution:
        """Raises PlaidProblem INVALID_INSTITUTION."""
        found = self.directory.by_id.get(institution_id)
        if found is None:
            raise PlaidProblem("INVALID_INSTITUTION")
        return found

    async def open_item(
        self,
        institution: Institution,
        username: str,
        password: str,
        *,
        products: Iterable[str],
        webhook: str | None,
        days: int | None,
        filters: Mapping[str, AccountFilter] | None = None,
    ) -> tuple[str, Item]:
        """A new login at a bank, and the public token for it; `filters` say which accounts of each type are shared.

        Raises PlaidProblem for what the bank answers instead.
        """
        if institution.refusal:
            raise PlaidProblem(institution.refusal)
        now = self.clock()
        login = await self._login(institution, username, password, now.date())
        if login.household.force_error:
            raise PlaidProblem(login.household.force_error)
        if filters is not None:
            login = login.sharing(tuple(each for each in login.household.accounts if _passes(each, filters)))
        if not login.household.accounts:
            raise PlaidProblem("NO_ACCOUNTS")
        item = Item(
            institution=institution,
            login=login,
            access_token=fresh_token("access"),
            created_at=now,
            products=list(dict.fromkeys(products)),
            webhook=webhook,
            readiness=self.readiness,
            days=days,
        )
        self.items[item.item_id] = item
        return self.public_token(item), item

    def public_token(self, item: Item, *, once: bool = False) -> str:
        """A public token of an item. `once`: it is used up by its exchange, as Plaid says of those made for an item."""
        token = fresh_token("public")
        self._by_public_token[token] = (item, self.clock())
        if once:
            self._for_one_use.add(token)
        return token

    def exchange(self, public_token: str) -> Item:
        """The item of a public token, with the access token it has now. Raises PlaidProblem INVALID_PUBLIC_TOKEN."""
        item, made_at = self._by_public_token.get(public_token, (None, None))
        if item is None or made_at is None or item.removed:
            raise PlaidProblem("INVALID_PUBLIC_TOKEN")
        now = self.clock()
        if now - made_at > PUBLIC_TOKEN_LASTS:
            raise PlaidProblem("INVALID_PUBLIC_TOKEN", "provided public token is expired")
        if public_token in self._for_one_use:
            del self._by_public_token[public_token]
        self._by_token[item.access_token] = item
        if item.exchanged_at is None:
            item.exchanged_at = now
            self.bring_up_to_now(item)
            # Its webhooks must come without anybody asking for transactions.
            for seconds in {item.readiness.initial_seconds, item.readiness.historical_seconds} - {0}:
                asyncio.get_running_loop().call_later(seconds, self.bring_up_to_now, item)
        return item

    def known(self, access_token: str | None) -> Item | None:
        """The item of a token, removed or not; None for no token or one nobody has."""
        return self._by_token.get(access_token) if access_token else None

    def item(self, access_token: str) -> Item:
        """A live item, brought up to now. Raises PlaidProblem INVALID_ACCESS_TOKEN or ITEM_NOT_FOUND."""
        item = self._by_token.get(access_token)
        if item is None:
            raise PlaidProblem("INVALID_ACCESS_TOKEN", _INVALID_TOKEN if access_token.startswith("access-") else None)
        if item.removed:
            raise PlaidProblem("ITEM_NOT_FOUND")
        self.bring_up_to_now(item)
        return item

    def bring_up_to_now(self, item: Item) -> None:
        """Lets time do its work on the item, and fires the webhooks that come of it."""
        self.notify(item, item.advance(self.clock()))

    def healthy_item(self, access_token: str) -> Item:
        """The same, for endpoints that need the login to work. Raises PlaidProblem also with the item's own error."""
        item = self.item(access_token)
        if item.error:
            raise PlaidProblem(item.error)
        return item

    def rotate(self, item: Item) -> str:
        """A new access token; the old one is unknown from now on."""
        del self._by_token[item.access_token]
        item.access_token = fresh_token("access")
        self._by_token[item.access_token] = item
        return item.access_token

    def new_link_token(self, request: LinkTokenCreate, item: Item | None) -> LinkToken:
        now = self.clock()
        lasts = UPDATE_TOKEN_LASTS if item else LINK_TOKEN_LASTS
        made = LinkToken(fresh_token("link"), request, now, now + lasts, item)
        self.link_tokens[made.token] = made
        return made

    def link_token(self, token: str) -> LinkToken:
        """Raises PlaidProblem INVALID_LINK_TOKEN for one that is unknown or over."""
        found = self.link_tokens.get(token)
        if found is None or found.expires_at < self.clock():
            raise PlaidProblem("INVALID_LINK_TOKEN")
        return found

    def notify(self, item: Item, notices: Iterable[Notice]) -> None:
        """Fires webhooks of an item, where it has an address for them."""
        for notice in notices:
            if item.webhook is None:
                return
            item.last_webhook = (self.clock(), notice.code)
            about = {"environment": "sandbox", "item_id": item.item_id}
            kind = {"webhook_code": notice.code, "webhook_type": notice.kind}
            self.postman.send(item.webhook, {**about, **notice.fields, **kind})

    async def _login(self, institution: Institution, username: str, password: str, today: date) -> Login:
        key = (institution.user_file or "", username, password, today)
        async with self._building:
            login = self._logins.get(key)
            if login is None:
                login = await asyncio.to_thread(self._build, institution, username, password, today)
                self._logins[key] = login
                if len(self._logins) > _LOGINS_KEPT:
                    self._logins.popitem(last=False)
            self._logins.move_to_end(key)
        return login

    def _build(self, institution: Institution, username: str, password: str, today: date) -> Login:
        try:
            if institution.user_file is not None:
                stem = institution.user_file
                household = users.household_from_json(stem, self.user_files[stem], today=today)
            else:
                household = users.household_for(username, password, today=today, files=self.user_files)
        except users.UnknownUser:
            raise PlaidProblem("INVALID_CREDENTIALS") from None
        except users.BadCustomUser as error:
            raise PlaidProblem("INVALID_FIELD", f"override_password: {error}") from None
        return Login(household, tuple(as_of(household.rows, today)))


def _passes(holding: Holding, filters: Mapping[str, AccountFilter]) -> bool:
    """A type that no filter names is hidden."""
    shown = filters[holding.type].account_subtypes if holding.type in filters else []
    return "all" in shown or holding.subtype in shown
