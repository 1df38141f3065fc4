"""Where the labelled users merely go often, and money that only moves: none of this may ever be called recurring.

Prices are whole cents, both ends inclusive.
"""

from typing import NamedTuple

from keepless.sandbox.demo_places import Place


class Haunt(NamedTuple):
    """Somewhere that is visited often: every `gap` days (low, high), on `weekdays` only where they are named.

    `often` is the share of such days with a visit; `menu` are the only prices there are, else `price` is a range.
    """

    account: str
    place: Place
    gap: tuple[int, int]
    price: tuple[int, int]
    menu: tuple[int, ...]
    weekdays: str  # Monday is 0
    often: float


def _place(name: str | None, descriptor: str, detailed: str) -> Place:
    return Place(name, descriptor, detailed, "other", None, None, None)


def _haunt(
    account: str,
    name: str | None,
    descriptor: str,
    detailed: str,
    gap: tuple[int, int],
    *,
    price: tuple[int, int] = (0, 0),
    menu: tuple[int, ...] = (),
    weekdays: str = "0123456",
    often: float = 1.0,
) -> Haunt:
    return Haunt(account, _place(name, descriptor, detailed), gap, price, menu, weekdays, often)


SUPERMARKETS = (
    _haunt(
        "checking", "Fernhill Market", "FERNHILL MARKET #12", "FOOD_AND_DRINK_GROCERIES", (6, 8), price=(3800, 16500)
    ),
    _haunt(
        "card",
        "Greenway Foods",
        "GREENWAY FOODS 0311",
        "FOOD_AND_DRINK_GROCERIES",
        (1, 1),
        price=(5200, 14800),
        weekdays="5",
        often=0.85,
    ),
    _haunt("card", "Corner Pantry", "CORNER PANTRY", "FOOD_AND_DRINK_GROCERIES", (2, 6), price=(600, 4200)),
)
EATING_OUT = (
    _haunt(
        "card",
        "Copper Kettle Coffee",
        "COPPER KETTLE COFFEE #7",
        "FOOD_AND_DRINK_COFFEE",
        (1, 1),
        menu=(425, 475, 475, 525, 650),
        weekdays="01234",
        often=0.7,
    ),
    _haunt("card", "Casa Limon", "CASA LIMON", "FOOD_AND_DRINK_RESTAURANT", (6, 20), price=(2200, 7800)),
    _haunt("card", "Crispy Lane", "CRISPY LANE 88", "FOOD_AND_DRINK_FAST_FOOD", (3, 9), price=(780, 1640)),
    _haunt(
        "card",
        "Stone Oven Pizza",
        "STONE OVEN PIZZA",
        "FOOD_AND_DRINK_RESTAURANT",
        (1, 1),
        menu=(1650, 1850, 1850, 2100, 2450),
        weekdays="4",
        often=0.7,
    ),
    _haunt(
        "checking",
        "Works Canteen",
        "WORKS CANTEEN",
        "FOOD_AND_DRINK_FAST_FOOD",
        (1, 1),
        menu=(980,),
        weekdays="13",
        often=0.8,
    ),
)
GETTING_ABOUT = (
    _haunt("card", "Beacon Fuel", "BEACON FUEL 1180", "TRANSPORTATION_GAS", (6, 12), price=(3000, 5900)),
    _haunt(
        "checking",
        "Maplewood Transit",
        "MAPLEWOOD TRANSIT FARE",
        "TRANSPORTATION_PUBLIC_TRANSIT",
        (1, 1),
        menu=(275,),
        weekdays="01234",
        often=0.8,
    ),
    _haunt(
        "card",
        "Kestrel Rides",
        "KESTREL RIDES TRIP",
        "TRANSPORTATION_TAXIS_AND_RIDE_SHARES",
        (3, 18),
        price=(900, 2900),
    ),
    _haunt(
        "checking",
        "City Parking",
        "CITY PARKING METER",
        "TRANSPORTATION_PARKING",
        (5, 15),
        menu=(300, 600),
    ),
    _haunt(
        "card",
        "Foam Tunnel",
        "FOAM TUNNEL CAR WASH",
        "TRANSPORTATION_OTHER_TRANSPORTATION",
        (15, 45),
        menu=(1500,),
    ),
)
ERRANDS = (
    _haunt(
        "card",
        "Studio Nine Hair",
        "STUDIO NINE HAIR",
        "PERSONAL_CARE_HAIR_AND_BEAUTY",
        (27, 50),
        menu=(3800,),
    ),
    _haunt(
        "card",
        "Spin Laundry",
        "SPIN LAUNDRY",
        "PERSONAL_CARE_LAUNDRY_AND_DRY_CLEANING",
        (7, 20),
        menu=(1200,),
    ),
    _haunt(
        "card", "Willow Pharmacy", "WILLOW PHARMACY", "MEDICAL_PHARMACIES_AND_SUPPLEMENTS", (14, 50), price=(890, 3980)
    ),
    _haunt("card", "Paws & Co", "PAWS AND CO", "GENERAL_MERCHANDISE_PET_SUPPLIES", (18, 45), price=(1890, 5600)),
    _haunt(
        "card",
        "Orpheum Cinema",
        "ORPHEUM CINEMA",
        "ENTERTAINMENT_TV_AND_MOVIES",
        (12, 60),
        menu=(1350, 2700),
    ),
    _haunt(
        "checking",
        "Elm Family Clinic",
        "ELM FAMILY CLINIC",
        "MEDICAL_PRIMARY_CARE",
        (40, 120),
        menu=(3500,),
    ),
    _haunt(
        "card", "Oak Street Hardware", "OAK STREET HARDWARE", "HOME_IMPROVEMENT_HARDWARE", (20, 60), price=(1480, 8900)
    ),
    _haunt("checking", None, "ATM WITHDRAWAL MAIN ST", "TRANSFER_OUT_WITHDRAWAL", (6, 9), menu=(6000, 10000)),
    _haunt(
        "checking", "Quick Stop", "QUICK STOP 505", "GENERAL_MERCHANDISE_CONVENIENCE_STORES", (3, 12), price=(300, 1390)
    ),
    _haunt(
        "checking",
        None,
        "FRIENDLY PAY TO A FRIEND",
        "TRANSFER_OUT_TRANSFER_OUT_FROM_APPS",
        (6, 16),
        menu=(1000, 2000),
    ),
)
GIGS = _haunt("checking", "Swift Satchel", "SWIFT SATCHEL PAYOUT", "INCOME_GIG_ECONOMY", (2, 11), price=(2500, 19000))

TO_SAVINGS = _place(None, "TRANSFER TO SAVINGS 7719", "TRANSFER_OUT_ACCOUNT_TRANSFER")
FROM_CHECKING = _place(None, "TRANSFER FROM CHECKING 7701", "TRANSFER_IN_ACCOUNT_TRANSFER")
CARD_PAYMENT = _place("Meadow Card", "MEADOW CARD AUTOPAY", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT")
PAYMENT_RECEIVED = _place(None, "AUTOPAY PAYMENT THANK YOU", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT")
CARD_INTEREST = _place(None, "INTEREST CHARGE ON PURCHASES", "BANK_FEES_INTEREST_CHARGE")
SAVINGS_INTEREST = _place(None, "INTEREST PAID", "INCOME_INTEREST_EARNED")
