"""Where the people of `demo` spend: invented shops, how often they go there, and what it costs.

Prices are whole minor units (cents; euro cents on the journey), low and high end inclusive.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """One counterparty: how people call it, how the bank writes it, and what Plaid makes of it."""

    name: str | None
    descriptor: str
    detailed: str
    channel: str = "in store"  # online, in store, other
    website: str | None = None
    city: str | None = "Maplewood"
    country: str | None = "US"


class Habit(NamedTuple):
    """Something bought now and then: from one of `places`, `monthly` times a month on average."""

    account: str
    monthly: float
    price: tuple[int, int]
    places: tuple[Place, ...]
    step: int = 1  # prices are multiples of it above the low end: a cash machine gives notes


class Bill(NamedTuple):
    """Something that comes back every month on a `day`, for a price between low and high."""

    account: str
    day: int
    price: tuple[int, int]
    place: Place


def _online(name: str, descriptor: str, detailed: str, website: str) -> Place:
    return Place(name, descriptor, detailed, "online", website, None, None)


def _billed(name: str | None, descriptor: str, detailed: str) -> Place:
    return Place(name, descriptor, detailed, "other", None, None, None)


EMPLOYER = _billed("Halden Works", "HALDEN WORKS PAYROLL DIR DEP", "INCOME_SALARY")
RESTAURANT = Place("Olive & Thyme", "OLIVE AND THYME 0042", "FOOD_AND_DRINK_RESTAURANT")
FUEL = Place("Beacon Fuel", "BEACON FUEL 1180", "TRANSPORTATION_GAS")
COFFEE = Place("Copper Kettle Coffee", "COPPER KETTLE COFFEE #7", "FOOD_AND_DRINK_COFFEE")
CLOTHES = Place("Linden & Loom", "LINDEN AND LOOM 210", "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES")
ELECTRONICS = _online("Volt Corner", "VOLT CORNER ORDER", "GENERAL_MERCHANDISE_ELECTRONICS", "voltcorner.example")
MARKETPLACE = _online(
    "Bramble Market", "BRAMBLE MARKET*ORDER", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", "bramblemarket.example"
)
AIRLINE = _online("Blue Heron Air", "BLUE HERON AIR TICKET", "TRAVEL_FLIGHTS", "blueheron.example")

HABITS = (
    Habit(
        "checking",
        9.0,
        (2450, 11800),
        (
            Place("Fernhill Market", "FERNHILL MARKET #12", "FOOD_AND_DRINK_GROCERIES"),
            Place("Greenway Foods", "GREENWAY FOODS 0311", "FOOD_AND_DRINK_GROCERIES"),
            Place("Corner Pantry", "CORNER PANTRY", "FOOD_AND_DRINK_GROCERIES"),
        ),
    ),
    Habit(
        "rewards_card",
        16.0,
        (340, 790),
        (COFFEE, Place("Daybreak Espresso", "DAYBREAK ESPRESSO", "FOOD_AND_DRINK_COFFEE")),
    ),
    Habit(
        "rewards_card",
        6.0,
        (1650, 6200),
        (
            RESTAURANT,
            Place("Harbor Noodle House", "HARBOR NOODLE HOUSE", "FOOD_AND_DRINK_RESTAURANT"),
            Place("Casa Limon", "CASA LIMON", "FOOD_AND_DRINK_RESTAURANT"),
        ),
    ),
    Habit(
        "rewards_card",
        5.0,
        (780, 1640),
        (
            Place("Crispy Lane", "CRISPY LANE 88", "FOOD_AND_DRINK_FAST_FOOD"),
            Place("Sub Station", "SUB STATION 14", "FOOD_AND_DRINK_FAST_FOOD"),
        ),
    ),
    Habit("rewards_card", 4.0, (3150, 5800), (FUEL, Place("Prairie Gas", "PRAIRIE GAS & GO", "TRANSPORTATION_GAS"))),
    Habit(
        "checking",
        13.0,
        (275, 275),
        (Place("Maplewood Transit", "MAPLEWOOD TRANSIT FARE", "TRANSPORTATION_PUBLIC_TRANSIT"),),
    ),
    Habit(
        "rewards_card",
        2.0,
        (920, 2840),
        (_online("Kestrel Rides", "KESTREL RIDES TRIP", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", "kestrel.example"),),
    ),
    Habit("checking", 2.0, (300, 1200), (Place("City Parking", "CITY PARKING METER", "TRANSPORTATION_PARKING"),)),
    Habit(
        "checking",
        4.0,
        (380, 1390),
        (Place("Quick Stop", "QUICK STOP 505", "GENERAL_MERCHANDISE_CONVENIENCE_STORES"),),
    ),
    Habit(
        "rewards_card",
        1.6,
        (890, 3980),
        (Place("Willow Pharmacy", "WILLOW PHARMACY", "MEDICAL_PHARMACIES_AND_SUPPLEMENTS"),),
    ),
    Habit("everyday_card", 3.5, (1150, 5900), (MARKETPLACE,)),
    Habit("rewards_card", 0.9, (2490, 9800), (CLOTHES,)),
    Habit(
        "checking", 1.0, (3200, 4800), (Place("Studio Nine Hair", "STUDIO NINE HAIR", "PERSONAL_CARE_HAIR_AND_BEAUTY"),)
    ),
    Habit(
        "rewards_card",
        0.9,
        (1480, 8900),
        (Place("Oak Street Hardware", "OAK STREET HARDWARE", "HOME_IMPROVEMENT_HARDWARE"),),
    ),
    Habit(
        "rewards_card", 1.2, (1350, 3100), (Place("Orpheum Cinema", "ORPHEUM CINEMA", "ENTERTAINMENT_TV_AND_MOVIES"),)
    ),
    Habit(
        "everyday_card",
        0.9,
        (990, 3250),
        (Place("Lantern Books", "LANTERN BOOKS", "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS"),),
    ),
    Habit("rewards_card", 0.9, (1890, 5600), (Place("Paws & Co", "PAWS AND CO", "GENERAL_MERCHANDISE_PET_SUPPLIES"),)),
    Habit("checking", 0.4, (3500, 3500), (Place("Elm Family Clinic", "ELM FAMILY CLINIC", "MEDICAL_PRIMARY_CARE"),)),
    Habit(
        "checking",
        0.5,
        (480, 1950),
        (Place("Parcel Office", "PARCEL OFFICE 3", "GENERAL_SERVICES_POSTAGE_AND_SHIPPING"),),
    ),
    Habit("checking", 2.0, (4000, 10000), (_billed(None, "ATM WITHDRAWAL MAIN ST", "TRANSFER_OUT_WITHDRAWAL"),), 2000),
)

BILLS = (
    Bill(
        "checking",
        1,
        (165_000, 165_000),
        _billed("Juniper Court", "JUNIPER COURT APTS RENT", "RENT_AND_UTILITIES_RENT"),
    ),
    Bill(
        "checking",
        6,
        (5800, 13400),
        _billed("Valley Power", "VALLEY POWER BILL PAY", "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"),
    ),
    Bill("checking", 9, (3100, 4400), _billed("Clearbrook Water", "CLEARBROOK WATER", "RENT_AND_UTILITIES_WATER")),
    Bill(
        "checking",
        14,
        (5999, 5999),
        _billed("Northline Internet", "NORTHLINE INTERNET", "RENT_AND_UTILITIES_INTERNET_AND_CABLE"),
    ),
    Bill("checking", 19, (4500, 4500), _billed("Pinetel Mobile", "PINETEL MOBILE", "RENT_AND_UTILITIES_TELEPHONE")),
    Bill(
        "checking",
        11,
        (11860, 11860),
        _billed("Evergreen Mutual", "EVERGREEN MUTUAL INS", "GENERAL_SERVICES_INSURANCE"),
    ),
    Bill(
        "checking",
        3,
        (31840, 31840),
        _billed("Summit Loan Servicing", "SUMMIT LOAN SERV STUDENT LN", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
    ),
    Bill(
        "rewards_card",
        4,
        (3900, 3900),
        _billed("Northgate Fitness", "NORTHGATE FITNESS CLUB", "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"),
    ),
    Bill(
        "checking",
        20,
        (2000, 2000),
        _billed("River Shelter Fund", "RIVER SHELTER FUND", "GOVERNMENT_AND_NON_PROFIT_DONATIONS"),
    ),
    Bill(
        "everyday_card",
        8,
        (1099, 1099),
        _online("Tunewell", "TUNEWELL PREMIUM", "ENTERTAINMENT_MUSIC_AND_AUDIO", "tunewell.example"),
    ),
    Bill(
        "everyday_card",
        22,
        (299, 299),
        _online("Skyshelf", "SKYSHELF STORAGE PLAN", "GENERAL_SERVICES_STORAGE", "skyshelf.example"),
    ),
    Bill(
        "everyday_card",
        27,
        (800, 800),
        _online(
            "The Daily Ledger",
            "DAILY LEDGER DIGITAL",
            "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS",
            "ledger.example",
        ),
    ),
)
# The subscription whose price rises: its day, and what it costs before and after.
STREAMING = _online("Lumen Stream", "LUMEN STREAM MONTHLY", "ENTERTAINMENT_TV_AND_MOVIES", "lumenstream.example")
STREAMING_DAY, STREAMING_BEFORE, STREAMING_AFTER = 16, 1549, 1799

LODGING = Place("Casa do Sol", "CASA DO SOL LISBOA", "TRAVEL_LODGING", "in store", None, "Lisbon", "PT")
ABROAD = (
    (
        Place("Taverna Azul", "TAVERNA AZUL LISBOA", "FOOD_AND_DRINK_RESTAURANT", "in store", None, "Lisbon", "PT"),
        (1400, 5200),
    ),
    (
        Place("Padaria Central", "PADARIA CENTRAL", "FOOD_AND_DRINK_COFFEE", "in store", None, "Lisbon", "PT"),
        (260, 890),
    ),
    (
        Place(
            "Ribeira Transit",
            "RIBEIRA TRANSIT LISBOA",
            "TRANSPORTATION_PUBLIC_TRANSIT",
            "in store",
            None,
            "Lisbon",
            "PT",
        ),
        (180, 680),
    ),
    (
        Place(
            "Museu do Rio",
            "MUSEU DO RIO",
            "ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS",
            "in store",
            None,
            "Lisbon",
            "PT",
        ),
        (800, 1800),
    ),
)

# The bank itself, and money on its way between the household's own accounts.
FOREIGN_FEE = _billed(None, "FOREIGN TRANSACTION FEE", "BANK_FEES_FOREIGN_TRANSACTION_FEES")
CARD_INTEREST = _billed(None, "INTEREST CHARGE ON PURCHASES", "BANK_FEES_INTEREST_CHARGE")
LATE_FEE = _billed(None, "LATE PAYMENT FEE", "BANK_FEES_LATE_FEES")
SAVINGS_INTEREST = _billed(None, "INTEREST PAID", "INCOME_INTEREST_EARNED")
TO_SAVINGS = _billed(None, "TRANSFER TO SAVINGS 4419", "TRANSFER_OUT_ACCOUNT_TRANSFER")
FROM_CHECKING = _billed(None, "TRANSFER FROM CHECKING 4401", "TRANSFER_IN_ACCOUNT_TRANSFER")
TO_CHECKING = _billed(None, "TRANSFER TO CHECKING 4401", "TRANSFER_OUT_ACCOUNT_TRANSFER")
FROM_SAVINGS = _billed(None, "TRANSFER FROM SAVINGS 4419", "TRANSFER_IN_ACCOUNT_TRANSFER")

# What the larger demo households do all day: a courier's small purchases, and the payouts that pay for them.
BUSY = (
    (COFFEE, (290, 620)),
    (FUEL, (600, 1450)),
    (Place("Quick Stop", "QUICK STOP 505", "GENERAL_MERCHANDISE_CONVENIENCE_STORES"), (150, 780)),
    (Place("Maplewood Transit", "MAPLEWOOD TRANSIT FARE", "TRANSPORTATION_PUBLIC_TRANSIT"), (275, 275)),
    (Place("City Parking", "CITY PARKING METER", "TRANSPORTATION_PARKING"), (100, 400)),
    (Place("Crispy Lane", "CRISPY LANE 88", "FOOD_AND_DRINK_FAST_FOOD"), (450, 980)),
    (Place("Parcel Office", "PARCEL OFFICE 3", "GENERAL_SERVICES_POSTAGE_AND_SHIPPING"), (320, 890)),
    (Place("Break Room Vending", "BREAK ROOM VENDING", "FOOD_AND_DRINK_VENDING_MACHINES"), (125, 275)),
)
PAYOUT = _billed("Swift Satchel", "SWIFT SATCHEL COURIER PAYOUT", "INCOME_GIG_ECONOMY")
