"""The table of faults is complete, and docs/errors.md says the same."""

import inspect
import re
from pathlib import Path

import pytest
from werkzeug import exceptions

from keepless import errors
from keepless.core.models import BankProblem, BankRef
from keepless.errors import Action, PlaidFault
from keepless.web import faults, plaid_faults
from keepless.web.faults import all_faults
from keepless.web.lookup import fault_of, words_for

DOCS = Path(__file__).parents[2] / "docs" / "errors.md"
OURS = [
    kind
    for kind in vars(errors).values()
    if inspect.isclass(kind) and issubclass(kind, errors.KeeplessError) and kind is not PlaidFault
]


@pytest.mark.parametrize("kind", OURS)
def test_every_error_of_ours_has_a_row(kind):
    assert kind in faults.BY_ERROR


@pytest.mark.parametrize("action", Action)
def test_every_action_has_a_row(action):
    assert fault_of(PlaidFault("SOME_CODE", action=action)) is plaid_faults.BY_ACTION[action]


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 500])
def test_every_http_error_we_may_answer_has_a_row(status):
    assert faults.BY_STATUS[status].status == status


def test_a_status_without_a_row_keeps_itself_with_its_familys_words():
    assert (fault_of(exceptions.NotAcceptable()).status, fault_of(exceptions.NotAcceptable()).code) == (
        406,
        "bad_request",
    )
    assert (fault_of(exceptions.BadGateway()).status, fault_of(exceptions.BadGateway()).code) == (502, "internal")


def test_a_code_stands_for_one_status():
    rows = list(all_faults())
    assert len({row.code for row in rows}) == len(rows)


def test_every_row_says_what_happened_and_what_to_do():
    for row in all_faults():
        assert re.fullmatch(r"[a-z_]+", row.code)
        assert row.title
        assert not row.title.endswith(".")
        assert row.detail.endswith(".")
        assert row.next_step.endswith(".")


def test_what_passes_by_itself_says_when_to_come_again():
    for row in all_faults():
        assert (row.retry_after is not None) == (row.status in {503, 504} or row.code in SELF_HEALING), row.code


SELF_HEALING = {"plaid_bad_answer", "rate_limited", "rotation_busy"}


def test_an_unforeseen_error_is_a_plain_500():
    assert fault_of(ZeroDivisionError("a secret")) is faults.INTERNAL


def test_a_banks_words_are_those_of_its_fault():
    problem = BankProblem(bank=BankRef("i", "ins_1", "Harbour Bank"), code="TIMEOUT", retryable=True, action="retry")
    assert words_for(problem) is fault_of(PlaidFault("TIMEOUT", retryable=True, action=Action.RETRY))


def test_the_token_of_a_bank_long_connected_was_not_mistyped():
    bank = BankRef("i", "ins_1", "Harbour Bank")
    problem = BankProblem(bank=bank, code="INVALID_ACCESS_TOKEN", retryable=False, action="drop")
    assert words_for(problem).code == "bank_gone"


def test_docs_list_every_code_with_its_status_and_no_other():
    rows = re.findall(
        r"^\| (\d{3}) \| `(\w+)` \| .* \| .* \| (\S+) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert sorted(rows) == sorted((str(row.status), row.code, str(row.retry_after or "-")) for row in all_faults())


def test_docs_say_what_plaids_codes_become():
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    by_code = plaid_faults.BY_PLAID_CODE | plaid_faults.BY_TOKEN_CODE | plaid_faults.BY_ACTION
    assert rows == {str(code): row.code for code, row in by_code.items()}
