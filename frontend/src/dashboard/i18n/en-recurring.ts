/** Words of the recurring view. */

type Names = Readonly<Record<string, string>>;

const number = (count: number, one: string, many: string): string => (count === 1 ? `1 ${one}` : `${count} ${many}`);

export const recurring = {
  lead: "Found in your transactions by their rhythm and amounts.",
  notNarrowed: "Dates, amounts, kinds and pending in the filter do not narrow this page: a rhythm needs all its payments.",
  counted: {
    subscription: (count: number): string => number(count, "subscription", "subscriptions"),
    bill: (count: number): string => number(count, "bill", "bills"),
    income: (count: number): string => number(count, "regular income", "regular incomes"),
  },
  yearly: (figure: string): string => `${figure} a year`,
  kinds: { subscription: "Subscriptions", bill: "Bills", income: "Income" },
  kindSays: {
    subscription: "What one can end, the dearest first.",
    bill: "Rent, utilities, insurance, loans and the like.",
    income: "What arrives again and again.",
  },

  coming: "Coming up in 30 days",
  comingIn: (currency: string): string => `Coming up in 30 days, ${currency}`,
  comingSays: (leaves: string, arrives: string): string =>
    `${[leaves && `${leaves} leaves`, arrives && `${arrives} arrives`].filter(Boolean).join(" and ")}, if all goes as before.`,
  date: "Date",
  merchant: "Name",
  amount: "Amount",
  running: "Adds up to",
  expected: (day: string): string => `expected ${day}`,
  showAll: (lines: number): string => `Show all ${lines}`,
  fewer: (lines: number): string => `Show the first ${lines}`,

  howOften: "How often",
  frequencies: {
    weekly: "every week",
    biweekly: "every two weeks",
    semi_monthly: "twice a month",
    monthly: "every month",
    quarterly: "every three months",
    half_yearly: "every six months",
    yearly: "every year",
  } as Names,
  last: "Last",
  next: "Next",
  wasDue: "Was due",
  price: "Price",
  aYear: "A year",
  oftenNext: (often: string, next: string): string => `${often}, next ${next}`,
  endedAfter: (often: string, last: string): string => `${often}, last ${last}`,
  newSince: (day: string): string => `new since ${day}`,
  rose: (share: string, before: string, after: string, since: string): string => `up ${share}, from ${before} to ${after}, since ${since}`,
  fell: (share: string, before: string, after: string, since: string): string => `down ${share}, from ${before} to ${after}, since ${since}`,

  over: "Late and ended",
  states: {
    late: (count: number): string => `${count} late`,
    ended: (count: number): string => `${count} ended`,
  },
  stateSays: {
    late: "Expected and not seen yet: it may be on its way, or has been ended.",
    ended: "Not seen for long enough to call it ended. It counts in no sum here.",
  },

  none: "Nothing that recurs was found. A rhythm shows after three payments: three months for a monthly one, two years for a yearly one.",
  readSince: (first: string): string => `Read so far: since ${first}. What comes once a year or a quarter needs more.`,
  filtered: "Nothing that recurs matches the filter.",
  showEvery: "Show all that recurs",
};
