"""`user_good`: the static household that Plaid's Sandbox gives every newcomer, oddities included.

Source: docs/plaid.md 9.2 for the accounts and their figures, docs/plaid.md 7 and 9.2 for the rows: 16 shapes that come
back every 30 days, nothing pending, and labels that a careful reader stumbles over (a card payment as merchandise with
a positive amount, pay as a transfer out, an airline's refund as the only large inflow).
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from keepless.sandbox import months, terms
from keepless.sandbox.household import Holding, Household, Row, newest_first
from keepless.sandbox.taxonomy import category

CYCLE_DAYS = 30
HISTORY_DAYS = 723  # as in a public capture: 388 rows


class Shape(NamedTuple):
    """A row that comes back every cycle, `age` days before its end (0 is today)."""

    age: int
    account: str
    amount: str
    description: str
    merchant: str | None
    detailed: str
    confidence: str = "VERY_HIGH"
    channel: str = "in store"


SHAPES = (
    Shape(
        1,
        "checking",
        "6.33",
        "Uber 072515 SF**POOL**",
        "Uber",
        "TRANSPORTATION_TAXIS_AND_RIDE_SHARES",
        channel="online",
    ),
    Shape(2, "card", "500.00", "Tectra Inc", "Tectra Inc", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", "LOW"),
    Shape(
        2, "card", "2078.50", "AUTOMATIC PAYMENT - THANK", None, "GENERAL_MERCHANDISE_OTHER_GENERAL_MERCHANDISE", "LOW"
    ),
    Shape(3, "card", "500.00", "KFC", "KFC", "FOOD_AND_DRINK_FAST_FOOD"),
    Shape(6, "card", "500.00", "Madison Bicycle Shop", "Madison Bicycle Shop", "GENERAL_MERCHANDISE_SPORTING_GOODS"),
    Shape(
        8, "saving", "25.00", "CREDIT CARD 3333 PAYMENT *//", None, "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT", channel="other"
    ),
    Shape(11, "saving", "-4.22", "INTRST PYMNT", None, "INCOME_INTEREST_EARNED", "HIGH", "other"),
    Shape(
        14,
        "checking",
        "5.40",
        "Uber 063015 SF**POOL**",
        "Uber",
        "TRANSPORTATION_TAXIS_AND_RIDE_SHARES",
        channel="online",
    ),
    Shape(15, "checking", "-500.00", "United Airlines", "United Airlines", "TRAVEL_FLIGHTS"),
    Shape(16, "checking", "12.00", "McDonald's", "McDonald's", "FOOD_AND_DRINK_FAST_FOOD"),
    Shape(16, "checking", "4.33", "Starbucks", "Starbucks", "FOOD_AND_DRINK_COFFEE"),
    Shape(17, "checking", "89.40", "SparkFun", "SparkFun", "GENERAL_MERCHANDISE_ELECTRONICS", "LOW"),
    Shape(
        20,
        "money_market",
        "5850.00",
        "ACH Electronic CreditGUSTO PAY 123456",
        None,
        "TRANSFER_OUT_ACCOUNT_TRANSFER",
        "LOW",
        "other",
    ),
    Shape(20, "cd", "1000.00", "CD DEPOSIT .INITIAL.", None, "TRANSFER_OUT_ACCOUNT_TRANSFER", "LOW", "other"),
    Shape(
        21, "checking", "78.50", "Touchstone Climbing", "Touchstone Climbing", "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"
    ),
    Shape(28, "checking", "500.00", "United Airlines", "United Airlines", "TRAVEL_FLIGHTS"),
)


def household(username: str, today: date) -> Household:
    """The stock household over 723 days that end `today`."""
    rows = [
        _row(shape, cycle, today)
        for shape in SHAPES
        for cycle in range(HISTORY_DAYS // CYCLE_DAYS + 1)
        if shape.age + cycle * CYCLE_DAYS <= HISTORY_DAYS
    ]
    return Household(username, _accounts(today), newest_first(rows, today))


def _row(shape: Shape, cycle: int, today: date) -> Row:
    day = today - timedelta(days=shape.age + cycle * CYCLE_DAYS)
    return Row(
        key=f"stock-{SHAPES.index(shape):02d}-{cycle:02d}",
        account=shape.account,
        amount=Decimal(shape.amount),
        currency="USD",
        transacted=day - timedelta(days=1),
        posted=day,
        description=shape.description,
        merchant=shape.merchant,
        category=category(shape.detailed, shape.confidence),
        channel=shape.channel,
    )


def _holding(  # noqa: PLR0917 - the columns of a table
    key: str,
    kind: tuple[str, str],
    names: tuple[str, str | None],
    mask: str,
    current: str,
    available: str | None = None,
    limit: str | None = None,
    liability: terms.Terms | None = None,
) -> Holding:
    return Holding(
        key,
        *kind,
        *names,
        mask,
        Decimal(current),
        None if available is None else Decimal(available),
        None if limit is None else Decimal(limit),
        liability=liability,
    )


def _accounts(today: date) -> tuple[Holding, ...]:
    statement = months.last_before_or_on(today, 20)
    payment = months.last_before_or_on(today, 12)
    due = months.first_after(today, 14)
    card = terms.credit(
        [
            terms.Apr("balance_transfer_apr", Decimal("15.24"), Decimal("1562.32"), Decimal("130.22")),
            terms.Apr("cash_apr", Decimal("27.95"), Decimal("56.22"), Decimal("14.81")),
            terms.Apr("purchase_apr", Decimal("12.50"), Decimal("157.01"), Decimal("25.66")),
            terms.Apr("special", Decimal(0), Decimal(1000), Decimal(0)),
        ],
        is_overdue=False,
        last_payment=(Decimal("168.25"), payment),
        last_statement=(Decimal("1708.77"), statement),
        minimum=Decimal(20),
        next_due=due,
    )
    business = terms.credit(
        [terms.Apr("purchase_apr", Decimal("19.99"))],
        is_overdue=False,
        last_payment=(Decimal("500.00"), payment),
        last_statement=(Decimal("5020.00"), statement),
        minimum=Decimal(100),
        next_due=due,
    )
    student = terms.student(
        Decimal("5.25"),
        guarantor="DEPT OF ED",
        is_overdue=False,
        last_payment_amount=Decimal("138.05"),
        last_payment_date=payment,
        last_statement_balance=Decimal("138.05"),
        last_statement_issue_date=statement,
        loan_name="Consolidation",
        loan_status={"end_date": months.shifted(today, 120), "type": "repayment"},
        minimum_payment_amount=Decimal(25),
        next_payment_due_date=due,
        origination_date=months.shifted(today, -48),
        origination_principal_amount=Decimal("25000.00"),
        outstanding_interest_amount=Decimal("6227.36"),
        repayment_plan={"description": "Standard Repayment", "type": "standard"},
        sequence_number="1",
        ytd_interest_paid=Decimal("280.55"),
        ytd_principal_paid=Decimal("271.65"),
    )
    mortgage = terms.mortgage(
        Decimal("3.99"),
        current_late_fee=Decimal("25.00"),
        escrow_balance=Decimal("3141.54"),
        has_pmi=True,
        has_prepayment_penalty=True,
        last_payment_amount=Decimal("3141.54"),
        last_payment_date=payment,
        loan_term="30 year",
        loan_type_description="conventional",
        maturity_date=months.shifted(today, 300),
        next_monthly_payment=Decimal("3141.54"),
        next_payment_due_date=due,
        origination_date=months.shifted(today, -60),
        origination_principal_amount=Decimal("425000.00"),
        past_due_amount=Decimal("2304.00"),
        ytd_interest_paid=Decimal("12300.40"),
        ytd_principal_paid=Decimal("12340.50"),
    )
    checking_name, saving_name = (
        "Plaid Gold Standard 0% Interest Checking",
        "Plaid Silver Standard 0.1% Interest Saving",
    )
    money_market_name = "Plaid Platinum Standard 1.85% Interest Money Market"
    return (
        _holding("checking", ("depository", "checking"), ("Plaid Checking", checking_name), "0000", "110", "100"),
        _holding("saving", ("depository", "savings"), ("Plaid Saving", saving_name), "1111", "210", "200"),
        _holding("cd", ("depository", "cd"), ("Plaid CD", "Plaid Bronze Standard 0.2% Interest CD"), "2222", "1000"),
        _holding(
            "card",
            ("credit", "credit card"),
            ("Plaid Credit Card", "Plaid Diamond 12.5% APR Interest Credit Card"),
            "3333",
            "410",
            limit="2000",
            liability=card,
        ),
        _holding(
            "money_market",
            ("depository", "money market"),
            ("Plaid Money Market", money_market_name),
            "4444",
            "43200",
            "43200",
        ),
        _holding("ira", ("investment", "ira"), ("Plaid IRA", None), "5555", "320.76"),
        _holding("401k", ("investment", "401k"), ("Plaid 401k", None), "6666", "23631.9805"),
        _holding("student", ("loan", "student"), ("Plaid Student Loan", None), "7777", "65262", liability=student),
        _holding("mortgage", ("loan", "mortgage"), ("Plaid Mortgage", None), "8888", "56302.06", liability=mortgage),
        _holding(
            "hsa", ("depository", "hsa"), ("Plaid HSA", "Plaid Cares Health Savings Account"), "9001", "6009", "6009"
        ),
        _holding(
            "cash_management",
            ("depository", "cash management"),
            ("Plaid Cash Management", "Plaid Growth Cash Management"),
            "9002",
            "12060",
            "12060",
        ),
        _holding(
            "business_card",
            ("credit", "credit card"),
            ("Plaid Business Credit Card", "Plaid Platinum Small Business Credit Card"),
            "9999",
            "5020",
            "4980",
            "10000",
            business,
        ),
    )
