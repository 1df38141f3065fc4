/** Words of Plaid's categories, both versions. A detailed code that is not here reads well as it is, without its primary. */

type Names = Readonly<Record<string, string>>;

const primaries: Names = {
  INCOME: "Income",
  TRANSFER_IN: "Transfers in",
  TRANSFER_OUT: "Transfers out",
  LOAN_DISBURSEMENTS: "Loans received",
  LOAN_PAYMENTS: "Loan and card payments",
  BANK_FEES: "Bank fees and interest",
  ENTERTAINMENT: "Entertainment",
  FOOD_AND_DRINK: "Food and drink",
  GENERAL_MERCHANDISE: "Shopping",
  HOME_IMPROVEMENT: "Home",
  MEDICAL: "Health",
  PERSONAL_CARE: "Personal care",
  GENERAL_SERVICES: "Services",
  GOVERNMENT_AND_NON_PROFIT: "Government and donations",
  TRANSPORTATION: "Transport",
  TRAVEL: "Travel",
  RENT_AND_UTILITIES: "Rent and utilities",
  OTHER: "Other",
  UNCATEGORIZED: "Uncategorised",
};

const detailed: Names = {
  FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR: "Beer, wine and liquor",
  LOAN_PAYMENTS_CREDIT_CARD_PAYMENT: "Card payment",
  TRANSFER_OUT_WITHDRAWAL: "Cash withdrawal",
  TRANSPORTATION_GAS: "Fuel",
  TRANSPORTATION_TAXIS_AND_RIDE_SHARES: "Taxis and ride shares",
  RENT_AND_UTILITIES_GAS_AND_ELECTRICITY: "Gas and electricity",
  OTHER_OTHER: "Other",
};

export const categories = { primaries, detailed };
