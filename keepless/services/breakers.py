"""Plaid behind circuit breakers: one for Plaid as a whole and one for each institution (docs/outages.md).

Who does not answer is left alone for a while, and whoever asks is told at once when it will be tried again.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, ParamSpec, TypeVar

import msgspec

from keepless.core.breaker import Breaker, State
from keepless.core.models import BankRef, BankSnapshot, Changes, Liabilities
from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault
from keepless.ports import Clock, Connected, LinkToken, Plaid

P = ParamSpec("P")
T = TypeVar("T")

# Faults of Plaid as a whole. The second list may be one bank's own: Plaid answers so, too, for a bank's answer that it
# cannot classify (docs/plaid.md, section 2).
WHOLE = frozenset({"TIMEOUT", "UNREACHABLE", "DEADLINE", "BAD_ANSWER", "PLANNED_MAINTENANCE"})
PERHAPS_WHOLE = frozenset({"INTERNAL_SERVER_ERROR"})
OF_PLAID = WHOLE | PERHAPS_WHOLE
OF_INSTITUTIONS = frozenset({"INSTITUTION_DOWN", "INSTITUTION_NOT_RESPONDING", "INSTITUTION_NOT_AVAILABLE"})

# Institutions remembered at once; the one asked longest ago makes room.
MOST = 200
LONGEST_NAME = 100  # characters
_FIRST_SERVER_ERROR = 500


class Standing(StrEnum):
    """How somebody who is asked has answered so far."""

    UNASKED = "unasked"  # not asked since this process started
    WORKING = "working"
    FAILING = "failing"  # the last calls failed, and the next is made
    REFUSING = "refusing"  # our keys, permissions or settings are not taken: waiting mends nothing
    UNAVAILABLE = "unavailable"  # no call is made before `retry_at`


class InstitutionStanding(msgspec.Struct, frozen=True, kw_only=True):
    """An institution that was asked for: since when it has failed (UTC), with which of Plaid's codes."""

    institution_id: str
    name: str
    state: Standing
    since: datetime | None = None
    code: str | None = None
    retry_at: datetime | None = None


class _Watched:
    """Somebody who is asked: their breaker, and the last fault that told something of them."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.breaker = Breaker()
        self.fault = PlaidFault("")

    def failed(self, fault: PlaidFault, now: datetime, witness: str | None = None) -> None:
        """Notes the fault, and tells in it when asking again can help."""
        self.fault = fault
        self.breaker.failed(now, witness)
        fault.retry_at = self.breaker.retry_at(now)

    def refusal(self, now: datetime) -> PlaidFault:
        """The last fault once more, of a call that was not made."""
        return PlaidFault(
            self.fault.code,
            error_type=self.fault.error_type,
            retryable=True,
            action=Action.RETRY,
            retry_at=self.breaker.retry_at(now),
        )


class _Permit(NamedTuple):
    """That a call may be made: whom it asks, Plaid as a whole last, and for whom of them it is the trial."""

    institution_id: str
    asked: tuple[_Watched, ...]
    trials: tuple[_Watched, ...] = ()


class GuardedPlaid:
    """`ports.Plaid` by another, asked only while there is hope of an answer. One per process; safe for many threads.

    Every method raises PlaidFault as the other's does; and, without a call, the last fault of Plaid or of the bank's
    institution while its breaker is open: retryable, with `retry_at`. Removing an item, finishing a connection, a
    new token and the keys of webhooks are always tried. What is one visitor's own (a login, an item that is not ready,
    too many calls) opens nothing. Nothing about a person is remembered, nor is anything shared between processes.
    """

    def __init__(self, plaid: Plaid, clock: Clock, *, most: int = MOST) -> None:
        self._plaid = plaid
        self._clock = clock
        self._most = most
        self._whole = _Watched()
        self._is_asked = False
        self._refused: tuple[datetime, str] | None = None
        self._institutions: OrderedDict[str, _Watched] = OrderedDict()
        self._lock = threading.Lock()

    def create_link_token(
        self, *, user_id: str, update: Secret | None = None, redirect_uri: str | None = None
    ) -> LinkToken:
        return self._ask(
            lambda: self._plaid.create_link_token(user_id=user_id, update=update, redirect_uri=redirect_uri)
        )

    def exchange(self, public_token: Secret) -> Connected:
        return self.always(self._plaid.exchange)(public_token)

    def identify(self, access_token: Secret) -> BankRef:
        return self._ask(lambda: self._plaid.identify(access_token))

    def remove(self, access_token: Secret) -> str | None:
        return self.always(self._plaid.remove)(access_token)

    def public_token(self, access_token: Secret) -> Secret:
        return self._ask(lambda: self._plaid.public_token(access_token))

    def rotate(self, access_token: Secret) -> Secret:
        return self.always(self._plaid.rotate)(access_token)

    def fetch(
        self, access_token: Secret, bank: BankRef, *, start: date, end: date, expected: int | None
    ) -> BankSnapshot:
        return self._ask(lambda: self._plaid.fetch(access_token, bank, start=start, end=end, expected=expected), bank)

    def cursor_now(self, access_token: Secret, bank: BankRef) -> str:
        return self._ask(lambda: self._plaid.cursor_now(access_token, bank), bank)

    def sync(self, access_token: Secret, bank: BankRef, *, cursor: str) -> Changes:
        return self._ask(lambda: self._plaid.sync(access_token, bank, cursor=cursor), bank)

    def liabilities(self, access_token: Secret, bank: BankRef) -> Liabilities:
        return self._ask(lambda: self._plaid.liabilities(access_token, bank), bank)

    def status(self) -> Mapping[str, object]:
        """As the other's, and of Plaid as a whole `state` (a Standing), `since`, `code` and `retry_at`.

        `institutions` are those asked for, as InstitutionStanding, the latest first.
        """
        now = self._clock()
        told = dict(self._plaid.status())
        with self._lock:
            state, since, code = self._standing(now)
            institutions = tuple(
                _of_institution(institution_id, watched, now)
                for institution_id, watched in reversed(self._institutions.items())
            )
            retry_at = self._whole.breaker.retry_at(now)
        return told | {
            "state": state,
            "since": since,
            "code": code,
            "retry_at": retry_at,
            "institutions": institutions,
        }

    def always(self, call: Callable[P, T]) -> Callable[P, T]:
        """The same call, which no breaker keeps back, but from whose outcome they learn."""

        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            return self._learn(lambda: call(*args, **kwargs), _Permit("", (self._whole,)))

        return asked

    def _ask(self, call: Callable[[], T], bank: BankRef | None = None) -> T:
        return self._learn(call, self._permit(bank))

    def _permit(self, bank: BankRef | None) -> _Permit:
        """Raises PlaidFault where a breaker is open."""
        now = self._clock()
        with self._lock:
            asked = (*self._institution(bank), self._whole)
            trials: tuple[_Watched, ...] = ()
            for each in asked:
                if not each.breaker.allow(now):
                    _release(trials)
                    raise each.refusal(now)
                if each.breaker.state(now) is State.HALF_OPEN:
                    trials += (each,)
        return _Permit(bank.institution_id if bank else "", asked, trials)

    def _institution(self, bank: BankRef | None) -> tuple[_Watched, ...]:
        if bank is None or not bank.institution_id:
            return ()
        watched = self._institutions.setdefault(bank.institution_id, _Watched())
        watched.name = bank.name[:LONGEST_NAME] or watched.name
        self._institutions.move_to_end(bank.institution_id)
        while len(self._institutions) > self._most:
            self._institutions.popitem(last=False)
        return (watched,)

    def _learn(self, call: Callable[[], T], permit: _Permit) -> T:
        try:
            answer = call()
        except PlaidFault as fault:
            with self._lock:
                self._note(fault, permit, self._clock())
            raise
        except BaseException:
            with self._lock:
                _release(permit.trials)
            raise
        with self._lock:
            self._is_asked = True
            self._refused = None
            for each in permit.asked:
                each.breaker.succeeded()
        return answer

    def _note(self, fault: PlaidFault, permit: _Permit, now: datetime) -> None:
        self._is_asked = True
        if fault.action is Action.OPERATOR:
            self._refused = self._refused or (now, fault.code)
        _release(permit.trials)
        for each in permit.asked[:-1]:
            if fault.code in OF_INSTITUTIONS:
                each.failed(fault, now)
        if _is_of_plaid(fault):
            if fault.code in WHOLE:
                self._whole.failed(fault, now)
            elif permit.institution_id:  # of a call that names none it may be the fault of one that has spoken already
                self._whole.failed(fault, now, permit.institution_id)
        elif _is_answer(fault):
            self._whole.breaker.succeeded()

    def _standing(self, now: datetime) -> tuple[Standing, datetime | None, str | None]:
        """Of Plaid as a whole: its state, since when, and the code of the last fault."""
        state, since, code = _standing(self._whole, now)
        if state is not Standing.WORKING:
            return state, since, code
        if self._refused is not None:
            return Standing.REFUSING, *self._refused
        return (Standing.WORKING if self._is_asked else Standing.UNASKED), None, None


def _release(trials: Iterable[_Watched]) -> None:
    """These trials told nothing: the next call is one."""
    for each in trials:
        each.breaker.released()


def _is_of_plaid(fault: PlaidFault) -> bool:
    """Whether it may be Plaid as a whole that failed. What only an operator can mend fails at once, and stays seen."""
    if fault.code == "BAD_ANSWER" and (fault.http_status or 0) < _FIRST_SERVER_ERROR:
        return False  # it may be that only we do not understand it
    if fault.code == "DEADLINE":
        return False  # no turn came in time: a crowd of our own, which one visitor can make. Silence is a TIMEOUT
    return fault.code in OF_PLAID and fault.action is Action.RETRY


def _is_answer(fault: PlaidFault) -> bool:
    """Whether Plaid said so itself: about a bank, a visitor, or the call."""
    return bool(fault.error_type) or fault.code not in WHOLE


def _standing(watched: _Watched, now: datetime) -> tuple[Standing, datetime | None, str | None]:
    since = watched.breaker.failing_since
    if since is None:
        return Standing.WORKING, None, None
    is_open = watched.breaker.state(now) is not State.CLOSED
    return (Standing.UNAVAILABLE if is_open else Standing.FAILING), since, watched.fault.code


def _of_institution(institution_id: str, watched: _Watched, now: datetime) -> InstitutionStanding:
    state, since, code = _standing(watched, now)
    return InstitutionStanding(
        institution_id=institution_id,
        name=watched.name,
        state=state,
        since=since,
        code=code,
        retry_at=watched.breaker.retry_at(now),
    )
