/** What of a bank that answered is not here, in sentences. */

import { count } from "../format";
import { words } from "../i18n";
import type { LiveBank } from "../wire";

// The bank has no such product, or no account it would be about: nothing to do and nothing to try again.
const NOT_OFFERED = new Set(["PRODUCTS_NOT_SUPPORTED", "NO_LIABILITY_ACCOUNTS", "PRODUCT_NOT_ENABLED"]);

export interface Missing {
  /** What may be there another time. */
  readonly failed: readonly string[];
  /** What the bank does not give at all. */
  readonly notOffered: readonly string[];
}

export function missingOf({ transactions_problem, liabilities_problem, unreadable }: LiveBank): Missing {
  const say = words.value.banks.missing;
  const failed: string[] = [];
  const notOffered: string[] = [];
  if (transactions_problem !== null) {
    if (NOT_OFFERED.has(transactions_problem)) notOffered.push(say.noTransactions);
    else failed.push(say.transactions(transactions_problem));
  }
  if (liabilities_problem !== null) {
    if (NOT_OFFERED.has(liabilities_problem)) notOffered.push(say.noLiabilities);
    else failed.push(say.liabilities(liabilities_problem));
  }
  if (unreadable > 0) failed.push(say.unreadable(unreadable, count(unreadable)));
  return { failed, notOffered };
}

/** Whether rows that the bank has did not come this time. */
export function lacksTransactions({ transactions_problem: problem }: LiveBank): boolean {
  return problem !== null && !NOT_OFFERED.has(problem);
}
