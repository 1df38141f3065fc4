"""Banks to make golden cases from: rows drawn with fixed seeds, and the odd ones by hand. Invented names only."""

import datetime as dt
from random import Random

from keepless.core.models import Account, Apr, BankRef, BankSnapshot, CardTerms, LoanTerms, Transaction

TODAY = dt.date(2026, 11, 22)
START = dt.date(2026, 6, 25)

CODES = (
    ("FOOD_AND_DRINK", "FOOD_AND_DRINK_GROCERIES"),
    ("FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE"),
    ("GENERAL_MERCHANDISE", "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES"),
    ("TRAVEL", ""),
    ("PET_CARE", "PET_CARE_TREATS"),  # in neither taxonomy
    ("TRANSPORTATION", "TRAVEL_FLIGHTS"),  # a detailed code that is not of its primary
    ("INCOME", "INCOME_SALARY"),
    ("TRANSFER_IN", "TRANSFER_IN_ACCOUNT_TRANSFER"),
    ("TRANSFER_OUT", "TRANSFER_OUT_ACCOUNT_TRANSFER"),
    ("TRANSFER_OUT", "TRANSFER_OUT_WITHDRAWAL"),
    ("LOAN_PAYMENTS", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    ("LOAN_PAYMENTS", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
    ("OTHER", "OTHER_OTHER"),
    ("", ""),
)
MERCHANTS = ("Corner Bakery", "Straße & Söhne", "CAFÉ Zoë", "Istanbul Kebap", "Rail 7", "Acme", "Ödön")
CURRENCIES = ("USD", "USD", "USD", "JPY", "KWD", "BTC")


def account(account_id: str, account_type: str, currency: str = "USD", **known: int | None) -> Account:
    figures: dict[str, int | None] = {"current": None, "available": None, "limit": None, **known}
    return Account(
        id=account_id,
        name=account_id.title(),
        mask=None,
        type=account_type,
        subtype=None,
        currency=currency,
        **figures,
    )


def apr(kind: str, basis_points: int, balance: int | None = None) -> Apr:
    return Apr(type=kind, basis_points=basis_points, balance=balance, interest=None)


def row(
    row_id: str,
    amount: int,
    codes: tuple[str, str] = CODES[0],
    *,
    day: dt.date = TODAY,
    currency: str = "USD",
    account_id: str = "checking",
    merchant: str = "Corner Bakery",
    name: str | None = None,
    pending: bool = False,
    replaces: str | None = None,
) -> Transaction:
    return Transaction(
        row_id,
        account_id,
        amount,
        currency,
        day,
        day + dt.timedelta(days=1),
        merchant if name is None else name,
        merchant,
        *codes,
        pending,
        replaces,
    )


def bank(
    key: str,
    accounts: tuple[Account, ...],
    transactions: list[Transaction],
    *,
    cards: tuple[CardTerms, ...] = (),
    loans: tuple[LoanTerms, ...] = (),
) -> BankSnapshot:
    return BankSnapshot(
        bank=BankRef(f"item-{key}", "ins_1", f"Bank {key}"),
        accounts=accounts,
        transactions=sorted(transactions, key=lambda each: each.posted, reverse=True),
        cards=cards,
        loans=loans,
        start=START,
        end=TODAY,
        fetched_at=dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC),
    )


def drawn_bank(seed: int, count: int) -> BankSnapshot:
    """`count` rows by the luck of `seed`: every kind, refunds, several currencies, accounts that no list has."""
    chance = Random(seed)  # noqa: S311 - rows to test with, no secret
    ids = [f"{name}-{seed}" for name in ("checking", "card", "loan", "unlisted")]
    rows = [
        row(
            f"{seed}.{number}",
            chance.randrange(-20_000, 90_000),
            chance.choice(CODES),
            day=START + dt.timedelta(days=chance.randrange((TODAY - START).days + 3)),
            currency=chance.choice(CURRENCIES),
            account_id=chance.choice(ids),
            merchant=chance.choice(MERCHANTS),
            name=chance.choice((None, "POS 0017 BERLIN", "Überweisung")),
            pending=chance.random() < 0.1,
        )
        for number in range(count)
    ]
    accounts = (account(ids[0], "depository"), account(ids[1], "credit"), account(ids[2], "loan"))
    return bank(f"drawn-{seed}", accounts, rows)


def odd_bank() -> BankSnapshot:
    """What a quick hand gets wrong, a row for each."""
    month_end = dt.date(2026, 10, 31)
    rows = [
        row("cents", 29, name="0.29 in binary is less"),
        row("milli", 1005, currency="KWD", merchant="1.005 in binary is less"),
        row("yen", 1, currency="JPY"),
        row("satoshi", 1, currency="BTC", merchant="Smallest"),
        row("coins", 123_456_789_012, currency="BTC"),
        row("zero", 0, CODES[2]),
        row("refund", -2_000, CODES[2], day=month_end, merchant="Straße & Söhne", name="STRASSE 7 BERLIN"),
        row("refund-more", -500, CODES[3], day=month_end),
        row("unknown-account", 700, account_id="nobody-knows"),
        row("not-fitting", 900, CODES[5]),
        row("paid-off", 5_000, CODES[10], day=dt.date(2026, 10, 1)),
        row("paid-in", -5_000, CODES[10], account_id="card", day=dt.date(2026, 10, 2)),
        row("statement-credit", -250, CODES[13], account_id="card"),
        row("income-on-card", -300, CODES[6], account_id="card"),
        row("salary", -210_000, CODES[6], day=dt.date(2026, 11, 1), merchant="Acme"),
        row("withdrawn", 4_000, CODES[9]),
        row("out", 6_000, CODES[8]),
        row("in", -6_000, CODES[7], account_id="savings"),
        row("student-loan", 30_000, CODES[11], day=dt.date(2026, 8, 31)),
        row("on-the-loan", 100, account_id="loan"),
        row("unexplained", -1_200, CODES[13]),
        row("unexplained-card", 1_300, CODES[12], account_id="card"),
        row("waiting", 800, pending=True, merchant="Corner Bakery"),
        row("booked", 850, replaces="waiting"),
        row("waiting-still", 333, pending=True),
        row("twice", 410),
        row("twice", 420),
        row("leap", 1_100, day=dt.date(2026, 9, 30)),
        row("tomorrow", 1_150, day=dt.date(2026, 11, 23)),
        row("dotted", 10, merchant="İstanbul Çay", name="ISTANBUL CAY"),
        row("dotless", 11, merchant="Diyarbak\u0131r", name="DIYARBAKIR"),
        row("sigma", 12, merchant="ΟΔΟΣ ΑΘΗΝΑΣ", name="odos"),
        row("sharp", 13, merchant="GROẞE STRAẞE", name="weiss"),
        row("marks", 14, merchant="Cafe\u0301 Noe\u0308l", name="cafe"),
        row("wide", 15, merchant="\uff22\uff45\uff52\uff4c\uff49\uff4e", name="ligature \ufb01n"),
        row("emoji", 16, merchant="🍕 Pizza 👩‍🍳", name="pizza"),
        row("pattern", 17, merchant="A.*(B)[C]", name="a%b_c\\d"),
    ]
    accounts = (
        account("checking", "depository"),
        account("savings", "depository"),
        account("card", "credit"),
        account("loan", "loan"),
    )
    return bank("odd", accounts, rows)


def credit_banks() -> list[BankSnapshot]:
    """Cards and loans: figures that are not told, credit balances, several currencies, dates gone by, overdue ones."""
    day = dt.date
    purchase, advance = apr("purchase_apr", 2499), apr("cash_apr", 2999, 10_000)
    first = bank(
        "first",
        (
            account("gold", "credit", current=47_250, limit=100_000),
            account("half", "credit", current=30_005, limit=100_010),
            account("no-limit", "credit", current=9_000),
            account("owed-back", "credit", current=-1_500, limit=50_000),
            account("yen-card", "credit", "JPY", current=30_000, limit=100_000),
            account("coin-card", "credit", "BTC", current=9_007_199_254_740_000, limit=9_007_199_254_740_990),
        ),
        [],
        cards=(
            CardTerms(
                account_id="gold",
                aprs=(purchase, advance),
                last_statement_balance=40_000,
                minimum_payment=3_500,
                next_due=day(2026, 12, 4),
                is_overdue=False,
            ),
            CardTerms(account_id="half", aprs=(purchase,), minimum_payment=2_500, next_due=TODAY),
            CardTerms(account_id="no-limit", minimum_payment=1_000, next_due=day(2026, 11, 21)),
            CardTerms(account_id="owed-back", minimum_payment=900, next_due=day(2026, 11, 25)),
            CardTerms(account_id="yen-card", minimum_payment=0, next_due=day(2026, 11, 30)),
        ),
    )
    second = bank(
        "second",
        (
            account("late", "credit", current=12_345, limit=20_000),
            account("silent", "credit", limit=10_000),
            account("house", "loan", current=25_000_000),
            account("study", "loan", current=1_200_000),
            account("car", "loan", current=700_000),
        ),
        [],
        cards=(CardTerms(account_id="late", aprs=(advance,), is_overdue=True, minimum_payment=0),),
        loans=(
            LoanTerms(
                account_id="house",
                kind="mortgage",
                basis_points=399,
                minimum_payment=141_000,
                next_due=day(2026, 12, 1),
            ),
            LoanTerms(
                account_id="study",
                kind="student",
                name="Study",
                minimum_payment=9_900,
                next_due=day(2026, 12, 4),
                is_overdue=True,
            ),
        ),
    )
    return [first, second]


def drawn_cards(seed: int) -> BankSnapshot:
    """Cards by luck, a third of their figures not told."""
    chance = Random(seed)  # noqa: S311 - figures to test with, no secret

    def told(highest: int, lowest: int = 0) -> int | None:
        return chance.choice((None, chance.randrange(lowest, highest), chance.randrange(lowest, highest)))

    accounts = tuple(
        account(
            f"card-{seed}-{number}",
            chance.choice(("credit", "credit", "loan")),
            chance.choice(CURRENCIES),
            current=told(100_000, -5_000),
            limit=told(150_000),
        )
        for number in range(8)
    )
    terms = [
        (each.id, told(9_000), chance.choice((None, TODAY + dt.timedelta(days=chance.randrange(-10, 30)))))
        for each in accounts
    ]
    return bank(
        f"cards-{seed}",
        accounts,
        [],
        cards=tuple(
            CardTerms(
                account_id=account_id,
                aprs=(apr("purchase_apr", chance.randrange(3_500), told(50_000)),),
                minimum_payment=minimum,
                next_due=due,
                is_overdue=chance.choice((None, True, False, False)),
            )
            for account_id, minimum, due in terms
        ),
        loans=tuple(
            LoanTerms(account_id=account_id, kind="student", minimum_payment=minimum, next_due=due)
            for account_id, minimum, due in terms
        ),
    )
