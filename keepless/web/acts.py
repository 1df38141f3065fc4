"""The one table of which answers are acts: what the audit trail says of a request to each route, if anything.

A test walks all routes: each is in the one table or in the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, request

from keepless.web.visit import visiting

# Method and route, as app.url_map has them.
Route = tuple[str, str]


def _yes() -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Act:
    """What was done where the answer is good, and tried where it is not.

    `told_by` names it by the answer instead. `begins` is taken down before the work is done, so that work which is
    broken off has its line too. `ends_session`: the one who does it is looked up before, since afterwards nobody knows.
    `by_nobody`: whoever did it is not known, whatever cookie came; `or_nobody`: may not be. `when`: it is one then.
    """

    did: str = ""
    told_by: Callable[[Response], str] | None = None
    begins: str = ""
    ends_session: bool = False
    by_nobody: bool = False
    or_nobody: bool = False
    when: Callable[[], bool] = _yes

    def name(self, response: Response) -> str:
        return self.told_by(response) if self.told_by else self.did


def _shows_figures() -> bool:
    """Not where the page is the shell, which has none and asks /api/live for them."""
    return bool(request.args) or not visiting().parts.hints.script_runs()


def _all_banks() -> bool:
    """Not where the page only asks one of its banks again."""
    return "bank" not in request.args


def _wrote_session() -> bool:
    return visiting().parts.session.jar().written


def _left(_response: Response) -> str:
    """A session of an account is ended and leaves its cookie; all others are over with their banks."""
    return "revoked" if _wrote_session() else "signed_out"


def _rotated(_response: Response) -> str:
    """In two steps, of which the second writes new keys."""
    return "rotated_tokens" if _wrote_session() else "prepared_rotation"


def _stored_trends(response: Response) -> str:
    if request.form:
        return "kept_trends" if request.form.get("on") == "yes" else "took_back_trends"
    told = response.get_json(silent=True) if response.is_json else None
    return "took_back_trends" if isinstance(told, dict) and not told.get("stored", True) else "kept_trends"


_LOOKED = Act(did="viewed_dashboard")
_HELD = Act(did="viewed_what_you_hold")
_EXPORTED = Act(did="exported")
_TRENDS = Act(did="viewed_trends")
_DISCONNECTED = Act(did="disconnected_bank", ends_session=True)
_ASKED = Act(did="asked_sign_in", by_nobody=True)
_SIGNED_IN = Act(did="signed_in")
_ENDED = Act(did="ended_session")
_DELETED = Act(did="deletion_finished", begins="deletion_begun", ends_session=True)
_REVOKED = Act(did="revoked", ends_session=True, or_nobody=True)
_ROTATED = Act(told_by=_rotated)
_STORED = Act(told_by=_stored_trends)

ACTS: Mapping[Route, Act] = {
    ("GET", "/"): Act(did="viewed_dashboard", when=_shows_figures),
    ("GET", "/statement"): _LOOKED,
    ("GET", "/api/live"): Act(did="viewed_dashboard", when=_all_banks),
    ("GET", "/api/dashboard"): _LOOKED,
    ("GET", "/api/transactions"): Act(did="viewed_transactions"),
    ("GET", "/api/spending-analysis"): Act(did="viewed_spending"),
    ("GET", "/api/export"): _EXPORTED,
    ("POST", "/api/export"): _EXPORTED,
    ("GET", "/api/trends"): _TRENDS,
    ("POST", "/api/trends"): _TRENDS,
    ("POST", "/api/trends/export"): Act(did="exported_trends"),
    ("POST", "/api/trends/import"): Act(did="imported_trends"),
    ("POST", "/api/trends/forget"): Act(did="forgot_trends"),
    ("POST", "/api/trends/store"): _STORED,
    ("POST", "/account/trends"): _STORED,
    ("POST", "/setup"): Act(did="connected_bank"),
    ("POST", "/api/exchange"): Act(did="connected_bank"),
    ("POST", "/disconnect"): _DISCONNECTED,
    ("POST", "/api/disconnect"): _DISCONNECTED,
    ("POST", "/logout"): Act(told_by=_left, ends_session=True),
    ("POST", "/sign-in"): _ASKED,
    ("POST", "/api/sign-in"): _ASKED,
    ("POST", "/sign-in/<nonce>"): _SIGNED_IN,
    ("POST", "/api/sign-in/confirm"): _SIGNED_IN,
    ("GET", "/account"): Act(did="viewed_account"),
    ("GET", "/api/sessions"): Act(did="viewed_sessions"),
    ("POST", "/account/end"): _ENDED,
    ("POST", "/api/sessions/end"): _ENDED,
    ("GET", "/what-you-hold"): _HELD,
    ("GET", "/api/what-you-hold"): _HELD,
    ("POST", "/delete-me"): _DELETED,
    ("DELETE", "/api/delete-me"): _DELETED,
    ("POST", "/rotate"): _ROTATED,
    ("POST", "/api/rotate-tokens"): _ROTATED,
    ("POST", "/recovery"): Act(did="made_recovery_file"),
    ("POST", "/api/recovery"): Act(did="made_recovery_file"),
    ("POST", "/recovery/restore"): Act(did="restored"),
    ("POST", "/api/recovery/restore"): Act(did="restored"),
    ("POST", "/recovery/revoke"): _REVOKED,
    ("POST", "/api/recovery/revoke"): _REVOKED,
    ("GET", "/api/audit"): Act(did="exported_audit"),
}

# Pages that show nobody anything of theirs, steps on the way to an act, and what no visitor asks for. The tier that a
# billing webhook sets is taken down where it is set: the request does not know whose it is.
NO_ACTS: frozenset[Route] = frozenset(
    {
        ("GET", "/setup"),
        ("GET", "/oauth-return"),
        ("POST", "/api/link-token"),
        ("POST", "/api/link-done"),
        ("GET", "/sign-in"),
        ("GET", "/sign-in/<nonce>"),
        ("GET", "/delete-me"),
        ("GET", "/recovery"),
        ("POST", "/language"),
        ("GET", "/status"),
        ("GET", "/promise"),
        ("GET", "/dev/mail"),
        ("GET", "/openapi.json"),
        ("GET", "/.well-known/keepless.json"),
        ("GET", "/health"),
        ("GET", "/ready"),
        ("GET", "/metrics"),
        ("GET", "/static/<path:filename>"),
        ("POST", "/api/webhooks/plaid"),
        ("POST", "/api/webhooks/billing"),
    }
)
