"""One chart of months from several sources, as JSON, and what the visitor's own browser keeps of it: the trend capsule.

Rules T1 and on, the capsule and the file are in docs/trends.md.
"""

from datetime import date
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response

from keepless.core.capsule import Capsule, merge
from keepless.core.models import BankProblem, CacheUse
from keepless.core.periods import Period
from keepless.core.secret import Secret
from keepless.errors import (
    AccountsFault,
    BadCookie,
    InsecureTransport,
    InvalidField,
    NotInTier,
    Overloaded,
    RateLimited,
    SealBroken,
    SessionEnded,
    SessionExpired,
)
from keepless.services.snapshots import Snapshots
from keepless.services.trend_store import Whose
from keepless.services.trends import Look, TrendCard, TrendMonth, look
from keepless.services.vault import Vault
from keepless.web import trend_cookie, trend_storage
from keepless.web.api import Gap, gaps_of
from keepless.web.errors import BanksNeedAttention, CapsuleUnreadable, NothingReadable, TrendsFileUnreadable
from keepless.web.operations import JSON, Operation, answer, body_as
from keepless.web.tiers import require_trends
from keepless.web.trend_storage import opened, secret_of
from keepless.web.visit import Visit, require_any

# A capsule and a file at their longest, both in one request.
MAX_BODY = 640 * 1024


class TrendsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Months of each currency, the one in most months first and in it the oldest first; cards by bank and name.

    A month that is not there is not known; a figure of zero is known to be zero. `keeps` says that this browser keeps a
    capsule: its cookie came. `stored` says whether one is stored with the account, and whether this browser's cookie
    opens it: its months are then in the answer.
    """

    today: date
    months: tuple[TrendMonth, ...]
    cards: tuple[TrendCard, ...]
    problems: tuple[BankProblem, ...]
    gaps: tuple[Gap, ...]
    cache: CacheUse
    keeps: bool
    stored: Whose | None


class KeptTrendsAnswer(TrendsAnswer, frozen=True, kw_only=True):
    """The same with what the capsule had in it, and the `capsule` as the browser is to keep it from now on.

    `kept_from` is the first month in it (YYYY-MM), null where there is none; `dropped` counts the oldest months that
    had no room and are not in it.
    """

    capsule: str
    kept_from: str | None
    dropped: int


class KeepTrends(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The capsule that the browser keeps, null where it has none."""

    capsule: str | None


class ExportTrends(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The capsule to write into a file, and the words that will open it: 12 to 1,000 characters."""

    capsule: str
    passphrase: str


class ImportTrends(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file's text, the words that open it, and the capsule that it goes into, null where the browser has none."""

    file: str
    passphrase: str
    capsule: str | None


class ImportedTrends(msgspec.Struct, frozen=True, kw_only=True):
    """The capsule with the file's months in it, and how many months and cards it has. The others as on a visit."""

    capsule: str
    months: int
    cards: int
    kept_from: str | None
    dropped: int


def trends(visit: Visit) -> Response:
    """The chart of what the banks say, and of what is stored with the account for this browser."""
    vault = visit.vault()
    require_trends(visit)
    stored = trend_storage.look(visit, vault, secret_of(visit))
    snapshots = _read(visit, vault)
    if not stored.capsule.all_months():
        require_any(snapshots)
    seen = look(snapshots, visit.today(), stored.capsule)
    return answer(_shown(visit, snapshots, seen, keeps=trend_cookie.came(), stored=stored.whose))


def keep(visit: Visit) -> Response:
    """The chart with the capsule's months in it, and the capsule with what the banks say in it."""
    vault = visit.vault()
    require_trends(visit)
    key, kept = opened(visit, body_as(KeepTrends, most=MAX_BODY).capsule)
    kept = merge(kept, trend_storage.look(visit, vault, key.secret).capsule)
    snapshots = _read(visit, vault)
    if not kept.all_months():
        require_any(snapshots)
    seen = look(snapshots, visit.today(), kept)
    sealed = visit.parts.trends.seal(key.secret, seen.known)
    stored = trend_storage.bring_up_to_date(visit, vault, key.secret, sealed)
    told = KeptTrendsAnswer(
        **msgspec.structs.asdict(_shown(visit, snapshots, seen, keeps=True, stored=stored)),
        capsule=sealed.sealed,
        kept_from=_first_month(sealed.capsule),
        dropped=sealed.dropped,
    )
    return trend_cookie.write(visit, answer(told), key)


def export(visit: Visit) -> Response:
    """The capsule as a file that its passphrase alone opens. Needs the capsule's cookie, and no session.

    But where an account was signed out of in this browser, all that is left here is locked until somebody signs in.
    """
    vault = visit.parts.session.jar().vault
    if vault is not None and vault.user:
        visit.vault()
    asked = body_as(ExportTrends, most=MAX_BODY)
    _, kept = opened(visit, asked.capsule)
    text = visit.parts.trends.to_file(Secret(asked.passphrase), kept)
    name = f"keepless-trends-{visit.today().isoformat()}.json"
    return Response(text, content_type=JSON, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def take_in(visit: Visit) -> Response:
    """The months of a file, merged into this browser's capsule."""
    vault = visit.vault()
    require_trends(visit)
    asked = body_as(ImportTrends, most=MAX_BODY)
    key, kept = opened(visit, asked.capsule)
    try:
        brought = visit.parts.trends.from_file(Secret(asked.passphrase), asked.file)
    except SealBroken:
        raise TrendsFileUnreadable("the file does not open") from None
    kept = merge(kept, trend_storage.look(visit, vault, key.secret).capsule)
    sealed = visit.parts.trends.seal(key.secret, merge(kept, brought))
    trend_storage.bring_up_to_date(visit, vault, key.secret, sealed)
    told = ImportedTrends(
        capsule=sealed.sealed,
        months=len(sealed.capsule.all_months()),
        cards=len({card for card, _ in sealed.capsule.cards}),
        kept_from=_first_month(sealed.capsule),
        dropped=sealed.dropped,
    )
    return trend_cookie.write(visit, answer(told), key)


def forget(visit: Visit) -> Response:
    """Takes the capsule's key out of the browser, and what it opens out of the account."""
    trend_storage.forget(visit, secret_of(visit))
    return trend_cookie.forget(Response(status=HTTPStatus.NO_CONTENT))


def _read(visit: Visit, vault: Vault) -> Snapshots:
    days = min(visit.site.max_history_days, visit.allowance.history_days)
    return visit.read_banks(vault, Period.last_days(visit.today(), days))


def _shown(visit: Visit, snapshots: Snapshots, seen: Look, *, keeps: bool, stored: Whose | None) -> TrendsAnswer:
    return TrendsAnswer(
        today=visit.today(),
        months=seen.months,
        cards=seen.cards,
        problems=snapshots.problems,
        gaps=gaps_of(snapshots),
        cache=snapshots.use,
        keeps=keeps,
        stored=stored,
    )


def _first_month(capsule: Capsule) -> str | None:
    return next(iter(capsule.all_months()), None)


OPERATIONS = (
    Operation(
        method="GET",
        path="/api/trends",
        name="trends",
        summary="Months of the last two years, as far as the banks tell them. 503 or 409 where none could be read.",
        view=trends,
        answer=TrendsAnswer,
        session=True,
        faults=(NotInTier, NothingReadable, BanksNeedAttention),
    ),
    Operation(
        method="POST",
        path="/api/trends",
        name="keep_trends",
        summary="The same with the months of the capsule that the browser keeps, and that capsule brought up to date.",
        view=keep,
        answer=KeptTrendsAnswer,
        body=KeepTrends,
        session=True,
        faults=(InvalidField, NotInTier, CapsuleUnreadable, NothingReadable, BanksNeedAttention),
    ),
    Operation(
        method="POST",
        path="/api/trends/export",
        name="export_trends",
        summary="The capsule as a file that a passphrase opens, here or elsewhere.",
        view=export,
        answer=dict[str, Any],
        body=ExportTrends,
        faults=(
            InvalidField,
            CapsuleUnreadable,
            Overloaded,
            RateLimited,
            BadCookie,
            InsecureTransport,
            SessionEnded,
            SessionExpired,
            AccountsFault,
        ),
    ),
    Operation(
        method="POST",
        path="/api/trends/import",
        name="import_trends",
        summary="The capsule with the months of such a file in it.",
        view=take_in,
        answer=ImportedTrends,
        body=ImportTrends,
        session=True,
        faults=(InvalidField, NotInTier, CapsuleUnreadable, TrendsFileUnreadable, Overloaded, RateLimited),
    ),
    Operation(
        method="POST",
        path="/api/trends/forget",
        name="forget_trends",
        summary="Takes the capsule's key out of the browser: what the browser stores can then be opened by nobody.",
        view=forget,
        status=HTTPStatus.NO_CONTENT,
        faults=(BadCookie, InsecureTransport, AccountsFault),
    ),
)
