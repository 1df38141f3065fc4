from datetime import UTC, date, datetime

import pytest
from core.making import TODAY, account
from hypothesis import given
from hypothesis import strategies as st

from keepless.core.credit import card, cards, due_next, loan, loans, total_utilisation
from keepless.core.models import Apr, BankRef, BankSnapshot, CardTerms, LoanTerms

FIGURE = st.none() | st.integers(-(10**7), 10**7)


def terms(account_id="card", **told):
    return CardTerms(account_id=account_id, **told)


def apr(type, basis_points, balance=None):  # noqa: A002
    return Apr(type=type, basis_points=basis_points, balance=balance, interest=None)


def one_card(told=None, **balances):
    return card(account(balances.pop("id", "card"), "credit", **balances), told or terms(), TODAY)


def bank(name, accounts, **told):
    return BankSnapshot(
        bank=BankRef(f"item-{name}", f"ins-{name}", name),
        accounts=tuple(accounts),
        transactions=[],
        start=TODAY,
        end=TODAY,
        fetched_at=datetime(2026, 11, 22, tzinfo=UTC),
        **told,
    )


def test_a_card_tells_what_its_bank_tells():
    told = one_card(
        terms(
            aprs=(apr("cash_apr", 2999), apr("special", 0), apr("purchase_apr", 2499), apr("new_apr", 3499)),
            is_overdue=False,
            last_payment_amount=5000,
            last_payment_date=date(2026, 11, 1),
            last_statement_balance=170877,
            last_statement_date=date(2026, 11, 3),
            minimum_payment=3500,
            next_due=date(2026, 11, 28),
        ),
        current=41000,
        limit=200000,
        available=159000,
    )
    assert (told.owed, told.limit, told.available, told.utilisation, told.over_30) == (
        41000,
        200000,
        159000,
        205,
        False,
    )
    assert [each.type for each in told.aprs] == ["purchase_apr", "new_apr", "cash_apr", "special"]
    assert (told.statement_balance, told.statement_date) == (170877, date(2026, 11, 3))
    assert (told.minimum_payment, told.due, told.days_until_due, told.overdue) == (3500, date(2026, 11, 28), 6, False)
    assert (told.last_payment_amount, told.last_payment_date) == (5000, date(2026, 11, 1))


def test_what_the_bank_does_not_tell_is_unknown_and_never_zero():
    told = one_card()
    unknown = (
        *(told.owed, told.credit_balance, told.limit, told.available, told.utilisation, told.over_30),
        *(told.statement_balance, told.minimum_payment, told.due, told.days_until_due, told.overdue),
        told.interest_if_carried,
    )
    assert set(unknown) == {None}


@pytest.mark.parametrize("overdue", [True, False, None])
def test_overdue_is_the_banks_own_word_whatever_the_date(overdue):
    told = one_card(terms(is_overdue=overdue, next_due=date(2026, 11, 20)))
    assert told.overdue is overdue
    assert told.days_until_due == -2


def test_a_card_that_paid_too_much_owes_nothing_and_uses_nothing():
    told = one_card(current=-2500, limit=100000)
    assert (told.owed, told.credit_balance, told.utilisation) == (0, 2500, 0)
    told = one_card(current=None, limit=100000, available=102500)
    assert (told.owed, told.credit_balance) == (0, 2500)


def test_a_limit_of_zero_is_no_limit_to_count_from():
    assert one_card(current=None, limit=0, available=500).owed is None


def test_interest_is_of_the_balances_that_rates_apply_to():
    told = terms(aprs=(apr("purchase_apr", 2400, 100000), apr("cash_apr", 3000, 20000), apr("special", 0, 50000)))
    # (1,000.00 x 24 % + 200.00 x 30 %) / 365 x 30
    assert one_card(told, current=500000).interest_if_carried == 2466


def test_interest_is_of_all_that_is_owed_where_no_balance_is_told():
    assert one_card(terms(aprs=(apr("purchase_apr", 2499),)), current=100000).interest_if_carried == 2054
    assert one_card(terms(aprs=(apr("purchase_apr", 2499, 0),)), current=100000).interest_if_carried == 2054
    assert one_card(terms(aprs=(apr("cash_apr", 2999),)), current=100000).interest_if_carried is None
    assert one_card(terms(aprs=(apr("purchase_apr", 2499),))).interest_if_carried is None
    assert one_card(terms(aprs=(apr("purchase_apr", 2499),)), current=-5).interest_if_carried == 0


@given(FIGURE, FIGURE, FIGURE)
def test_whatever_the_figures_use_is_told_only_with_a_limit_and_a_balance(current, available, limit):
    told = one_card(current=current, available=available, limit=limit)
    assert (told.utilisation is None) == (told.over_30 is None)
    assert (told.utilisation is not None) == (told.owed is not None and told.limit is not None)
    assert told.owed is None or told.owed >= 0
    assert told.credit_balance is None or (told.credit_balance > 0 and told.owed == 0)


def test_the_cards_of_all_banks_come_with_their_own_terms_and_nothing_else_does():
    found = cards(
        [
            bank("North", [account("a", "credit"), account("b")], cards=(terms("a", minimum_payment=1), terms("gone"))),
            bank("South", [account("c", "credit")]),
        ],
        TODAY,
    )
    assert [(each.account.id, each.bank, each.minimum_payment) for each in found] == [
        ("a", "North", 1),
        ("c", "South", None),
    ]


def test_use_in_total_is_of_the_cards_that_tell_both_figures_per_currency():
    told = total_utilisation(
        [
            one_card(current=40000, limit=100000),
            one_card(current=-100, limit=100000),
            one_card(current=99999, limit=None),
            one_card(current=31, limit=100, currency="EUR"),
            one_card(current=5, currency="JPY"),
        ]
    )
    assert [(u.currency, u.owed, u.limit, u.utilisation, u.over_30, u.cards, u.left_out) for u in told] == [
        ("EUR", 31, 100, 310, True, 1, 0),
        ("USD", 40000, 200000, 200, False, 2, 1),
    ]


def test_a_loan_tells_what_its_bank_tells_and_otherwise_its_account():
    told = loan(
        account("loan", "loan", current=1250000),
        LoanTerms(
            account_id="loan", kind="student", name="Degree", basis_points=550, minimum_payment=18000, next_due=TODAY
        ),
        TODAY,
    )
    assert (told.kind, told.name, told.owed, told.basis_points) == ("student", "Degree", 1250000, 550)
    assert (told.minimum_payment, told.due, told.days_until_due, told.overdue) == (18000, TODAY, 0, None)
    bare = loan(account("loan", "loan", subtype="auto", current=-3), None, TODAY)
    assert (bare.kind, bare.name, bare.owed, bare.due) == ("auto", "Loan", 0, None)
    assert loan(account("loan", "loan"), None, TODAY).owed is None


def test_the_loans_of_all_banks_come_with_their_own_terms():
    found = loans(
        [
            bank(
                "North",
                [account("a", "loan"), account("b", "credit")],
                loans=(LoanTerms(account_id="a", kind="mortgage"),),
            )
        ],
        TODAY,
    )
    assert [(each.account.id, each.bank, each.kind) for each in found] == [("a", "North", "mortgage")]


def due_card(name, next_due, *, overdue=None, minimum=1000):
    return card(
        account(name, "credit", name=name),
        terms(name, next_due=next_due, is_overdue=overdue, minimum_payment=minimum, last_statement_balance=9000),
        TODAY,
        bank="North",
    )


def test_what_is_due_next_is_the_overdue_first_then_by_date():
    student = loan(
        account("loan", "loan"), LoanTerms(account_id="loan", kind="student", next_due=date(2026, 11, 24)), TODAY
    )
    payments = due_next(
        [
            due_card("later", date(2026, 12, 1)),
            due_card("today", TODAY),
            due_card("late", date(2026, 11, 2), overdue=True),
            due_card("late-undated", None, overdue=True),
        ],
        [student],
        TODAY,
    )
    assert [(each.name, each.days) for each in payments] == [
        ("late-undated", None),
        ("late", -20),
        ("today", 0),
        ("Loan", 2),
        ("later", 9),
    ]
    assert [each.kind for each in payments] == ["card", "card", "card", "loan", "card"]
    assert (payments[1].bank, payments[1].amount, payments[1].statement_balance, payments[1].overdue) == (
        *("North", 1000, 9000),
        True,
    )


def test_a_date_that_passed_without_the_banks_word_and_a_minimum_of_zero_are_not_due():
    passed = due_card("passed", date(2026, 11, 21))
    denied = due_card("denied", date(2026, 11, 21), overdue=False)
    nothing = due_card("nothing", date(2026, 11, 30), minimum=0)
    undated = due_card("undated", None)
    unknown = due_card("unknown", date(2026, 11, 30), minimum=None)
    assert [each.name for each in due_next([passed, denied, nothing, undated, unknown], [], TODAY)] == ["unknown"]


def test_an_account_on_which_nothing_is_owed_has_nothing_due_unless_the_bank_says_overdue():
    def owing(current, *, overdue=None):
        told = terms("c", next_due=date(2026, 11, 30), is_overdue=overdue, minimum_payment=1000)
        return card(account("c", "credit", current=current), told, TODAY)

    assert due_next([owing(0), owing(-2500, overdue=False)], [], TODAY) == ()
    assert len(due_next([owing(0, overdue=True), owing(1), owing(None)], [], TODAY)) == 3
