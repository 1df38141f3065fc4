"""GuardedPlaid: who does not answer is left alone, all others are asked, and one call finds out when that is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest

from keepless.adapters.plaid.client import PlaidClient
from keepless.adapters.plaid.settings import Patience
from keepless.core.breaker import Limits
from keepless.core.models import BankRef
from keepless.core.secret import Secret
from keepless.errors import Action, PlaidFault
from keepless.services.breakers import LONGEST_NAME, GuardedPlaid, Standing

FAULTS = Limits().faults
HARBOUR = BankRef("item-1", "ins_1", "Harbour Bank")
MEADOW = BankRef("item-2", "ins_2", "Meadow Credit Union")
DOWN = {"error_type": "INSTITUTION_ERROR", "error_code": "INSTITUTION_DOWN", "status": 400}
BROKEN = {"error_type": "API_ERROR", "error_code": "INTERNAL_SERVER_ERROR", "status": 500}
MAINTAINED = {"error_type": "API_ERROR", "error_code": "PLANNED_MAINTENANCE", "status": 503}
NOBODYS_KEY = {"error_type": "INVALID_INPUT", "error_code": "INVALID_API_KEYS", "status": 400}
NOT_PLAIDS = [
    {"error_type": "ITEM_ERROR", "error_code": "ITEM_LOGIN_REQUIRED", "status": 400},
    {"error_type": "ITEM_ERROR", "error_code": "PRODUCT_NOT_READY", "status": 400},
    {"error_type": "ITEM_ERROR", "error_code": "ITEM_NOT_FOUND", "status": 400},
    {"error_type": "RATE_LIMIT_EXCEEDED", "error_code": "TRANSACTIONS_LIMIT", "status": 429},
]


class Hands:
    """A clock that a test sets."""

    def __init__(self):
        self.now = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self):
        return self.now

    def pass_(self, **time):
        self.now += timedelta(**time)


@pytest.fixture
def clock():
    return Hands()


@pytest.fixture(scope="module")
def once(local_plaid):
    """A client that makes each call once and does not wait for long, so that calls can be counted."""
    client = PlaidClient(
        local_plaid.url,
        "client-of-a-test",
        Secret("secret-of-a-test"),
        "local",
        clock=lambda: datetime.now(UTC),
        patience=Patience(tries=1, read=0.2, budget=1.0),
    )
    yield client
    client.close()


@pytest.fixture
def guarded(once, clock):
    return GuardedPlaid(once, clock)


@pytest.fixture
def token(local_plaid):
    return Secret(local_plaid.connect("user_good"))


def fetch(guarded, token, bank=HARBOUR):
    today = datetime.now(UTC).date()
    return guarded.fetch(token, bank, start=today, end=today, expected=None)


def fault_of(call, *about, **more):
    with pytest.raises(PlaidFault) as raised:
        call(*about, **more)
    return raised.value


def fail(guarded, token, times=FAULTS, bank=HARBOUR):
    return [fault_of(fetch, guarded, token, bank) for _ in range(times)][-1]


def asked(local_plaid):
    """How many calls of transactions have met the fault in force."""
    (fault,) = local_plaid.call("/sandbox/faults", method="GET")[1]["faults"]
    return fault["hits"]


def test_what_plaid_answers_comes_through_unchanged(guarded, once, token):
    bank = guarded.identify(token)
    assert bank == once.identify(token)
    assert fetch(guarded, token, bank).bank == bank
    assert guarded.create_link_token(user_id="visitor").token.startswith("link-")
    assert guarded.remove(token)


@pytest.mark.parametrize("order", [MAINTAINED, {"reset": True}, {"silence": 1}, {"garbage": True, "status": 502}])
def test_plaid_that_does_not_answer_is_not_asked_again_for_half_a_minute(guarded, local_plaid, token, clock, order):
    local_plaid.fault("/transactions/get", **order)
    last = fail(guarded, token)
    assert asked(local_plaid) == FAULTS
    refused = fault_of(fetch, guarded, token, MEADOW)
    assert fault_of(guarded.identify, token).retry_at == refused.retry_at
    assert asked(local_plaid) == FAULTS
    assert (refused.code, refused.retryable, refused.action) == (last.code, True, Action.RETRY)
    assert refused.retry_at == last.retry_at == clock.now + timedelta(seconds=30)
    assert refused.request_id is None  # it was another's


def test_the_faults_before_it_is_left_alone_name_no_moment(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    assert fail(guarded, token, FAULTS - 1).retry_at is None


def test_half_a_minute_later_one_call_finds_out_and_the_others_wait_for_it(guarded, local_plaid, token, clock):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token)
    clock.pass_(seconds=30)
    assert fail(guarded, token, 1).retry_at == clock.now + timedelta(seconds=60)
    fail(guarded, token, 3)
    assert asked(local_plaid) == FAULTS + 1


def test_where_that_call_succeeds_all_are_asked_again(guarded, local_plaid, token, clock):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token)
    local_plaid.end_faults()
    fault_of(fetch, guarded, token)
    clock.pass_(seconds=30)
    fetch(guarded, token)
    fetch(guarded, token)
    assert guarded.status()["state"] is Standing.WORKING


def test_while_the_one_call_is_under_way_no_other_is_made(clock):
    slow = Slow()
    guarded, trial = under_trial(slow, clock)
    refused = fault_of(guarded.identify, Secret("t"))
    assert refused.retry_at == clock.now + timedelta(seconds=5)
    slow.go_on.set()
    trial.join(5)
    assert slow.calls == FAULTS + 1
    guarded.identify(Secret("t"))


def under_trial(slow, clock):
    """The guard of a Plaid that was left alone, and the thread of the one call that tries it now."""
    guarded = GuardedPlaid(slow, clock)
    slow.fault = PlaidFault("UNREACHABLE", retryable=True, action=Action.RETRY)
    fail(guarded, Secret("t"))
    clock.pass_(seconds=30)
    slow.fault, slow.waits = None, True
    trial = Thread(target=guarded.identify, args=(Secret("t"),))
    trial.start()
    slow.begun.wait(5)
    return guarded, trial


class Slow:
    """A Plaid whose calls fail, or are under way for as long as a test wants."""

    def __init__(self):
        self.fault = None
        self.waits = False
        self.begun, self.go_on = Event(), Event()
        self.calls = 0

    def identify(self, _token):
        self.calls += 1
        if self.fault is not None:
            raise self.fault
        if self.waits:
            self.begun.set()
            assert self.go_on.wait(5)
        return HARBOUR

    def fetch(self, token, _bank, **_about):
        return self.identify(token)

    def status(self):
        return {}


def test_a_fault_that_nobody_foresaw_does_not_hold_up_the_next_trial(clock):
    plaid = Slow()
    guarded = GuardedPlaid(plaid, clock)
    plaid.fault = PlaidFault("UNREACHABLE", retryable=True, action=Action.RETRY)
    fail(guarded, Secret("t"))
    clock.pass_(seconds=30)
    plaid.fault = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        guarded.identify(Secret("t"))
    plaid.fault = None
    assert guarded.identify(Secret("t")) == HARBOUR


def test_many_threads_at_once_let_one_of_them_try(clock):
    plaid = Slow()
    guarded = GuardedPlaid(plaid, clock)
    plaid.fault = PlaidFault("UNREACHABLE", retryable=True, action=Action.RETRY)
    fail(guarded, Secret("t"))
    clock.pass_(seconds=30)
    plaid.fault, plaid.waits = None, True
    ready = Barrier(20)
    refused = []

    def visit():
        ready.wait(5)
        try:
            guarded.identify(Secret("t"))
        except PlaidFault as fault:
            refused.append(fault)
            if len(refused) == 19:
                plaid.go_on.set()

    visitors = [Thread(target=visit) for _ in range(20)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join(5)
    assert plaid.calls == FAULTS + 1
    assert len(refused) == 19


@pytest.mark.parametrize("order", NOT_PLAIDS, ids=lambda order: order["error_code"])
def test_what_is_one_visitors_own_opens_nothing_and_counts_as_an_answer(guarded, local_plaid, token, order):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token, FAULTS - 1)
    local_plaid.end_faults()
    local_plaid.fault("/transactions/get", **order)
    assert fail(guarded, token, 3 * FAULTS).retry_at is None
    assert guarded.status()["state"] is Standing.WORKING
    assert asked(local_plaid) == 3 * FAULTS


@pytest.mark.parametrize("code", ["INSTITUTION_DOWN", "INSTITUTION_NOT_RESPONDING", "INSTITUTION_NOT_AVAILABLE"])
def test_an_institution_that_is_down_is_left_alone_and_the_others_are_asked(guarded, local_plaid, token, clock, code):
    local_plaid.fault("/transactions/get", access_token=token.reveal(), **{**DOWN, "error_code": code})
    other = Secret(local_plaid.connect("user_good", institution="ins_109509"))
    fail(guarded, token)
    refused = fail(guarded, token, 3)
    assert asked(local_plaid) == FAULTS
    assert (refused.code, refused.action) == (code, Action.RETRY)
    assert refused.retry_at == clock.now + timedelta(seconds=30)
    fetch(guarded, other, MEADOW)
    harbour = next(each for each in guarded.status()["institutions"] if each.institution_id == "ins_1")
    assert (harbour.state, harbour.code, harbour.since) == (Standing.UNAVAILABLE, code, clock.now)
    assert guarded.status()["state"] is Standing.WORKING


def test_what_plaid_answers_about_a_bank_tells_that_plaid_answers(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **DOWN)
    fail(guarded, token)
    assert guarded.status()["state"] is Standing.WORKING
    assert guarded.identify(token)


def test_a_login_that_expired_does_not_tell_that_the_bank_is_up(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **DOWN)
    fail(guarded, token, FAULTS - 1)
    local_plaid.end_faults()
    local_plaid.fault("/transactions/get", error_type="ITEM_ERROR", error_code="ITEM_LOGIN_REQUIRED", status=400)
    fail(guarded, token, 1)
    local_plaid.end_faults()
    local_plaid.fault("/transactions/get", **DOWN)
    assert fail(guarded, token, 1).retry_at is not None


def test_one_bank_for_which_plaid_answers_500_does_not_take_the_others_down(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", access_token=token.reveal(), **BROKEN)
    other = Secret(local_plaid.connect("user_good", institution="ins_109509"))
    assert fail(guarded, token, 4 * FAULTS).retry_at is None
    fetch(guarded, other, MEADOW)


def test_a_crowd_of_our_own_that_leaves_no_turn_to_a_call_is_not_taken_for_an_outage(clock, local_plaid, token):
    """Or one visitor with many calls at once, each within its rights, would shut Plaid for everybody."""
    narrow = Patience(calls_at_once=1, tries=1, budget=0.05)
    crowded = PlaidClient(local_plaid.url, "client-of-a-test", Secret("s"), "local", clock=clock, patience=narrow)
    guarded, turn = GuardedPlaid(crowded, clock), Event()
    crowded._threads.submit(turn.wait)
    with ThreadPoolExecutor(FAULTS) as all_of_them:
        faults = list(all_of_them.map(lambda _: fault_of(fetch, guarded, token), range(FAULTS)))
    assert [(fault.code, fault.retry_at) for fault in faults] == [("DEADLINE", None)] * FAULTS
    turn.set()
    assert guarded.status()["state"] is not Standing.UNAVAILABLE
    crowded.close()


def test_one_broken_bank_is_one_whatever_it_is_asked_for(guarded, local_plaid, token):
    local_plaid.fault("*", access_token=token.reveal(), **BROKEN)
    for _ in range(FAULTS):
        fault_of(guarded.cursor_now, token, HARBOUR)
        fail(guarded, token, times=1)
        fault_of(guarded.sync, token, HARBOUR, cursor="")
        fault_of(guarded.identify, token)  # names no bank
        fault_of(guarded.remove, token)
    other = Secret(local_plaid.connect("user_good"))
    assert fetch(guarded, other, MEADOW).bank.item_id


def test_two_banks_for_which_it_does_are_convincing(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **BROKEN)
    fail(guarded, token)
    assert fail(guarded, token, 1, MEADOW).retry_at is not None
    before = asked(local_plaid)
    fail(guarded, token)
    assert asked(local_plaid) == before


def test_an_answer_that_only_we_do_not_understand_is_not_plaids_outage(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", garbage=True)
    assert fail(guarded, token, 2 * FAULTS).retry_at is None


def test_disconnecting_is_tried_whatever_is_open_and_its_answer_counts(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token)
    assert guarded.remove(token)
    local_plaid.end_faults()
    fetch(guarded, Secret(local_plaid.connect("user_good")))


def test_finishing_a_connection_is_tried_whatever_is_open(guarded, local_plaid, token):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token)
    body = {"institution_id": "ins_109508", "initial_products": ["transactions"]}
    public_token = local_plaid.call("/sandbox/public_token/create", body)[1]["public_token"]
    assert guarded.exchange(Secret(public_token)).bank.institution_id == "ins_109508"


def test_a_new_token_is_asked_for_whatever_is_open_but_a_rotation_is_not_begun_then(guarded, local_plaid, token):
    """It is how a lost answer is found again; and what has no way back yet waits for Plaid."""
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token)
    assert fault_of(guarded.public_token, token).retry_at is not None
    assert guarded.rotate(token) != token


def test_calls_that_are_always_made_tell_too_that_plaid_is_out_of_reach(guarded, local_plaid, token):
    local_plaid.fault("*", reset=True)
    for _ in range(FAULTS):
        fault_of(guarded.remove, token)
    assert fault_of(guarded.identify, token).retry_at is not None
    before = asked(local_plaid)
    fault_of(guarded.always(guarded.remove), token)
    assert asked(local_plaid) == before + 1


def test_a_call_that_is_always_made_ends_no_trial_of_another(clock):
    plaid = Slow()
    guarded, trial = under_trial(plaid, clock)

    def garbled():
        raise PlaidFault("BAD_ANSWER", retryable=True, action=Action.RETRY)

    fault_of(guarded.always(garbled))
    fault_of(guarded.identify, Secret("t"))
    plaid.go_on.set()
    trial.join(5)
    assert plaid.calls == FAULTS + 1


def test_a_trial_for_plaid_is_not_used_up_by_a_bank_that_is_down(guarded, local_plaid, token, clock):
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token, bank=MEADOW)
    clock.pass_(seconds=30)
    local_plaid.end_faults()
    local_plaid.fault("/transactions/get", **DOWN)
    fail(guarded, token, FAULTS)  # the first of them closed the breaker of the whole
    clock.pass_(seconds=29)
    assert fault_of(fetch, guarded, token).code == "INSTITUTION_DOWN"
    local_plaid.end_faults()
    fetch(guarded, token, MEADOW)


def test_a_trial_for_a_bank_is_not_used_up_while_plaid_is_left_alone(guarded, local_plaid, token, clock):
    local_plaid.fault("/transactions/get", **DOWN)
    fail(guarded, token)
    clock.pass_(seconds=20)
    local_plaid.end_faults()
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token, bank=MEADOW)
    clock.pass_(seconds=20)
    assert fault_of(fetch, guarded, token).code == "PLANNED_MAINTENANCE"
    clock.pass_(seconds=10)
    local_plaid.end_faults()
    fetch(guarded, token)


def test_what_only_an_operator_can_mend_is_never_left_alone(clock):
    plaid = Slow()
    guarded = GuardedPlaid(plaid, clock)
    plaid.fault = PlaidFault("UNREACHABLE", action=Action.OPERATOR)  # a certificate that is not valid
    for _ in range(2 * FAULTS):
        fault_of(guarded.identify, Secret("t"))
    assert plaid.calls == 2 * FAULTS
    assert guarded.status()["state"] is Standing.REFUSING


def test_keys_that_plaid_refuses_are_said_until_they_are_taken(guarded, local_plaid, token, clock):
    local_plaid.fault("/transactions/get", **NOBODYS_KEY)
    assert fail(guarded, token, 2 * FAULTS).retry_at is None
    told = guarded.status()
    assert (told["state"], told["since"], told["code"]) == (Standing.REFUSING, clock.now, "INVALID_API_KEYS")
    local_plaid.end_faults()
    fetch(guarded, token)
    assert guarded.status()["state"] is Standing.WORKING


def test_the_status_tells_since_when_and_until_when(guarded, local_plaid, token, clock):
    assert guarded.status()["state"] is Standing.UNASKED
    began = clock.now
    local_plaid.fault("/transactions/get", **MAINTAINED)
    fail(guarded, token, 1)
    told = guarded.status()
    assert (told["state"], told["since"], told["retry_at"]) == (Standing.FAILING, began, None)
    clock.pass_(seconds=10)
    fail(guarded, token, FAULTS - 1)
    told = guarded.status()
    assert (told["state"], told["since"]) == (Standing.UNAVAILABLE, began)
    assert (told["code"], told["retry_at"]) == ("PLANNED_MAINTENANCE", clock.now + timedelta(seconds=30))
    assert told["last_failure_code"] == "PLANNED_MAINTENANCE"  # what the adapter tells is told too


def test_institutions_are_named_the_latest_first_and_only_so_many(once, clock, token):
    guarded = GuardedPlaid(once, clock, most=3)
    for number in (1, 2, 3, 4, 2):
        fetch(guarded, token, BankRef("item", f"ins_{number}", f"Bank {number}" if number != 2 else "x" * 500))
    institutions = guarded.status()["institutions"]
    assert [each.institution_id for each in institutions] == ["ins_2", "ins_4", "ins_3"]
    assert institutions[0].name == "x" * LONGEST_NAME
    assert {each.state for each in institutions} == {Standing.WORKING}


def test_a_bank_of_no_known_institution_has_no_breaker_of_its_own(guarded, token):
    fetch(guarded, token, BankRef("item", "", ""))
    assert guarded.status()["institutions"] == ()
