/** Words of the banks: what each one tells, what it lacks, what it needs, and how it is removed. */

interface Said {
  readonly title: string;
  readonly detail: string;
  /** What helps, where nobody knows when. */
  readonly next?: string;
}

const LATER = "Try again in a moment.";

export const banks = {
  lead: (banks: number): string =>
    banks === 1 ? "One bank is connected. It is asked anew at each visit." : `${banks} banks are connected. Each is asked anew at each visit.`,
  leadCopied: (banks: number): string =>
    banks === 1
      ? "One bank is connected. A sealed copy of its last answer is shown at once, and the bank is asked where that is no longer fresh."
      : `${banks} banks are connected. Sealed copies of their last answers are shown at once, and each is asked where its copy is no longer fresh.`,
  lasts: (until: string): string => `This session is over on ${until}; a later visit then disconnects the banks.`,
  someBank: "A bank",
  account: "Account",
  available: "Available",
  balance: "Balance",
  caption: (bank: string): string => `Accounts at ${bank}`,
  kinds: {
    depository: "Bank account",
    checking: "Checking",
    savings: "Savings",
    "money market": "Money market",
    cd: "Certificate of deposit",
    "credit card": "Credit card",
    credit: "Credit",
    loan: "Loan",
    student: "Student loan",
    mortgage: "Mortgage",
    auto: "Car loan",
    investment: "Investment",
    other: "Other",
  } as Readonly<Record<string, string>>,
  unknown: "not told",
  noAccounts: "The bank told of no account.",
  again: (bank: string): string => `Log in to ${bank} again`,
  retry: (bank: string): string => `Ask ${bank} again`,
  retryThem: "Ask them again",
  askingBank: (bank: string): string => `Asking ${bank}`,
  missing: {
    noTransactions: "This bank gives Plaid no transactions.",
    transactions: (code: string): string => `Its transactions could not be read this time (${code}).`,
    noLiabilities: "This bank gives Plaid no terms of cards and loans.",
    liabilities: (code: string): string => `The terms of its cards and loans could not be read this time (${code}).`,
    unreadable: (count: number, text: string): string =>
      count === 1 ? "One entry was left out because it made no sense." : `${text} entries were left out because they made no sense.`,
  },
  remove: {
    open: (bank: string): string => `Remove ${bank}`,
    question: (bank: string): string => `Remove ${bank}?`,
    detail: "The connection is ended at Plaid first, then its key is forgotten. To see this bank again you would connect it anew.",
    confirm: (bank: string): string => `Yes, remove ${bank}`,
    cancel: "Keep it",
    busy: (bank: string): string => `Removing ${bank} at Plaid`,
    kept: (bank: string): string => `${bank} was not removed and stays as it was: Plaid or the connection failed. Try again in a moment.`,
    done: (bank: string): string => `${bank} is removed.`,
    receipt: (request: string): string => `Plaid's request id is *${request}*.`,
    gone: "Plaid had ended this connection before.",
  },
  farewell: {
    title: "Your last bank is removed",
    detail: "Nothing is held about you any more: not here, not on the server. What this page showed is gone with it.",
    detailKept: "Nothing is held of your banks any more: not here, not on the server. The sealed months that you had this browser keep stay in it, for when you connect a bank again.",
    next: "Connect a bank",
  },
  notices: {
    label: "Banks that need a look",
    soon: (bank: string): string => `${bank} asks for your login soon`,
    soonDetail: (day: string): string => `Its permission ends on ${day}. Log in again to keep it.`,
    twice: (bank: string): string => `${bank} seems to be connected twice`,
    twiceDetail: "The same accounts came from two connections, so their figures count twice. Remove one of the two.",
    toBanks: "See your banks",
    partly: (bank: string): string => `Not all of ${bank} is here`,
    silent: (bank: string): string => `${bank} has not answered`,
    silentDetail: "The connection ended before its answer came.",
    asksItself: "It is asked again by itself every few seconds.",
    others: "Your other banks are shown below.",
    earlier: "What it told before is still shown.",
    earlierAged: (span: string): string => `What it told ${span} ago is still shown.`,
    earlierOfThem: "What came from them before is still shown.",
    earlierOfThemAged: (span: string): string => `What they told ${span} ago is still shown.`,
    asksItselfAt: (time: string, banks: number): string =>
      banks === 1 ? `It is asked again by itself at ${time}.` : `They are asked again by themselves at ${time}.`,
    askLater: (when: string): string => `Trying again can help from ${when} on.`,
    anew: "Connect it anew",
    code: (code: string): string => `Code *${code}*`,
    codeAndRequest: (code: string, request: string): string => `Code *${code}*, Plaid's request *${request}*`,
  },
  problems: {
    TIMEOUT: (bank: string): Said => ({ title: `${bank}: Plaid did not answer in time`, detail: "The call was given up.", next: LATER }),
    DEADLINE: (bank: string): Said => ({ title: `${bank}: Plaid did not answer in time`, detail: "The call was given up.", next: LATER }),
    UNREACHABLE: (bank: string): Said => ({ title: `${bank}: Plaid cannot be reached`, detail: "No connection came about.", next: LATER }),
    BAD_ANSWER: (bank: string): Said => ({ title: `${bank}: Plaid's answer made no sense`, detail: "It was not what Plaid's documentation says.", next: LATER }),
    PLANNED_MAINTENANCE: (bank: string): Said => ({ title: `${bank}: Plaid is temporarily unavailable`, detail: "It is being maintained.", next: LATER }),
    CHANGING: (bank: string): Said => ({ title: `${bank} is being updated`, detail: "Its list kept changing while it was read.", next: LATER }),
    retry: (bank: string, banks: number): Said => ({
      title: `${bank} cannot be read right now`,
      detail: banks === 1 ? "Plaid or the bank has a passing fault." : "Plaid or the banks have a passing fault.",
      next: LATER,
    }),
    wait: (bank: string): Said => ({ title: `${bank} is still being read`, detail: "Plaid is fetching it for the first time." }),
    reconnect: (bank: string): Said => ({ title: `${bank} asks you to log in again`, detail: "Its permission has run out. Log in again and it is back." }),
    relink: (bank: string): Said => ({ title: `${bank} has to be connected anew`, detail: "This connection cannot be repaired. Connect the bank anew, then remove the old connection." }),
    drop: (bank: string): Said => ({ title: `${bank} is no longer connected`, detail: "The connection has ended at Plaid. Remove it here; connect the bank anew if you want to see it." }),
    operator: (bank: string): Said => ({ title: `${bank}: Plaid refuses this installation`, detail: "Its keys or its permissions are not right. Whoever runs it has to look at its settings; the status page says more." }),
    none: (bank: string): Said => ({ title: `${bank}: Plaid refused the request`, detail: "Trying again will not change that. You can remove this bank." }),
    // Of one bank, or of so many whose names are given as one text.
  } as Readonly<Record<string, (bank: string, banks: number) => Said>>,
};
