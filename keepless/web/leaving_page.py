"""The pages of a deletion, in words: what would go, what is left, the receipt; and what is held, all on one page."""

from base64 import b64encode
from datetime import UTC
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response

from keepless.core.receipt import Remains, SignedReceipt
from keepless.errors import KeeplessError, SessionMissing
from keepless.services.forgetting import Forgotten
from keepless.services.vault import Vault
from keepless.web import no_session, present
from keepless.web.errors import DeletionIncomplete
from keepless.web.held_cookies import SESSION, cookies_held
from keepless.web.holding import Holding, holding
from keepless.web.language import gettext, ngettext
from keepless.web.lookup import words_for, words_of
from keepless.web.page import held_now, page
from keepless.web.visit import Visit

HELD_PATH = "/what-you-hold"


def ask(
    visit: Visit,
    vault: Vault | None,
    *,
    email: str | None = None,
    step_up: bool = False,
    is_wrong: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """What would be deleted, and the button. `step_up` asks for the e-mail address, `is_wrong` says it was another.

    Of an account's session that is over, because its deletion was begun or is done, nothing is told (R3).
    """
    told = visit.parts.session.shown() if vault is not None else None
    names = [key.bank.name or gettext("A bank") for key in told.banks] if told is not None else []
    return page(
        visit,
        "delete_me.html",
        held="cookie" if vault is not None else held_now(visit),
        status=status,
        banks=names,
        email=email if told is not None else None,
        is_account=vault is not None and bool(vault.user),
        step_up=step_up,
        is_wrong=is_wrong,
        cookies=len(list(cookies_held(visit))),
        keeps_copies=visit.parts.keeping is not None,
        kept=[],
    )


def refuse(visit: Visit, fault: KeeplessError) -> Response:
    """For a session that may not delete: over, signed out, or unreadable; the cookie is left as it is (R9)."""
    return ask(visit, None) if isinstance(fault, SessionMissing) else no_session.page_for(visit, fault)


def unfinished(visit: Visit, forgotten: Forgotten, error: DeletionIncomplete) -> Response:
    """What is gone, what is not and why, and the button to go on."""
    zone = visit.parts.hints.time_zone()
    words = words_of(error, zone)
    kept = [
        {"name": problem.bank.name or gettext("A bank"), "why": words_for(problem, zone).title}
        for problem in forgotten.kept
    ]
    return page(
        visit,
        "unfinished.html",
        held="cookie",
        status=HTTPStatus(words.status),
        kept=kept,
        kept_names=present.joined([each["name"] for each in kept]),
        gone=[
            {"name": each.name or gettext("A bank"), "request_id": each.request_id} for each in forgotten.progress.gone
        ],
        copies=len(forgotten.copies),
        database=forgotten.database is not None,
    )


def receipt(visit: Visit, given: SignedReceipt) -> Response:
    """The receipt, to be printed or saved."""
    file = msgspec.json.format(msgspec.json.encode(given), indent=2) + b"\n"
    told = given.receipt
    file_name = f"keepless-receipt-{told.issued_at[:10]}.json"
    return page(
        visit,
        "receipt.html",
        held="cookie" if told.held.cookies != told.removed.cookies else "nothing",
        receipt=told,
        signature=given.signature,
        issued_at=_in_words(told.issued_at),
        banks=[
            {
                "name": bank.name or gettext("A bank"),
                "institution_id": bank.institution_id,
                "request_id": bank.request_id,
                "at": _in_words(bank.at),
            }
            for bank in told.removed.banks
        ],
        held_words=_held(given),
        stays=[_stays(each) for each in told.stays],
        file=b64encode(file).decode(),
        file_name=file_name,
        command=f"keepless verify-receipt {file_name}",
    )


def what_you_hold(visit: Visit) -> Response:
    """All of it on one page: the same as GET /api/what-you-hold, in words."""
    told = holding(visit)
    return page(
        visit,
        "what_you_hold.html",
        held=held_now(visit),
        told=told,
        sealed=[each for each in told.in_browser if each.sealed],
        plain=[each for each in told.in_browser if not each.sealed],
        when=lambda at: _day(visit, at),
        is_nothing=_is_nothing(told),
        is_closed=told.session is None and any(each.purpose == SESSION for each in told.in_browser),
    )


def _is_nothing(told: Holding) -> bool:
    return not (told.in_browser or told.at_plaid or told.on_server or told.account)


def _day(visit: Visit, at: Any) -> str:
    """A moment as the visitor's own day."""
    zone = visit.parts.hints.time_zone() or UTC
    return present.day(at.astimezone(zone).date(), visit.today())


def _in_words(moment: str) -> str:
    """As "2026-11-23 14:30:05 UTC": a receipt is read anywhere, so its times are nobody's own."""
    return moment.replace("T", " ").replace("Z", " UTC")


def _held(given: SignedReceipt) -> list[str]:
    """What was held, in sentences."""
    held = given.receipt.held
    words = []
    if given.receipt.account is not None:
        words.append(gettext("The account of %(email)s.", email=given.receipt.account))
    if held.banks:
        names = present.joined([bank.name or gettext("a bank") for bank in held.banks])
        words.append(gettext("Connections at Plaid: %(banks)s.", banks=names))
    rows = {table: count for table, count in held.rows.items() if count}
    if rows:
        counted = present.joined([_rows_of(table, count) for table, count in rows.items()])
        words.append(gettext("Rows in the database: %(rows)s.", rows=counted))
    if held.copies:
        words.append(
            ngettext(
                "Sealed copies in the cache: of %(count)s bank at most.",
                "Sealed copies in the cache: of %(count)s banks at most.",
                held.copies,
                count=held.copies,
            )
        )
    if held.cookies:
        words.append(gettext("Cookies in this browser: %(names)s.", names=", ".join(held.cookies)))
    return words


def _rows_of(table: str, count: int) -> str:
    match table:
        case "users":
            return ngettext("%(n)s account", "%(n)s accounts", count, n=count)
        case "sessions":
            return ngettext("%(n)s session", "%(n)s sessions", count, n=count)
        case "trend_capsules":
            return gettext("your trends, sealed")
        case _:
            return f"{table} {count}"


def _stays(each: Remains) -> str:
    match each.what:
        case "other_sessions":
            return ngettext(
                "%(count)s other session was ended. The cookie in that browser opens nothing any more; the connections "
                "in it cannot be reached from here. They can be disconnected there, at its next visit.",
                "%(count)s other sessions were ended. The cookies in those browsers open nothing any more; the "
                "connections in them cannot be reached from here. They can be disconnected there, at the next visit.",
                each.count or 0,
                count=each.count,
            )
        case "other_sessions_reaped":
            return ngettext(
                "%(count)s other session was ended. The cookie in that browser opens nothing any more; the connections "
                "in it are removed by this installation's reaper, or there, at its next visit.",
                "%(count)s other sessions were ended. The cookies in those browsers open nothing any more; the "
                "connections in them are removed by this installation's reaper, or there, at the next visit.",
                each.count or 0,
                count=each.count,
            )
        case "unreadable_cookies":
            return gettext("A cookie of a bank that does not open: it was left as it is, for it may hold a key.")
        case "audit_lines":
            return (
                gettext("Lines of the audit trail that name nobody, until %(day)s.", day=each.until[:10])
                if each.until is not None
                else gettext("Lines of the audit trail that name nobody: what was done and when, never what was seen.")
            )
        case "backups":
            return gettext(
                "Backups of the database, where there are any, until they are overwritten: the e-mail address, the "
                "tier and the times of sessions. No figure of a bank's was ever in them in clear."
            )
        case _:
            return gettext("What Plaid and your bank hold themselves, over which Keepless has no say.")
