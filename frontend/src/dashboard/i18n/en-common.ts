/** Words of the frame: navigation, progress, states. Counts come twice: as a number for the grammar, as text to show. */

export const common = {
  title: (view: string): string => `${view} · Keepless`,
  viewsLabel: "Views",
  views: {
    overview: "Overview",
    credit: "Credit",
    spending: "Spending",
    trends: "Trends",
    recurring: "Recurring",
    transactions: "Transactions",
    banks: "Banks",
  },
  asking: (banks: number): string => (banks === 1 ? "Asking your bank" : `Asking ${banks} banks`),
  askingNamed: (names: string): string => `Asking ${names}`,
  progress: (done: number, asked: number, rows: number, rowsText: string, missing: string): string =>
    `${done} of ${asked} banks answered, ${rowsText} ${rows === 1 ? "transaction" : "transactions"} so far. Still asking ${missing}`,
  reading: (months: number): string => `Reading ${months} months of history; what is here already can be used`,
  asked: (when: string): string => `Asked ${when}`,
  looking: (names: string, banks: number): string => (banks === 1 ? `Looking for news at ${names}` : `Looking for news at ${banks} banks`),
  updatedNow: "Updated just now.",
  age: {
    asOf: (ago: string): string => `as of ${ago}`,
    asOfBank: (bank: string, ago: string): string => `${bank} as of ${ago}`,
    old: (span: string): string => `This is ${span} old.`,
    oldBank: (bank: string, span: string): string => `What is shown of ${bank} is ${span} old.`,
  },
  tier: {
    history: (days: string): string => `Your tier looks back ${days} days.`,
    see: "See your tier",
    noTrends: "Your tier has no trends: what each month came to over two years, and how your cards were used.",
    keptTrends: "What this browser keeps of yours stays as it is. It can be saved as a file, and removed.",
  },
  recovery: {
    why: "The keys to your banks are in this browser alone, and go with its cookies.",
    save: "Save a recovery file",
    later: "Not now",
  },
  askAgain: "Ask again",
  skeleton: "On its way",
  language: "Language",
  skip: "Skip to the content",
  start: "Keepless, start page",
  main: "Main",
  addBank: "Add a bank",
  account: "Account",
  yourData: "Your data",
  signOut: "Sign out",
  signOutTitle: "Ends this session; the keys to your banks stay sealed in this browser",
  logOut: "Log out",
  logOutMore: "and disconnect",
  logOutTitle: "Disconnects your banks at Plaid and clears the cookies",
  status: "Status",
  held: (browser: string, server: string): string => `Held about you: *${browser}* in this browser; on the server: *${server}*`,
  heldInBrowser: { cookies: "sealed cookies", all: "sealed cookies and your sealed trends", trends: "your sealed trends and their key", nothing: "nothing" },
  /** What the server says of itself in its own words, as keepless/web/pages.py has them, so that they follow the language too. */
  heldOnServer: "nothing",
  empty: {
    unread: "None of your banks could be read, so there is nothing to show yet. What each one needs is said above.",
    filtered: "No transaction matches the filter.",
    showAll: "Show all transactions",
    none: (banks: number, months: number): string =>
      `${banks === 1 ? "Your bank" : "Your banks"} answered and told of no transaction in the last ${months} months.`,
  },
  faults: {
    offline: {
      title: "Keepless cannot be reached",
      detail: "This browser seems to be offline. What is shown stays; it is asked anew once the connection is back.",
    },
    broken_off: {
      title: "The answer broke off",
      detail: "The connection ended before every bank had answered. What came is shown.",
    },
    session: {
      title: "Your session is over",
      detail: "The server holds nothing of it. What is shown goes when you close this page.",
      next: "Connect your banks",
    },
    other: {
      title: "The server could not answer",
      detail: "Nothing was changed. Try again in a moment.",
    },
  },
};
