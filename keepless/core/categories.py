"""Plaid's personal finance categories in words people use. Codes are free strings: an unknown one is titled."""

UNCATEGORIZED = "UNCATEGORIZED"  # ours: Plaid gave no category

# Taxonomies v1 (16) and v2 (18), and ours.
PRIMARIES: dict[str, str] = {
    "INCOME": "Income",
    "TRANSFER_IN": "Transfers in",
    "TRANSFER_OUT": "Transfers out",
    "LOAN_DISBURSEMENTS": "Loans received",
    "LOAN_PAYMENTS": "Loan and card payments",
    "BANK_FEES": "Bank fees and interest",
    "ENTERTAINMENT": "Entertainment",
    "FOOD_AND_DRINK": "Food and drink",
    "GENERAL_MERCHANDISE": "Shopping",
    "HOME_IMPROVEMENT": "Home",
    "MEDICAL": "Health",
    "PERSONAL_CARE": "Personal care",
    "GENERAL_SERVICES": "Services",
    "GOVERNMENT_AND_NON_PROFIT": "Government and donations",
    "TRANSPORTATION": "Transport",
    "TRAVEL": "Travel",
    "RENT_AND_UTILITIES": "Rent and utilities",
    "OTHER": "Other",
    UNCATEGORIZED: "Uncategorised",
}

# Where the code alone reads badly. Everything else of the two taxonomies is its code without the primary.
_DETAILED: dict[str, str] = {
    "FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR": "Beer, wine and liquor",
    "LOAN_PAYMENTS_CREDIT_CARD_PAYMENT": "Card payment",
    "TRANSFER_OUT_WITHDRAWAL": "Cash withdrawal",
    "TRANSPORTATION_GAS": "Fuel",
    "TRANSPORTATION_TAXIS_AND_RIDE_SHARES": "Taxis and ride shares",
    "RENT_AND_UTILITIES_GAS_AND_ELECTRICITY": "Gas and electricity",
    "OTHER_OTHER": "Other",
}

_CAPITALS = {"atm": "ATM", "tv": "TV", "bnpl": "BNPL", "ewa": "EWA"}


def category_label(primary: str) -> str:
    """A primary category in words; "" is uncategorised, an unknown code is titled ("PET_CARE": "Pet care")."""
    return PRIMARIES.get(primary or UNCATEGORIZED) or _titled(primary)


def detailed_label(detailed: str) -> str:
    """A detailed category in words, without its primary ("FOOD_AND_DRINK_FAST_FOOD": "Fast food")."""
    if detailed in _DETAILED or not detailed or detailed in PRIMARIES:
        return _DETAILED.get(detailed) or category_label(detailed)
    longest = max((primary for primary in PRIMARIES if detailed.startswith(primary + "_")), key=len, default="")
    return _titled(detailed[len(longest) :])


def _titled(code: str) -> str:
    """Title of a code: first letter upper, known initials in capitals; a code without a word in it stays as it is."""
    words = [_CAPITALS.get(word, word) for word in code.lower().split("_") if word]
    text = " ".join(words)
    return text[:1].upper() + text[1:] if text else code
