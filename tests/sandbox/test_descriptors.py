import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepless.sandbox.descriptors import RULES, understood
from keepless.sandbox.taxonomy import CONFIDENCES, PRIMARY_OF


@pytest.mark.parametrize(
    ("description", "detailed"),
    [
        ("CORNER SUPERMARKET 12", "FOOD_AND_DRINK_GROCERIES"),
        ("Shell Gas Station", "TRANSPORTATION_GAS"),
        ("THE LITTLE COFFEE BAR", "FOOD_AND_DRINK_COFFEE"),
        ("Monthly Rent Payment", "RENT_AND_UTILITIES_RENT"),
        ("ONLINE TRANSFER TO SAVINGS", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
        ("ATM 0042 MAIN STREET", "TRANSFER_OUT_WITHDRAWAL"),
        ("ATM OPERATOR FEE", "BANK_FEES_ATM_FEES"),
        ("OVERDRAFT ITEM", "BANK_FEES_OVERDRAFT_FEES"),
        ("INTEREST CHARGED", "BANK_FEES_INTEREST_CHARGE"),
        ("NORTHERN AIRWAYS 0161", "TRAVEL_FLIGHTS"),
        ("Discover credit card payment", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        ("AUTOMATIC PAYMENT - THANK", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
        ("Student Loan Repayment", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
    ],
)
def test_common_words_say_what_money_was_spent_on(description, detailed):
    assert understood(description, arrives=False)[1].detailed == detailed


@pytest.mark.parametrize(
    ("description", "detailed"),
    [
        ("MONTHLY PAYCHECK", "INCOME_SALARY"),
        ("ACME PAYROLL 0923", "INCOME_SALARY"),
        ("INTRST PYMNT", "INCOME_INTEREST_EARNED"),
        ("TRANSFER FROM CHECKING", "TRANSFER_IN_ACCOUNT_TRANSFER"),
        ("United Airlines **** REFUND ****", "TRAVEL_FLIGHTS"),
    ],
)
def test_common_words_say_why_money_arrived(description, detailed):
    assert understood(description, arrives=True)[1].detailed == detailed


def test_payroll_that_leaves_is_not_income():
    assert understood("PAYROLL ADJUSTMENT", arrives=False)[1].primary != "INCOME"


def test_what_it_was_for_comes_before_how_it_moved():
    merchant, category = understood("PAYPAL INST XFER STARBUCKS WEB ID", arrives=False)
    assert (merchant, category.detailed) == ("Starbucks", "FOOD_AND_DRINK_COFFEE")


def test_a_purchase_with_a_credit_card_is_not_a_card_payment():
    assert understood("CREDIT CARD PURCHASE STARBUCKS", arrives=False)[0] == "Starbucks"


def test_a_delivered_meal_is_not_a_ride():
    assert understood("UBER   EATSDebit Card Purchase", arrives=False)[0] == "Uber Eats"
    assert understood("POS DEBIT UBER   *", arrives=False)[0] == "Uber"


@pytest.mark.parametrize("description", ["", "Tectra Inc", "QWXZ 0921", "☃"])
def test_what_no_rule_knows_is_other_with_low_confidence(description):
    merchant, category = understood(description, arrives=False)
    assert merchant is None
    assert (category.primary, category.detailed, category.confidence) == ("OTHER", "OTHER_OTHER", "LOW")


@given(st.text(), st.booleans())
def test_any_text_gets_a_category_of_the_taxonomy(description, arrives):
    _, category = understood(description, arrives=arrives)
    assert PRIMARY_OF[category.detailed] == category.primary
    assert category.confidence in CONFIDENCES


def test_every_rule_names_a_category_of_the_taxonomy():
    assert all(rule.detailed in PRIMARY_OF and rule.confidence in CONFIDENCES for rule in RULES)


def test_only_the_beginning_of_an_endless_line_is_read():
    assert understood("CREDIT CARD " * 100_000 + "PAYMENT", arrives=False)[1].detailed == "OTHER_OTHER"
