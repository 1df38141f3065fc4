"""Making copied cookies useless: every bank gets a new key, in two steps, so that a lost answer loses no bank (R5)."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from keepless.core.models import BankProblem, BankRef
from keepless.errors import SessionMissing, TooManyBanks
from keepless.services.rotation import DEAD, Rotation, WayBack
from keepless.services.vault import Vault
from keepless.web import no_session, present, rotation_cookie
from keepless.web.errors import NothingToRecover, RotationBusy, RotationNotBegun
from keepless.web.language import gettext
from keepless.web.lookup import words_for
from keepless.web.operations import Operation, answer, as_sent, body_as
from keepless.web.page import NO_SESSION, page, see_other
from keepless.web.visit import Visit

PATH = "/rotate"


class RotateRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `go`, a way back to each bank is prepared; with it, the next of them get their new keys."""

    go: bool = False


class RotationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`renewed` have a new key now, and `left` more are ready for one: ask with `go` until it is 0.

    What is in `problems` has kept its key. Those that can be tried again are counted in `left`.
    """

    renewed: tuple[BankRef, ...]
    left: int
    problems: tuple[BankProblem, ...]


class Step(msgspec.Struct, frozen=True):
    """What is told of one step, and what its answer is to carry. `after` is None where no key is new."""

    told: RotationAnswer
    vault: Vault
    ways: tuple[WayBack, ...]
    after: Vault | None = None

    def into(self, visit: Visit, response: Response) -> Response:
        """The answer with the new keys and the ways back. Should it not arrive, the ways that came still lead there."""
        if self.after is not None:
            visit.parts.session.write(response, self.after)
        return rotation_cookie.write(visit, response, self.vault, self.ways)


def rotate(visit: Visit) -> Response:
    """One of the two steps, as JSON."""
    step = go_on(visit) if body_as(RotateRequest).go else begin(visit)
    return step.into(visit, answer(step.told))


def rotate_by_form(visit: Visit) -> Response:
    """The same from a page, which sends the next step by itself for as long as all goes well."""
    is_going = as_sent(lambda: request.form).get("go") == "yes"
    try:
        step = go_on(visit) if is_going else begin(visit)
    except NO_SESSION as fault:
        return see_other("/setup") if isinstance(fault, SessionMissing) else no_session.page_for(visit, fault)
    return step.into(visit, _page(visit, step.told, is_going=is_going))


def begin(visit: Visit) -> Step:
    """Prepares the ways back. Raises as `SessionCookie.read`, NothingToRecover."""
    vault = _vault(visit)
    begun = _rotation(visit).begin(vault, rotation_cookie.read(visit, vault))
    told = RotationAnswer(renewed=(), left=len(begun.ways), problems=begun.problems)
    return Step(told, vault, begun.ways)


def go_on(visit: Visit) -> Step:
    """New keys for the next banks.

    Raises as `SessionCookie.read`, NothingToRecover, and RotationNotBegun and RotationBusy, after which nothing has
    changed.
    """
    vault = _vault(visit)
    ways = rotation_cookie.read(visit, vault)
    if not ways:
        raise RotationNotBegun("no way back to any bank came with the request")
    rotated = _rotation(visit).go(vault, ways)
    if rotated is None:
        raise RotationBusy("another request has the turn")
    told = RotationAnswer(renewed=rotated.banks, left=len(rotated.ways), problems=rotated.problems)
    return Step(told, vault, rotated.ways, rotated.vault if rotated.banks else None)


def _vault(visit: Visit) -> Vault:
    vault = visit.vault()
    if not vault.banks:
        raise NothingToRecover("the session has no bank")
    return vault


def _rotation(visit: Visit) -> Rotation:
    parts = visit.parts
    return Rotation(parts.plaid, parts.pool, parts.turns, forget=visit.forget_copy)


def _page(visit: Visit, told: RotationAnswer, *, is_going: bool) -> Response:
    return page(
        visit,
        "rotation.html",
        held="cookie",
        status=HTTPStatus.BAD_GATEWAY if told.problems else HTTPStatus.OK,
        is_going=is_going,
        left=told.left,
        sends_itself=bool(told.left) and not told.problems,
        renewed=present.joined([bank.name or gettext("a bank") for bank in told.renewed]),
        kept=[_kept(problem) for problem in told.problems],
    )


def _kept(problem: BankProblem) -> dict[str, Any]:
    """A bank that has kept its key, and why."""
    if problem.code == DEAD:
        why = gettext("Its key is no longer valid, and no way leads to a new one. Connect this bank again.")
    elif problem.code == "NO_LONGER_AVAILABLE":
        why = gettext("Plaid prepares no way back here. Disconnect this bank and connect it again instead.")
    else:
        why = words_for(problem).title
    return {"name": problem.bank.name or gettext("A bank"), "why": why}


OPERATIONS = (
    Operation(
        method="POST",
        path="/api/rotate-tokens",
        name="rotate_tokens",
        summary="New keys for the banks, so that copied cookies read nothing: first without go, then with it.",
        view=rotate,
        answer=RotationAnswer,
        body=RotateRequest,
        session=True,
        faults=(NothingToRecover, RotationNotBegun, RotationBusy, TooManyBanks),
    ),
)
