"""Every fault of Plaid's and of the way to it, with a copy of every age, on the page and over the API; docs/faults.md.

`KEEPLESS_WRITE_DOCS=1 .venv/bin/pytest tests/web/test_fault_matrix.py` writes that page anew.
"""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from support.faults_page import STEPS, page
from support.looks import BANK, PATHS
from support.matrix import STATES, ward
from support.troubles import CODES, TROUBLES
from support.website import Clock, website

from keepless.adapters.memory_cache import MemoryCache
from keepless.adapters.plaid import faults as plaid_faults
from keepless.core.models import BankProblem, BankRef
from keepless.errors import Action, PlaidFault
from keepless.web.errors import BanksNeedAttention
from keepless.web.faults import all_faults
from keepless.web.hints import COUNTS_NAME
from keepless.web.lookup import fault_of, words_for
from keepless.web.plaid_faults import BY_ACTION

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "faults.md"
TEST = "tests/web/test_fault_matrix.py"

STATEMENT, STREAM, DASHBOARD, LIST = PATHS
KNOWN = {(row.code, row.status) for row in all_faults()}
# The connection is no more, or the person has taken it back.
ENDED = {"ITEM_NOT_FOUND", "ITEM_CONCURRENTLY_DELETED", "USER_PERMISSION_REVOKED", "INVALID_ACCESS_TOKEN"}
PASSING = {Action.RETRY, Action.WAIT}
# What the page's button says of an action: both of these lead to connecting anew, and nobody's button mends the rest.
BUTTONS = {Action.DROP: "relink", Action.OPERATOR: "", Action.NONE: ""}

each_trouble = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name.replace("`", ""))


@pytest.fixture(scope="module")
def matrix():
    """The cells of a trouble, looked at once for all tests."""
    seen = {}
    with ward() as here:

        def cells_of(trouble):
            if trouble.name not in seen:
                seen[trouble.name] = here.cells(trouble)
                assert not here.unexpected(), trouble.name
            return seen[trouble.name]

        yield cells_of


@pytest.fixture
def cells(matrix, trouble):
    return matrix(trouble)


def looks(cells, states=STATES, paths=PATHS):
    return [(state, path, look) for state in states for path in paths for look in cells[state, path][:2]]


@each_trouble
def test_the_page_its_stream_and_the_dashboard_always_answer_and_name_the_bank(trouble, cells):
    for state, path, look in looks(cells, paths=(STATEMENT, STREAM, DASHBOARD)):
        assert look.status == 200, (state, path)
        assert look.names_bank, (state, path)


@each_trouble
def test_a_list_that_cannot_be_given_is_a_problem_of_a_stable_code_that_says_when_to_come_again(trouble, cells):
    for state, _, look in looks(cells, paths=(LIST,)):
        if look.shown:
            assert look.status == 200, state
        else:
            assert (look.code, look.status) in KNOWN, state
            assert look.status in {409, 502, 503, 504}, state
            assert look.retry_after == (look.status in {503, 504}) == (look.action in PASSING), state
            assert (look.status == 502) == (look.action == Action.OPERATOR), state


@each_trouble
def test_a_bank_of_which_nothing_is_shown_says_what_is_wrong_and_what_to_do(trouble, cells):
    for state, path, look in looks(cells):
        assert look.shown or look.problem, (state, path)
        assert path == STATEMENT or bool(look.problem) == bool(look.action), (state, path)


@each_trouble
def test_the_page_offers_the_step_that_the_api_names(trouble, cells):
    for state in STATES:
        for place in (0, 1):
            told, offered = cells[state, DASHBOARD][place], cells[state, STATEMENT][place]
            assert (offered.problem, offered.action) == (told.problem, BUTTONS.get(told.action, told.action)), state


@each_trouble
def test_a_fresh_copy_is_disturbed_by_nothing(trouble, cells):
    for path in PATHS:
        cell = cells["fresh", path]
        assert cell.first == cell.then, path
        assert (cell.first.shown, cell.first.problem) == (("copy",), ""), path
        assert cell.first.cache == ("" if path == STATEMENT else "hit"), path
        assert cell.is_kept, path
        assert cell.was_asked == trouble.lasts, path  # to begin with, so that it is left alone


@each_trouble
def test_an_older_copy_is_shown_with_its_age_and_stays_unless_the_connection_has_ended(trouble, cells):
    for path in PATHS:
        cell = cells["stale", path]
        first, then = cell.first, cell.then
        assert first.shown[0] == "copy", path
        assert first.tells_age, path
        assert path == STATEMENT or first.cache.startswith("stale"), path
        if cells["stale", STREAM].first.problem in ENDED:
            assert not cell.is_kept, path
            assert (then.shown, then.problem in ENDED) == ((), True), path
        else:
            assert cell.is_kept, path
            assert then.shown[0] in {"copy", "figures"}, path


@each_trouble
def test_the_stream_says_of_an_older_copy_what_came_of_renewing_it(trouble, cells):
    look = cells["stale", STREAM].first
    assert look.shown[1:] or look.problem
    assert ("withdrawn" in look.shown) == (look.problem in ENDED)


@each_trouble
def test_a_copy_that_is_over_is_never_shown(trouble, cells):
    for state, path, look in looks(cells, states=("none", "expired")):
        assert "copy" not in look.shown, (state, path)
    for path in PATHS:
        assert cells["expired", path].is_kept == bool(cells["expired", path].first.shown), path
        assert not cells["none", path].is_kept, path


@each_trouble
def test_without_a_copy_both_editions_say_the_same(trouble, cells):
    for path in PATHS:
        alone, over = cells["none", path].first, cells["expired", path].first
        assert alone._replace(cache="") == over._replace(cache=""), path


@each_trouble
def test_r6_no_trouble_clears_shrinks_or_writes_the_cookie(trouble, cells):
    for place, cell in cells.items():
        assert cell.session_stands, place
        assert cell.cookies_set <= {COUNTS_NAME}, place


def test_the_codes_are_those_that_docs_and_adapter_know():
    text = (DOCS / "plaid.md").read_text(encoding="utf-8")
    second = text[text.index("\n## 2. ") : text.index("\n## 3. ")]
    third = text[text.index("\n## 3. ") : text.index("\n## 4. ")]
    told = {
        code
        for row in re.findall(r"^\|[^|]*\|([^|]*)\|", second, re.MULTILINE)
        for code in re.findall(r"[A-Z_]{6,}", row)
    }
    told |= set(re.findall(r"`([A-Z_]{6,})`", third))
    assert told
    assert told <= {code for codes in CODES.values() for code in codes}
    pairs = {(error_type, code) for error_type, codes in CODES.items() for code in codes}
    assert pairs == {(error_type, code) for error_type, code in plaid_faults.TABLE if error_type}
    assert plaid_faults.FAMILIES.keys() <= CODES.keys()


@pytest.mark.parametrize("code", ["BAD_ANSWER", "UNREACHABLE"])
def test_nobody_is_told_to_wait_for_what_only_the_operator_can_mend(code):
    problem = BankProblem(bank=BankRef("i", "ins_1", BANK), code=code, retryable=False, action=Action.OPERATOR)
    refused = BY_ACTION[Action.OPERATOR]
    assert words_for(problem) is refused
    assert fault_of(PlaidFault(code, action=Action.OPERATOR)) is refused
    assert fault_of(BanksNeedAttention((problem,))) is refused


def test_every_step_has_its_words():
    assert STEPS.keys() == set(Action)


def test_docs_have_the_table_of_what_was_seen(matrix):
    rows = []
    for trouble in TROUBLES:
        codes = [order.get("error_code", "") for _, order in trouble.orders]
        rows.append((trouble.name, codes[0] if codes else "", matrix(trouble)))
    text = page(rows, test=TEST)
    if os.environ.get("KEEPLESS_WRITE_DOCS"):
        PAGE.write_text(text, encoding="utf-8")
    stored = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    assert stored == text, f"docs/faults.md is stale: KEEPLESS_WRITE_DOCS=1 .venv/bin/pytest {TEST}, and look"


class TestTerms:
    """Of cards and loans, which may fail alone."""

    @pytest.fixture
    def site(self, local_plaid):
        clock = Clock()
        with website(local_plaid.url, cache=MemoryCache(clock), clock=clock) as site:
            yield site

    @pytest.fixture
    def visitor(self, site, local_plaid):
        return site.connected(local_plaid.connect("demo"))

    @staticmethod
    def board(site, visitor, **later):
        """The dashboard after so much time, once what is renewed behind it is there."""
        site.clock.ahead += timedelta(**later)
        list(visitor.get("/api/live").iter_encoded())
        return visitor.get("/api/dashboard").json

    @staticmethod
    def asked_for_terms(local_plaid):
        (item,) = local_plaid.items()
        return item["calls"]["/liabilities/get"]

    def test_terms_that_failed_with_the_first_reading_come_with_the_next(self, site, visitor, local_plaid):
        local_plaid.fault("/liabilities/get", error_code="INTERNAL_SERVER_ERROR")
        assert self.board(site, visitor)["banks"][0]["liabilities_problem"] == "INTERNAL_SERVER_ERROR"
        local_plaid.end_faults()
        board = self.board(site, visitor, minutes=11)
        assert board["banks"][0]["liabilities_problem"] is None
        assert board["due"]

    def test_terms_that_the_bank_has_no_more_go_and_are_not_asked_for_until_a_day_later(
        self, site, visitor, local_plaid
    ):
        assert self.board(site, visitor)["due"]
        local_plaid.fault("/liabilities/get", error_code="NO_LIABILITY_ACCOUNTS")
        board = self.board(site, visitor, hours=25)
        assert board["banks"][0]["liabilities_problem"] == "NO_LIABILITY_ACCOUNTS"
        assert not board["due"]
        asked = self.asked_for_terms(local_plaid)
        self.board(site, visitor, hours=23)
        assert self.asked_for_terms(local_plaid) == asked
