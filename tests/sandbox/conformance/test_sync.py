"""/transactions/sync as docs/plaid.md section 8 has it: cursors, budgets, mutation between pages, pending rows."""

import base64
from collections import Counter
from datetime import timedelta

import pytest
from sandbox.conformance.households import custom_login, today
from sandbox.conformance.refusals import assert_refused

MUTATED = {"error_type": "TRANSACTIONS_ERROR", "code": "TRANSACTIONS_SYNC_MUTATION_DURING_PAGINATION"}


@pytest.fixture
def dynamic(link):
    return link("user_transactions_dynamic", "anything")


@pytest.fixture
def steady(link):
    """A login of three rows to which nothing happens but what a test does."""
    return link("user_custom", custom_login(today()))


@pytest.fixture
def sync(api):
    """One page, as plain JSON."""

    def page(access_token, cursor="", **more):
        request = {"access_token": access_token, "cursor": cursor, **more}
        api.transactions_sync(request)
        return api.api_client.answers[-1][1]

    return page


def drain(sync, access_token, cursor="", **more):
    """Every page from a cursor until has_more is false."""
    pages = [sync(access_token, cursor, **more)]
    while pages[-1]["has_more"]:
        pages.append(sync(access_token, pages[-1]["next_cursor"], **more))
    return pages


def told(pages, kind):
    return [row for page in pages for row in page[kind]]


def ids(rows):
    return [row["transaction_id"] for row in rows]


def make(api, access_token, description="Tea"):
    row = {"date_transacted": today(), "date_posted": today(), "amount": 4.5, "description": description}
    api.sandbox_transactions_create({"access_token": access_token, "transactions": [row]})


def without_request_id(page):
    return {key: value for key, value in page.items() if key != "request_id"}


def test_no_cursor_an_empty_one_and_the_same_again_give_the_same_page(api, sync, steady):
    first = sync(steady)
    api.transactions_sync({"access_token": steady})
    assert without_request_id(api.api_client.answers[-1][1]) == without_request_id(first)
    assert without_request_id(sync(steady)) == without_request_id(first)


def test_every_page_of_a_loop_can_be_asked_for_again(sync, dynamic):
    pages = drain(sync, dynamic, count=20)
    assert len(pages) > 2
    cursors = ["", *(page["next_cursor"] for page in pages)]
    for cursor, page in zip(cursors, pages, strict=False):
        assert without_request_id(sync(dynamic, cursor, count=20)) == without_request_id(page)


@pytest.mark.parametrize("count", [1, 7, 100, 500])
def test_pages_of_any_size_tell_each_transaction_once(sync, dynamic, count):
    whole = ids(told(drain(sync, dynamic, count=500), "added"))
    pages = [sync(dynamic, count=count)]
    while pages[-1]["has_more"] and len(pages) < 12:
        pages.append(sync(dynamic, pages[-1]["next_cursor"], count=count))
    assert ids(told(pages, "added")) == whole[: count * len(pages)]
    assert len(set(whole)) == len(whole)


def test_sync_and_get_tell_the_same_transactions(api, sync, dynamic):
    pages = drain(sync, dynamic, count=500)
    span = {"start_date": today() - timedelta(days=729), "end_date": today()}
    api.transactions_get({"access_token": dynamic, **span, "options": {"count": 500}})
    page = api.api_client.answers[-1][1]
    by_id = {row["transaction_id"]: row for row in told(pages, "added")}
    assert page["total_transactions"] == len(by_id)
    assert {row["transaction_id"]: row for row in page["transactions"]} == by_id


def test_after_the_last_page_there_is_nothing_until_something_happens(api, sync, steady):
    cursor = drain(sync, steady)[-1]["next_cursor"]
    page = sync(steady, cursor)
    assert (page["added"], page["modified"], page["removed"], page["has_more"]) == ([], [], [], False)
    make(api, steady, "Tea house")
    added = sync(steady, cursor)["added"]
    assert [(row["amount"], row["date"]) for row in added] == [(4.5, str(today()))]


def test_a_change_between_two_pages_ends_the_loop_until_it_begins_again(api, sync, dynamic):
    start = ""
    first = sync(dynamic, start, count=20)
    assert first["has_more"]
    make(api, dynamic, "Between pages")
    again = {"access_token": dynamic, "cursor": first["next_cursor"], "count": 20}
    assert_refused(api.transactions_sync, again, **MUTATED)
    assert_refused(api.transactions_sync, again, **MUTATED)  # the failed page alone never heals
    rows = told(drain(sync, dynamic, start, count=20), "added")
    assert len(set(ids(rows))) == len(rows)
    assert "between pages" in {row["name"].lower() for row in rows}


def test_a_change_after_the_loop_ended_is_no_mutation(api, sync, steady):
    cursor = drain(sync, steady, count=1)[-1]["next_cursor"]
    make(api, steady)
    assert len(sync(steady, cursor, count=1)["added"]) == 1


def test_a_pending_transaction_that_posts_is_removed_and_added_anew_across_pages(api, sync, dynamic):
    before = drain(sync, dynamic, count=500)
    cursor = before[-1]["next_cursor"]
    pending = {row["transaction_id"]: row for row in told(before, "added") if row["pending"]}
    assert pending
    api.transactions_refresh({"access_token": dynamic})
    pages = drain(sync, dynamic, cursor, count=3)
    assert len(pages) > 1
    assert set(ids(told(pages, "removed"))) == set(pending)
    posted = {row["pending_transaction_id"]: row for row in told(pages, "added") if row["pending_transaction_id"]}
    assert set(posted) <= set(pending)
    assert posted
    for old, row in posted.items():
        assert not row["pending"]
        assert row["transaction_id"] != old
        assert row["account_id"] == pending[old]["account_id"]
    pages_of = {kind: {n for n, page in enumerate(pages) if page[kind]} for kind in ("added", "removed")}
    assert len(pages_of["added"] | pages_of["removed"]) > 1


def test_a_refresh_adds_pending_rows_and_raises_an_earlier_amount_by_one(api, sync, dynamic):
    before = drain(sync, dynamic, count=500)
    api.transactions_refresh({"access_token": dynamic})
    after = drain(sync, dynamic, before[-1]["next_cursor"])
    assert any(row["pending"] for row in told(after, "added"))
    earlier = {row["transaction_id"]: row["amount"] for row in told(before, "added")}
    raised = [round(row["amount"] - earlier[row["transaction_id"]], 2) for row in told(after, "modified")]
    assert raised == [1.0]


def test_a_static_login_does_not_change_by_a_refresh(api, sync, steady):
    cursor = drain(sync, steady)[-1]["next_cursor"]
    api.transactions_refresh({"access_token": steady})
    page = sync(steady, cursor)
    assert (page["added"], page["modified"], page["removed"]) == ([], [], [])


def test_count_is_one_budget_for_added_modified_and_removed(api, sync, dynamic):
    cursor = drain(sync, dynamic, count=500)[-1]["next_cursor"]
    api.transactions_refresh({"access_token": dynamic})
    pages = drain(sync, dynamic, cursor, count=4)
    sizes = [sum(len(page[kind]) for kind in ("added", "modified", "removed")) for page in pages]
    assert sizes[:-1] == [4] * (len(pages) - 1)
    assert 0 < sizes[-1] <= 4
    assert {kind for page in pages for kind in ("added", "modified", "removed") if page[kind]} == {
        "added",
        "modified",
        "removed",
    }


def test_replaying_all_changes_leaves_what_get_tells(api, sync, dynamic):
    rows, cursor = {}, ""
    for _ in range(3):
        pages = drain(sync, dynamic, cursor, count=50)
        rows |= {row["transaction_id"]: row for row in told(pages, "added") + told(pages, "modified")}
        for gone in told(pages, "removed"):
            assert rows.pop(gone["transaction_id"])["account_id"] == gone["account_id"]
        cursor = pages[-1]["next_cursor"]
        span = {"start_date": today() - timedelta(days=729), "end_date": today()}
        api.transactions_get({"access_token": dynamic, **span, "options": {"count": 500}})
        page = api.api_client.answers[-1][1]
        assert {row["transaction_id"]: row for row in page["transactions"]} == rows
        api.transactions_refresh({"access_token": dynamic})


def test_the_stream_of_one_account_is_that_accounts_part_of_the_whole(api, sync, dynamic):
    whole = told(drain(sync, dynamic, count=500), "added")
    by_account = Counter(row["account_id"] for row in whole)
    for account_id, number in by_account.items():
        rows = told(drain(sync, dynamic, count=9, options={"account_id": account_id}), "added")
        assert len(rows) == number
        assert ids(rows) == [row["transaction_id"] for row in whole if row["account_id"] == account_id]


def test_a_cursor_of_one_accounts_stream_does_not_fit_another_stream(api, sync, dynamic):
    account_id = sync(dynamic, count=1)["added"][0]["account_id"]
    of_account = sync(dynamic, options={"account_id": account_id})["next_cursor"]
    of_item = sync(dynamic)["next_cursor"]
    for cursor, options in ((of_account, {}), (of_item, {"account_id": account_id})):
        request = {"access_token": dynamic, "cursor": cursor, "options": options}
        assert_refused(api.transactions_sync, request, error_type="INVALID_REQUEST", code="INVALID_FIELD")


def test_the_stream_of_an_unknown_account_is_refused(api, dynamic):
    request = {"access_token": dynamic, "options": {"account_id": "nobody"}}
    assert_refused(api.transactions_sync, request, error_type="INVALID_INPUT", code="INVALID_ACCOUNT_ID")


def test_a_cursor_of_another_item_is_refused(api, sync, link, dynamic):
    foreign = sync(link("user_transactions_dynamic", "anything"))["next_cursor"]
    error = assert_refused(
        api.transactions_sync,
        {"access_token": dynamic, "cursor": foreign},
        error_type="INVALID_REQUEST",
        code="INVALID_FIELD",
    )
    assert "cursor not associated with access_token" in error["error_message"]


@pytest.mark.parametrize(
    "place",
    [["x", "", 10**9], ["x", "", -5], ["x", "", "1"], {}, [], None, [[]], 10**400],
    ids=str,
)
def test_a_cursor_made_by_hand_is_refused(api, dynamic, place):
    forged = base64.b64encode(repr(place).replace("'", '"').encode()).decode()[:256]
    request = {"access_token": dynamic, "cursor": forged}
    assert_refused(api.transactions_sync, request, error_type="INVALID_REQUEST", code="INVALID_FIELD")


def test_now_gives_a_cursor_without_the_history(api, sync, steady):
    page = sync(steady, "now")
    assert (page["added"], page["modified"], page["removed"], page["has_more"]) == ([], [], [], False)
    make(api, steady)
    assert len(sync(steady, page["next_cursor"])["added"]) == 1
