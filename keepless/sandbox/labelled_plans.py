"""Whom the labelled users pay at a pace, and who pays them: invented names. At what pace, `labelled` says.

Prices are whole cents, both ends inclusive.
"""

from typing import Literal, NamedTuple

from keepless.sandbox.demo_places import Place

# Charged on the very day; on the next or the last business day; by a person, about then; when the shop books it.
Shift = Literal["exact", "business_after", "business_before", "by_hand", "booked"]


class Plan(NamedTuple):
    """Something that is paid at a pace: where, for how much, and how its bills wander.

    `wander` is how far an amount strays from one time to the next, in per cent; `shift` names how the day does.
    """

    account: str
    place: Place
    price: tuple[int, int]
    shift: Shift = "exact"
    wander: int = 0


def _plan(
    account: str,
    name: str,
    descriptor: str,
    detailed: str,
    price: tuple[int, int],
    *,
    shift: Shift = "exact",
    wander: int = 0,
) -> Plan:
    return Plan(account, Place(name, descriptor, detailed, "other", None, None, None), price, shift, wander)


WEEKLY = (
    _plan("card", "Basil Box", "BASIL BOX MEALS", "FOOD_AND_DRINK_GROCERIES", (4800, 8900)),
    _plan(
        "checking",
        "Maple Tree Nursery",
        "MAPLE TREE NURSERY",
        "GENERAL_SERVICES_CHILDCARE",
        (9000, 24000),
        shift="by_hand",
    ),
    _plan("card", "Clef Lessons", "CLEF MUSIC LESSONS", "GENERAL_SERVICES_EDUCATION", (3000, 5500)),
    _plan("checking", "Bright Broom", "BRIGHT BROOM CLEANING", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", (6000, 9500)),
    _plan(
        "card", "Weekend Courier", "WEEKEND COURIER NEWS", "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS", (399, 799)
    ),
)
BIWEEKLY = (
    _plan(
        "checking", "Green Thumb Garden", "GREEN THUMB GARDEN", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", (5000, 9000)
    ),
    _plan("card", "Waggle Walks", "WAGGLE WALKS", "GENERAL_MERCHANDISE_PET_SUPPLIES", (4400, 7600)),
    _plan("card", "Orchard Crate", "ORCHARD CRATE VEG", "FOOD_AND_DRINK_GROCERIES", (2800, 4600)),
    _plan(
        "checking",
        "Quill Car Finance",
        "QUILL CAR FINANCE",
        "LOAN_PAYMENTS_CAR_PAYMENT",
        (14000, 26000),
        shift="business_after",
    ),
)
SEMI_MONTHLY = (
    _plan("checking", "Harrow Storage", "HARROW SELF STORAGE", "GENERAL_SERVICES_STORAGE", (4500, 8000)),
    _plan(
        "checking",
        "Plum Lane Lettings",
        "PLUM LANE LETTINGS",
        "RENT_AND_UTILITIES_RENT",
        (55000, 92000),
        shift="business_after",
    ),
    _plan("card", "Tally Tutors", "TALLY TUTORS", "GENERAL_SERVICES_EDUCATION", (8000, 15000)),
)
# Card on file, charged on the very day.
SUBSCRIPTIONS = (
    _plan("card", "Lumen Stream", "LUMEN STREAM", "ENTERTAINMENT_TV_AND_MOVIES", (899, 2299)),
    _plan("card", "Tunewell", "TUNEWELL PREMIUM", "ENTERTAINMENT_MUSIC_AND_AUDIO", (599, 1699)),
    _plan("card", "Skyshelf", "SKYSHELF PLAN", "GENERAL_SERVICES_STORAGE", (199, 999)),
    _plan("card", "Pixel Arcade", "PIXEL ARCADE PASS", "ENTERTAINMENT_VIDEO_GAMES", (999, 1799)),
    _plan("card", "Daily Ledger", "DAILY LEDGER DIGITAL", "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS", (500, 1900)),
    _plan("card", "Draftwise", "DRAFTWISE SOFTWARE", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", (1200, 5400)),
    _plan(
        "card",
        "Northgate Fitness",
        "NORTHGATE FITNESS",
        "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS",
        (2500, 6900),
        shift="by_hand",
    ),
    _plan("card", "Sentry Home", "SENTRY HOME ALARM", "HOME_IMPROVEMENT_SECURITY", (1900, 3900)),
    _plan("checking", "River Shelter Fund", "RIVER SHELTER FUND", "GOVERNMENT_AND_NON_PROFIT_DONATIONS", (1000, 5000)),
    _plan("card", "Sheet Seven", "SHEET SEVEN RAZORS", "PERSONAL_CARE_OTHER_PERSONAL_CARE", (900, 1800)),
    _plan("card", "Mindmeadow", "MINDMEADOW APP", "MEDICAL_OTHER_MEDICAL", (999, 1499)),
    _plan("card", "Ferry Club", "FERRY CLUB MONTHLY PASS", "TRANSPORTATION_PUBLIC_TRANSIT", (6400, 12700)),
)
BILLS = (
    _plan(
        "checking",
        "Juniper Court",
        "JUNIPER COURT RENT",
        "RENT_AND_UTILITIES_RENT",
        (98000, 245000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "Valley Power",
        "VALLEY POWER BILL PAY",
        "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY",
        (5200, 15800),
        shift="by_hand",
        wander=40,
    ),
    _plan(
        "checking",
        "Clearbrook Water",
        "CLEARBROOK WATER",
        "RENT_AND_UTILITIES_WATER",
        (2600, 5400),
        shift="by_hand",
        wander=20,
    ),
    _plan(
        "checking", "Northline Internet", "NORTHLINE INTERNET", "RENT_AND_UTILITIES_INTERNET_AND_CABLE", (3999, 8999)
    ),
    _plan(
        "checking",
        "Pinetel Mobile",
        "PINETEL MOBILE",
        "RENT_AND_UTILITIES_TELEPHONE",
        (2500, 9500),
        shift="exact",
        wander=4,
    ),
    _plan(
        "checking",
        "Evergreen Mutual",
        "EVERGREEN MUTUAL INS",
        "GENERAL_SERVICES_INSURANCE",
        (6200, 21000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "Summit Loan Servicing",
        "SUMMIT LOAN SERV",
        "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT",
        (12000, 42000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "Stonebridge Mortgage",
        "STONEBRIDGE MTG",
        "LOAN_PAYMENTS_MORTGAGE_PAYMENT",
        (90000, 210000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "Ember Gas",
        "EMBER GAS CO",
        "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY",
        (3000, 9000),
        shift="business_after",
        wander=40,
    ),
    _plan(
        "checking",
        "Tidy Town Waste",
        "TIDY TOWN WASTE",
        "RENT_AND_UTILITIES_SEWAGE_AND_WASTE_MANAGEMENT",
        (1800, 4200),
        shift="by_hand",
    ),
)
QUARTERLY = (
    _plan(
        "checking",
        "Birchwood Owners",
        "BIRCHWOOD OWNERS ASSN",
        "RENT_AND_UTILITIES_OTHER_UTILITIES",
        (18000, 52000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "City Water Board",
        "CITY WATER BOARD",
        "RENT_AND_UTILITIES_WATER",
        (7000, 16000),
        shift="by_hand",
        wander=25,
    ),
    _plan(
        "checking",
        "Revenue Office",
        "REVENUE OFFICE EST TAX",
        "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT",
        (40000, 150000),
        shift="business_after",
    ),
    _plan("card", "Bugfree Home", "BUGFREE PEST CONTROL", "HOME_IMPROVEMENT_REPAIR_AND_MAINTENANCE", (8500, 14500)),
)
HALF_YEARLY = (
    _plan(
        "checking",
        "Roadwise Insurance",
        "ROADWISE AUTO INS",
        "GENERAL_SERVICES_INSURANCE",
        (38000, 92000),
        shift="business_after",
    ),
    _plan(
        "checking",
        "County Treasurer",
        "COUNTY TREASURER TAX",
        "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT",
        (90000, 280000),
        shift="business_after",
    ),
    _plan("card", "Gleam Dental Plan", "GLEAM DENTAL PLAN", "MEDICAL_DENTAL_CARE", (9000, 19000)),
)
YEARLY = (
    _plan("card", "Warehouse Circle", "WAREHOUSE CIRCLE MEMBERSHIP", "GENERAL_MERCHANDISE_SUPERSTORES", (4500, 13000)),
    _plan(
        "card", "Nameplate Domains", "NAMEPLATE DOMAIN RENEWAL", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", (1200, 3900)
    ),
    _plan("checking", "Roadside Friends", "ROADSIDE FRIENDS CLUB", "GENERAL_SERVICES_AUTOMOTIVE", (5600, 12900)),
    _plan("card", "Vault Notes", "VAULT NOTES ANNUAL", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES", (2999, 7999)),
    _plan("card", "Harbor Card Fee", "ANNUAL MEMBERSHIP FEE", "BANK_FEES_OTHER_BANK_FEES", (9500, 9500)),
)
# Paid in: the sign is turned where the row is written. At what pace, the builder says.
PAY = (
    _plan(
        "checking",
        "Halden Works",
        "HALDEN WORKS PAYROLL",
        "INCOME_SALARY",
        (140000, 320000),
        shift="business_before",
        wander=3,
    ),
    _plan("checking", "Corvid Labs", "CORVID LABS DIR DEP", "INCOME_SALARY", (120000, 280000), shift="business_before"),
    _plan(
        "checking",
        "Market Hall Co-op",
        "MARKET HALL COOP PAY",
        "INCOME_SALARY",
        (52000, 98000),
        shift="business_before",
        wander=25,
    ),
)
MONTHLY_INCOME = (
    _plan(
        "checking",
        "State Pension Office",
        "STATE PENSION OFFICE",
        "INCOME_RETIREMENT_PENSION",
        (90000, 210000),
        shift="business_before",
    ),
    _plan("checking", "Flat 2 Tenant", "FLAT 2 RENT RECEIVED", "INCOME_RENTAL", (70000, 140000), shift="by_hand"),
)
# One merchant with two plans at once, and merchants where things are bought beside the membership.
TWO_PLANS = (
    _plan("card", "Cloudberry", "CLOUDBERRY.COM BILL", "ENTERTAINMENT_MUSIC_AND_AUDIO", (299, 2299)),
    _plan("checking", "Bluepeak Wireless", "BLUEPEAK WIRELESS", "RENT_AND_UTILITIES_TELEPHONE", (1500, 6500)),
)
SHOP_PLANS = (
    _plan("card", "Bramble Market", "BRAMBLE MARKET", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", (799, 1499)),
    _plan("card", "Gable Games", "GABLE GAMES", "ENTERTAINMENT_VIDEO_GAMES", (599, 1399)),
)
