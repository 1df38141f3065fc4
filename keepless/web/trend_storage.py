"""Storing the trend capsule with an account: asked for and taken back by the person, on their page or in JSON.

What is stored is what their browser keeps, sealed with the key in its trend cookie: the server has it and cannot open
it (docs/trends.md, T17 and on).
"""

from http import HTTPStatus

import msgspec
from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

from keepless.core.capsule import Capsule, merge
from keepless.errors import InvalidField, NotInTier, SealBroken, SessionEnded, SessionExpired
from keepless.services.trend_keeping import Kept
from keepless.services.trend_store import Stored, TrendStore, Whose
from keepless.services.vault import Vault
from keepless.web import trend_cookie
from keepless.web.errors import CapsuleUnreadable
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import see_other
from keepless.web.tiers import require_trends
from keepless.web.trend_cookie import TrendKey
from keepless.web.visit import Visit, visiting

FORM_PATH = "/account/trends"
# A capsule at its longest, with room for the JSON around it.
MAX_BODY = 320 * 1024


class StoreTrends(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whether to store the capsule with the account, and the one that the browser keeps, null where it has none."""

    on: bool
    capsule: str | None = None


class StoredTrends(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored now, as in the answer of /api/trends: `here` after storing, null after taking it back."""

    stored: Whose | None


class Storage(msgspec.Struct, frozen=True, kw_only=True):
    """What the account's page says of it. `offered`: the visitor's tier has trends."""

    whose: Whose | None
    offered: bool


def register(app: Flask) -> None:
    """Adds the form of the account's page, and what that page needs to know, to `app`."""
    app.add_url_rule(FORM_PATH, endpoint="page.store_trends", view_func=lambda: by_form(visiting()), methods=["POST"])
    app.jinja_env.globals["trend_storage"] = lambda: storage(visiting())


def look(visit: Visit, vault: Vault, secret: bytes | None) -> Stored:
    """What is stored with the account of this vault, for the browser with this key. Raises AccountsFault."""
    store = _store(visit)
    return store.look(vault.user, secret) if store is not None and vault.user else Stored()


def bring_up_to_date(visit: Visit, vault: Vault, secret: bytes, kept: Kept) -> Whose | None:
    """Stores `kept` where the person asked for that and it is this browser's to do. Raises AccountsFault."""
    store = _store(visit)
    return store.bring_up_to_date(vault.user, secret, kept) if store is not None and vault.user else None


def forget(visit: Visit, secret: bytes | None) -> None:
    """Removes what only this key opens, since the key is about to go. Raises AccountsFault, BadCookie.

    Where the account's session is over it stays: this browser speaks for the account no more.
    """
    vault, store = visit.parts.session.jar().vault, _store(visit)
    if store is None or vault is None or not vault.user:
        return
    try:
        user_id = visit.vault().user
    except (SessionEnded, SessionExpired):
        return
    if store.look(user_id, secret).whose is Whose.HERE:
        store.end(user_id)


def store_trends(visit: Visit) -> Response:
    """Stores the capsule with the account, or takes it back."""
    asked = body_as(StoreTrends, most=MAX_BODY)
    if not asked.on:
        _end(visit)
        return answer(StoredTrends(stored=None))
    key = _begin(visit, asked.capsule)
    return trend_cookie.write(visit, answer(StoredTrends(stored=Whose.HERE)), key)


def by_form(visit: Visit) -> Response:
    """The same for the page without a script, which has no capsule to hand over: the next look at the trends does."""
    wish = as_sent(lambda: request.form).get("on")
    if wish not in ("yes", "no"):
        raise InvalidField("on", "it must be yes or no")
    back = see_other("/account")
    if wish == "no":
        _end(visit)
        return back
    return trend_cookie.write(visit, back, _begin(visit, None))


def storage(visit: Visit) -> Storage | None:
    """What to say on the account's page; None for a visitor without an account. Raises as `SessionCookie.read`."""
    vault = visit.parts.session.shown()
    if _store(visit) is None or vault is None or not vault.user:
        return None
    return Storage(whose=look(visit, vault, secret_of(visit)).whose, offered=visit.allowance.trends)


def secret_of(visit: Visit) -> bytes | None:
    """What this browser's trend cookie holds; None where none came, or none that opens."""
    try:
        key = trend_cookie.key(visit)
    except CapsuleUnreadable:
        return None
    return key.secret if key is not None else None


def opened(visit: Visit, sealed: str | None) -> tuple[TrendKey, Capsule]:
    """This browser's key, a new one where it has none, and what its capsule holds. Raises CapsuleUnreadable."""
    key = trend_cookie.key(visit)
    if sealed is None:
        return key or trend_cookie.new_key(visit), Capsule()
    if key is None:
        raise CapsuleUnreadable("a capsule came without its cookie")
    try:
        return key, visit.parts.trends.open(key.secret, sealed)
    except SealBroken as fault:
        raise CapsuleUnreadable(f"the capsule does not open: {fault.reason}") from None


def _begin(visit: Visit, capsule: str | None) -> TrendKey:
    """Stores this browser's capsule in place of whatever is stored. Raises NotInTier for who has no account."""
    store = _required_store(visit)
    vault = visit.vault()
    require_trends(visit)
    if not vault.user:
        raise NotInTier("trends")
    key, kept = opened(visit, capsule)
    kept = merge(kept, store.look(vault.user, key.secret).capsule)
    store.begin(vault.user, visit.parts.trends.seal(key.secret, kept))
    return key


def _end(visit: Visit) -> None:
    """In every tier: what is one's own can always be taken back."""
    store, user_id = _required_store(visit), visit.vault().user
    if user_id:
        store.end(user_id)


def _store(visit: Visit) -> TrendStore | None:
    capsules = visit.parts.capsules
    return TrendStore(capsules, visit.parts.trends) if capsules is not None else None


def _required_store(visit: Visit) -> TrendStore:
    store = _store(visit)
    if store is None:
        raise NotFound
    return store


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/trends/store",
        name="store_trends",
        summary="Stores the browser's sealed trend capsule with the account, or takes it back. Needs an account.",
        view=store_trends,
        answer=StoredTrends,
        status=HTTPStatus.OK,
        body=StoreTrends,
        session=True,
        faults=(InvalidField, NotInTier, CapsuleUnreadable),
    ),
)
