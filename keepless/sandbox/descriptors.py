"""From a bank's description to a merchant and a category, by simple rules: the first rule that matches decides.

This is for custom users, whose rows come with a description only. What no rule knows is OTHER with LOW confidence, as
an honest bank would say; nothing is guessed from an amount, except that some words mean one thing for money that
arrives and another for money that leaves.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from keepless.sandbox.household import Category
from keepless.sandbox.taxonomy import category


class Rule(NamedTuple):
    """Words (a regular expression, upper case) and what they mean; `arrives` only for one direction of money."""

    words: re.Pattern[str]
    merchant: str | None
    detailed: str
    confidence: str
    arrives: bool | None


def _rule(
    words: str, detailed: str, merchant: str | None = None, confidence: str = "HIGH", *, arrives: bool | None = None
) -> Rule:
    return Rule(re.compile(words), merchant, detailed, confidence, arrives)


UNKNOWN = category("OTHER_OTHER", "LOW")
READ_CHARACTERS = 200  # a bank's line is shorter; it bounds what a hostile one costs

# Order matters: what money is for comes before how it moves, and narrow words before wide ones.
RULES = (
    # Debts and cards
    _rule(r"CREDIT CA?RD.*(PAYMENT|PYMT|PMT|AUTOPAY)|CARD PAYMENT", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    _rule(r"\bPAYMENT\b.*\bTHANK", "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT"),
    _rule(r"STUDENT (LOAN|LN)\b", "LOAN_PAYMENTS_STUDENT_LOAN_PAYMENT"),
    _rule(r"\bMORTGAGE\b", "LOAN_PAYMENTS_MORTGAGE_PAYMENT"),
    _rule(r"\b(AUTO|CAR) (LOAN|PAYMENT)", "LOAN_PAYMENTS_CAR_PAYMENT"),
    _rule(r"\bKLARNA|\bAFTERPAY|\bPAY LATER\b", "LOAN_PAYMENTS_BNPL"),
    _rule(r"PERSONAL LOAN", "LOAN_PAYMENTS_PERSONAL_LOAN_PAYMENT", arrives=False),
    _rule(r"\bLOAN\b", "LOAN_PAYMENTS_OTHER_PAYMENT", confidence="MEDIUM", arrives=False),
    _rule(r"\bLOAN\b", "LOAN_DISBURSEMENTS_OTHER_DISBURSEMENT", confidence="MEDIUM", arrives=True),
    # Income
    _rule(r"PAYROLL|PAYCHECK|SALARY|DIR(ECT)? DEP", "INCOME_SALARY", arrives=True),
    _rule(r"TAX REF(UND)?|IRS TREAS", "INCOME_TAX_REFUND", arrives=True),
    _rule(r"DIVIDEND", "INCOME_DIVIDENDS", arrives=True),
    _rule(r"UNEMPLOYMENT", "INCOME_UNEMPLOYMENT", arrives=True),
    _rule(r"PENSION|SOCIAL SECURITY|\bSSA\b", "INCOME_RETIREMENT_PENSION", arrives=True),
    _rule(r"\bINT(E)?RE?ST\b|\bINT PAID\b", "INCOME_INTEREST_EARNED", arrives=True),
    # What the bank takes
    _rule(r"\bINT(E)?RE?ST\b", "BANK_FEES_INTEREST_CHARGE", arrives=False),
    _rule(r"ATM.*\bFEE\b", "BANK_FEES_ATM_FEES"),
    _rule(r"OVERDRAFT", "BANK_FEES_OVERDRAFT_FEES"),
    _rule(r"\bNSF\b|INSUFFICIENT FUNDS", "BANK_FEES_INSUFFICIENT_FUNDS"),
    _rule(r"\bLATE\b.*\bFEE\b", "BANK_FEES_LATE_FEES"),
    _rule(r"FOREIGN TRANS.*\bFEE\b", "BANK_FEES_FOREIGN_TRANSACTION_FEES"),
    _rule(r"\bFEE\b|SERVICE CHARGE", "BANK_FEES_OTHER_BANK_FEES", confidence="MEDIUM"),
    # Home
    _rule(r"\bRENT\b|APARTMENTS?\b|\bAPTS\b", "RENT_AND_UTILITIES_RENT"),
    _rule(r"\bELECTRIC|\bPOWER\b|\bENERGY\b|GAS (BILL|COMPANY|CO)\b", "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY"),
    _rule(r"\bWATER\b", "RENT_AND_UTILITIES_WATER", confidence="MEDIUM"),
    _rule(r"\bINTERNET\b|\bCABLE\b|\bBROADBAND\b", "RENT_AND_UTILITIES_INTERNET_AND_CABLE"),
    _rule(r"^ATT\B|\bAT&T\b", "RENT_AND_UTILITIES_TELEPHONE", "AT&T"),
    _rule(r"\bPHONE\b|\bMOBILE\b|\bWIRELESS\b", "RENT_AND_UTILITIES_TELEPHONE"),
    _rule(r"HOME DEPOT", "HOME_IMPROVEMENT_HARDWARE", "The Home Depot"),
    _rule(r"\bLOWE'?S\b", "HOME_IMPROVEMENT_HARDWARE", "Lowe's"),
    _rule(r"\bHARDWARE\b", "HOME_IMPROVEMENT_HARDWARE"),
    _rule(r"\bFURNITURE\b", "HOME_IMPROVEMENT_FURNITURE"),
    # Food and drink
    _rule(r"UBER +EATS", "FOOD_AND_DRINK_RESTAURANT", "Uber Eats"),
    _rule(r"DOORDASH", "FOOD_AND_DRINK_RESTAURANT", "DoorDash"),
    _rule(r"POSTMATES", "FOOD_AND_DRINK_RESTAURANT", "Postmates"),
    _rule(r"STARBUCKS", "FOOD_AND_DRINK_COFFEE", "Starbucks"),
    _rule(r"\bCOFFEE\b|\bCAFE\b|ESPRESSO", "FOOD_AND_DRINK_COFFEE"),
    _rule(r"MCDONALD'? ?S", "FOOD_AND_DRINK_FAST_FOOD", "McDonald's"),
    _rule(r"\bKFC\b", "FOOD_AND_DRINK_FAST_FOOD", "KFC"),
    _rule(r"BURGER KING", "FOOD_AND_DRINK_FAST_FOOD", "Burger King"),
    _rule(r"DOMINO'?S", "FOOD_AND_DRINK_FAST_FOOD", "Domino's"),
    _rule(r"PAPA JOHN'?S", "FOOD_AND_DRINK_FAST_FOOD", "Papa John's"),
    _rule(r"JIMMY JOHN'?S", "FOOD_AND_DRINK_FAST_FOOD", "Jimmy John's"),
    _rule(r"TEXAS ROADHOUSE", "FOOD_AND_DRINK_RESTAURANT", "Texas Roadhouse"),
    _rule(r"DENNY'?S", "FOOD_AND_DRINK_RESTAURANT", "Denny's"),
    _rule(r"RESTAURANT|\bGRILL\b|\bBISTRO\b|\bDINER\b|\bPIZZA\b", "FOOD_AND_DRINK_RESTAURANT"),
    _rule(r"WHOLE FOODS", "FOOD_AND_DRINK_GROCERIES", "Whole Foods Market"),
    _rule(r"FRY'?S FOOD", "FOOD_AND_DRINK_GROCERIES", "Fry's Food"),
    _rule(r"FOOD LION", "FOOD_AND_DRINK_GROCERIES", "Food Lion"),
    _rule(r"GROCER|SUPERMARKET|\bFOODS\b", "FOOD_AND_DRINK_GROCERIES"),
    _rule(r"\bLIQUOR\b|\bWINE\b|\bBREWERY\b", "FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR"),
    _rule(r"\bVENDING\b", "FOOD_AND_DRINK_VENDING_MACHINES"),
    # On the road
    _rule(r"\bUBER\b", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", "Uber"),
    _rule(r"\bLYFT\b", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES", "Lyft"),
    _rule(r"\bTAXI\b|\bCAB\b", "TRANSPORTATION_TAXIS_AND_RIDE_SHARES"),
    _rule(r"\bSHELL\b", "TRANSPORTATION_GAS", "Shell"),
    _rule(r"\bSUNOCO\b", "TRANSPORTATION_GAS", "Sunoco"),
    _rule(r"\bARCO\b", "TRANSPORTATION_GAS", "ARCO"),
    _rule(r"^QT$|QUIKTRIP", "TRANSPORTATION_GAS", "QuikTrip"),
    _rule(r"\bGAS\b|\bFUEL\b|\bPETROL\b", "TRANSPORTATION_GAS"),
    _rule(r"\bPARKING\b", "TRANSPORTATION_PARKING"),
    _rule(r"\bTOLL\b", "TRANSPORTATION_TOLLS"),
    _rule(r"\bTRANSIT\b|\bMETRO\b|\bRAIL\b|\bBUS\b", "TRANSPORTATION_PUBLIC_TRANSIT"),
    _rule(r"UNITED AIRLINES", "TRAVEL_FLIGHTS", "United Airlines"),
    _rule(r"AIRLINES?\b|AIRWAYS\b|\bFLIGHT\b", "TRAVEL_FLIGHTS"),
    _rule(r"\bHOTEL\b|\bLODGING\b|\bINN\b", "TRAVEL_LODGING"),
    _rule(r"CAR RENTAL|RENT A CAR", "TRAVEL_RENTAL_CARS"),
    # Entertainment
    _rule(r"\bHULU\b", "ENTERTAINMENT_TV_AND_MOVIES", "Hulu"),
    _rule(r"FANDANGO", "ENTERTAINMENT_TV_AND_MOVIES", "Fandango"),
    _rule(r"CINEMARK", "ENTERTAINMENT_TV_AND_MOVIES", "Cinemark"),
    _rule(r"\bCINEMA\b|\bMOVIE|STREAMING", "ENTERTAINMENT_TV_AND_MOVIES"),
    _rule(r"APL\* ?ITUNES|\bITUNES\b", "ENTERTAINMENT_MUSIC_AND_AUDIO", "iTunes"),
    _rule(r"\bMUSIC\b|\bRADIO\b", "ENTERTAINMENT_MUSIC_AND_AUDIO"),
    _rule(r"PLAYSTATION", "ENTERTAINMENT_VIDEO_GAMES", "PlayStation"),
    _rule(r"\bXBOX\b", "ENTERTAINMENT_VIDEO_GAMES", "Xbox"),
    _rule(r"NINTENDO", "ENTERTAINMENT_VIDEO_GAMES", "Nintendo"),
    _rule(r"BLIZZARD", "ENTERTAINMENT_VIDEO_GAMES", "Blizzard"),
    _rule(r"\bMUSEUM\b|\bTICKETS?\b", "ENTERTAINMENT_SPORTING_EVENTS_AMUSEMENT_PARKS_AND_MUSEUMS", confidence="MEDIUM"),
    # Shops
    _rule(r"AMAZON|AMZN", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", "Amazon"),
    _rule(r"GROUPON", "GENERAL_MERCHANDISE_ONLINE_MARKETPLACES", "Groupon"),
    _rule(r"WAL-?MART", "GENERAL_MERCHANDISE_SUPERSTORES", "Walmart"),
    _rule(r"SAM'?S CLUB", "GENERAL_MERCHANDISE_SUPERSTORES", "Sam's Club"),
    _rule(r"7-ELEVEN", "GENERAL_MERCHANDISE_CONVENIENCE_STORES", "7-Eleven"),
    _rule(r"\bWAWA\b", "GENERAL_MERCHANDISE_CONVENIENCE_STORES", "Wawa"),
    _rule(r"MICROSOFT", "GENERAL_MERCHANDISE_ELECTRONICS", "Microsoft"),
    _rule(r"SPARKFUN", "GENERAL_MERCHANDISE_ELECTRONICS", "SparkFun"),
    _rule(r"\bBICYCLE\b|\bSPORTS?\b", "GENERAL_MERCHANDISE_SPORTING_GOODS"),
    _rule(r"\bBOOKS?(TORE)?\b", "GENERAL_MERCHANDISE_BOOKSTORES_AND_NEWSSTANDS"),
    _rule(r"CLOTHING|APPAREL|\bSHOES\b", "GENERAL_MERCHANDISE_CLOTHING_AND_ACCESSORIES"),
    _rule(r"\bPETS?\b", "GENERAL_MERCHANDISE_PET_SUPPLIES"),
    # Health, care, services
    _rule(r"PHARMACY|\bDRUG", "MEDICAL_PHARMACIES_AND_SUPPLEMENTS"),
    _rule(r"\bDENTAL\b|\bDENTIST\b", "MEDICAL_DENTAL_CARE"),
    _rule(r"\bCLINIC\b|\bDOCTOR\b|\bHOSPITAL\b", "MEDICAL_PRIMARY_CARE"),
    _rule(r"SALLY BEAUTY", "PERSONAL_CARE_HAIR_AND_BEAUTY", "Sally Beauty"),
    _rule(r"\bULTA\b", "PERSONAL_CARE_HAIR_AND_BEAUTY", "Ulta Beauty"),
    _rule(r"\bHAIR\b|\bSALON\b|\bBEAUTY\b", "PERSONAL_CARE_HAIR_AND_BEAUTY"),
    _rule(r"\bGYM\b|FITNESS|\bCLIMBING\b", "PERSONAL_CARE_GYMS_AND_FITNESS_CENTERS"),
    _rule(r"\bINSURANCE\b", "GENERAL_SERVICES_INSURANCE"),
    _rule(r"\bUSPS\b", "GENERAL_SERVICES_POSTAGE_AND_SHIPPING", "USPS"),
    _rule(r"\bCHEGG\b", "GENERAL_SERVICES_EDUCATION", "Chegg"),
    _rule(r"TUITION|\bSCHOOL\b|UNIVERSITY", "GENERAL_SERVICES_EDUCATION"),
    _rule(r"DONATION|\bCHARITY\b", "GOVERNMENT_AND_NON_PROFIT_DONATIONS"),
    _rule(r"\bTAX\b", "GOVERNMENT_AND_NON_PROFIT_TAX_PAYMENT", confidence="MEDIUM", arrives=False),
    # How money moves, where nothing above says what it was for. A card used at a machine reads "withdrawal" too.
    _rule(r"\bATM\b|CASH WITHDRAWAL", "TRANSFER_OUT_WITHDRAWAL", arrives=False),
    _rule(r"\bWIRE\b", "TRANSFER_IN_WIRE", arrives=True),
    _rule(r"\bWIRE\b", "TRANSFER_OUT_WIRE", arrives=False),
    _rule(r"\bVENMO\b|\bZELLE\b|CASH APP", "TRANSFER_IN_TRANSFER_IN_FROM_APPS", arrives=True),
    _rule(r"\bVENMO\b|\bZELLE\b|CASH APP", "TRANSFER_OUT_TRANSFER_OUT_FROM_APPS", arrives=False),
    _rule(r"\bTRANSFER\b|\bXFER\b", "TRANSFER_IN_ACCOUNT_TRANSFER", arrives=True),
    _rule(r"\bTRANSFER\b|\bXFER\b", "TRANSFER_OUT_ACCOUNT_TRANSFER", arrives=False),
    _rule(r"\bDEPOSIT\b", "TRANSFER_IN_DEPOSIT", confidence="MEDIUM", arrives=True),
)


def understood(description: str, *, arrives: bool) -> tuple[str | None, Category]:
    """The merchant, where one is named, and the category; `arrives` where money comes in (a negative amount)."""
    return _understood(description[:READ_CHARACTERS].upper(), arrives)


@lru_cache(maxsize=4096)
def _understood(text: str, arrives: bool) -> tuple[str | None, Category]:  # noqa: FBT001 - a cache key
    for rule in RULES:
        if rule.arrives in (None, arrives) and rule.words.search(text):
            return rule.merchant, category(rule.detailed, rule.confidence)
    return None, UNKNOWN
