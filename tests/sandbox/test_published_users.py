"""Plaid's own custom users, read from its files, connected over HTTP, and summed up by us and by hand.

Every figure below was worked out from the JSON files with a pocket calculator: the arithmetic stands beside it, row by
row or day by day. Nothing in it was computed by Keepless. The day is fixed, so that what depends on it is too.
"""

import os
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from support.local_plaid import CREDENTIALS, local_plaid

from keepless.adapters.plaid.client import PlaidClient
from keepless.core.secret import Secret
from keepless.core.spending import analyse
from keepless.sandbox import users
from keepless.sandbox.options import Options

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
START = date(2024, 8, 1)  # before the oldest row of any file

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("KEEPLESS_SHARED", ROOT.parent / "shared")) / "data" / "plaid-custom-users"
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"PLAID'S PUBLISHED USERS ARE NOT TESTED: no folder {FOLDER}; set KEEPLESS_SHARED to the one that has data/",
)

CHECKING_AND_SAVINGS = "transactions_checking+savings_custom_user"
CREDIT_CARD = "credit_card_custom_user"
STUDENT_LOAN = "student_loan_custom_user"
PAYROLL = "payroll_income_custom_user"
BLANK = "blank_template_custom_sandbox_user"
BANK_INCOME = "bank_income_basic"
ASSETS = "assets_custom_user2"

# Of each account, in the order of the file: type, current balance, rows, what left it, what arrived. In cents.
ACCOUNTS = {
    CHECKING_AND_SAVINGS: [
        ("depository", 0, 2, 150_735, 0),  # 398.34 + 1,109.01 = 1,507.35
        ("depository", 0, 2, 260_477, 0),  # 896.65 + 1,708.12 = 2,604.77
    ],
    # 87.43 + 156.89 = 244.32; + 45.00 = 289.32; + 1,200.00 = 1,489.32; + 23.50 = 1,512.82
    CREDIT_CARD: [("credit", 124_567, 5, 151_282, 0)],
    STUDENT_LOAN: [("loan", 4_512_300, 0, 0, 0)],  # the principal, where no balance is given
    PAYROLL: [("other", 0, 0, 0, 0)],
    BLANK: [("depository", 0, 0, 0, 0)],
    # The card: 1,745.32 + 1,098.42 + 900.00 + 1,325.90 + 800.32 + 659.43 = 6,529.39;
    #   + 700.00 + 516.23 + 650.00 + 720.00 + 534.00 + 1,020.43 = 4,140.66; together 10,670.05.
    # Loans: 12 x 267 = 3,204; 12 x 524 = 6,288; 12 x 2,745 = 32,940; together 42,432.00.
    # The rest that leaves: 6.33 + 89.40 + 12.00 + 4.33 + 5.40 + 500.00 + 50.00 + 400.00 + 500.00 + 78.50 = 1,645.96,
    #   and the two other card payments 25.00 + 2,078.50 = 2,103.50.
    # 10,670.05 + 42,432.00 + 1,645.96 + 2,103.50 = 56,851.51.
    # What arrives: 3 x 5,500 + 9 x 5,000 = 61,500.00; the refund 500.00; interest 4.22; together 62,004.22.
    BANK_INCOME: [("depository", 0, 74, 5_685_151, 6_200_422)],
    ASSETS: [
        ("depository", 0, 2, 260_477, 0),  # 896.65 + 1,708.12
        # By day. July: 24th 76.18, 25th 37.74, 26th 27.39, 27th 94.66, 28th 39.69, 29th 17.96: 293.62.
        # August: 1st 333.05, 2nd 15.78, 3rd 140.83, 4th 23.00, 5th 9.17, 6th 172.25, 7th 286.77, 8th 274.06: 1,254.91;
        #   9th 181.17, 10th 30.39, 11th 294.10, 12th 2.99, 13th 1.73, 14th 60.92, 15th 183.21: 754.51;
        #   16th 12.97, 17th 7.50, 18th 11.83, 20th 9.56, 21st 31.08, 22nd 0.75: 73.69. August: 2,083.11.
        # 293.62 + 2,083.11 = 2,376.73; 81 rows, and one paycheck of 5,000.00.
        ("depository", 430_000, 82, 237_673, 500_000),
        ("loan", 1_000_000, 0, 0, 0),
        # Interest of 12.9 % a year on 10,000: 1,290.00 / 12 = 107.50 a month, on the 15th, 24 months: 2,580.00.
        ("credit", 1_000_000, 24, 0, 258_000),
    ],
}

# What it means: spent, income, debt payments, card payments. In cents.
MEANING = {
    # "DEBIT CRD AUTOPAY" says nothing of what it was for: 398.34 + 896.65 = 1,294.99 are spending.
    # "CREDIT CRD AUTOPAY" pays a card: 1,109.01 + 1,708.12 = 2,817.13.
    CHECKING_AND_SAVINGS: (129_499, 0, 0, 281_713),
    CREDIT_CARD: (151_282, 0, 0, 0),
    # Spent: 1,645.96 as above less the refund of 500.00. Card payments: 10,670.05 + 2,103.50 = 12,773.55.
    BANK_INCOME: (114_596, 6_150_422, 4_243_200, 1_277_355),
    # Spent: 2,376.73 and the 896.65 of savings. Card payments: the card received 2,580.00, and 1,708.12 left the bank;
    # it is the same money, of which the larger sum is known.
    ASSETS: (327_338, 500_000, 0, 258_000),
}

# Spending by category of the card's five rows: 156.89 + 23.50 = 180.39 is food.
CARD_CATEGORIES = {
    "GENERAL_MERCHANDISE": 8_743,
    "FOOD_AND_DRINK": 18_039,
    "TRANSPORTATION": 4_500,
    "RENT_AND_UTILITIES": 120_000,
}
# 293.62 in July; in August 2,083.11 and the 896.65 of savings: 2,979.76.
ASSETS_MONTHS = {"2026-07": 29_362, "2026-08": 297_976}


@pytest.fixture(scope="module")
def snapshots():
    """Every file connected as a bank of its own, and what our adapter reads of it over HTTP."""
    with local_plaid(Options(port=0, users_dir=FOLDER, rate_limits="off", now=lambda: NOW)) as served:
        identity = (CREDENTIALS["clientId"], Secret(CREDENTIALS["secret"]), "local")
        client = PlaidClient(served.url, *identity, clock=lambda: NOW)
        found = {}
        for stem in ACCOUNTS:
            _, banks = served.call(
                "/institutions/search", {"query": stem, "products": ["transactions"], "country_codes": ["US"]}
            )
            token = Secret(served.connect(institution=banks["institutions"][0]["institution_id"]))
            bank = client.identify(token)
            assert bank.name == stem
            found[stem] = client.fetch(token, bank, start=START, end=TODAY, expected=None)
        client.close()
    return found


def test_every_published_file_is_tested():
    assert {path.stem for path in FOLDER.glob("*.json")} == set(ACCOUNTS)


@pytest.mark.parametrize("stem", ACCOUNTS)
def test_a_household_has_the_accounts_and_rows_of_its_file(stem):
    household = users.household_from_json(stem, (FOLDER / f"{stem}.json").read_bytes(), today=TODAY)
    found = []
    for holding in household.accounts:
        amounts = [row.amount for row in household.rows if row.account == holding.key]
        left, arrived = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
        found.append((holding.type, holding.current * 100, len(amounts), left * 100, arrived * 100))
    assert found == ACCOUNTS[stem]
    assert household.force_error is None


@pytest.mark.parametrize("stem", ACCOUNTS)
def test_over_http_each_account_sums_to_what_the_file_says(snapshots, stem):
    snapshot = snapshots[stem]
    rows = defaultdict(list)
    for row in snapshot.transactions:
        rows[row.account_id].append(row.amount)
    found = [
        (
            account.type,
            account.current,
            len(rows[account.id]),
            sum(amount for amount in rows[account.id] if amount > 0),
            -sum(amount for amount in rows[account.id] if amount < 0),
        )
        for account in snapshot.accounts
    ]
    assert found == ACCOUNTS[stem]
    assert snapshot.unreadable == 0


@pytest.mark.parametrize("stem", MEANING)
def test_over_http_its_spending_is_what_a_careful_reader_of_the_file_counts(snapshots, stem):
    usd = analyse(snapshots[stem].transactions, snapshots[stem].accounts).currencies["USD"]
    assert (usd.spent, usd.income, usd.debt_payments, usd.card_payments) == MEANING[stem]
    assert usd.cash == 0


def test_the_published_card_is_spent_on_food_fuel_goods_and_rent(snapshots):
    usd = analyse(snapshots[CREDIT_CARD].transactions, snapshots[CREDIT_CARD].accounts).currencies["USD"]
    assert usd.by_category == CARD_CATEGORIES
    assert usd.by_merchant["Starbucks"] == 2_350


def test_the_published_assets_user_spends_in_the_months_of_the_file(snapshots):
    usd = analyse(snapshots[ASSETS].transactions, snapshots[ASSETS].accounts).currencies["USD"]
    assert usd.by_month == ASSETS_MONTHS


def test_the_published_card_keeps_its_terms_and_its_limit(snapshots):
    (account,), (card,) = snapshots[CREDIT_CARD].accounts, snapshots[CREDIT_CARD].cards
    assert (account.limit, account.available) == (1_000_000, 875_433)
    assert {apr.type: apr.basis_points for apr in card.aprs} == {
        "purchase_apr": 1699,
        "cash_apr": 2499,
        "balance_transfer_apr": 1899,
        "special": 0,
    }
    assert (card.last_payment_amount, card.minimum_payment, card.is_overdue) == (25_000, 3_500, False)


def test_the_published_student_loan_keeps_its_rate_and_its_name(snapshots):
    (loan,) = snapshots[STUDENT_LOAN].loans
    assert (loan.kind, loan.name, loan.basis_points) == ("student", "Plaid Student Loan", 423)
    # The annuity of 45,123 over 120 months at 4.23 % / 12 = 0.3525 % a month: 1.003525^120 = 1.525399, and
    # 45,123 x 0.003525 = 159.0586; 159.0586 x 1.525399 / 0.525399 = 461.80.
    assert loan.minimum_payment == 46_180
