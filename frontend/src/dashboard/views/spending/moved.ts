/** What moved without being spent: transfers, card payments, loan payments, cash. Sums of sizes, never mixed into spending. */

import type { Book } from "../../book";
import type { Selection } from "../../filter";
import type { Kind, Minor } from "../../wire";

export const BESIDE = ["transfer", "card_payment", "debt_payment", "cash"] as const satisfies readonly Kind[];
export type BesideKind = (typeof BESIDE)[number];

export interface Moved {
  readonly merchant: string;
  readonly count: number;
  /** What left the account, and what arrived at it: sizes in minor units. */
  readonly out: Minor;
  readonly in: Minor;
}

/** Whom the rows of one kind went to or came from, the largest volume first. */
export function moved(book: Book, selection: Selection, currency: string, kind: BesideKind): readonly Moved[] {
  const [ofCurrency, ofKind] = [book.currencies.indexOf(currency), book.kinds.indexOf(kind)];
  const sums = new Map<number, { count: number; out: Minor; in: Minor }>();
  for (const row of selection) {
    if (book.kind[row] !== ofKind || book.currency[row] !== ofCurrency) continue;
    const place = book.merchant[row]!;
    let sum = sums.get(place);
    if (sum === undefined) sums.set(place, (sum = { count: 0, out: 0, in: 0 }));
    const amount = book.amount[row]!;
    sum.count += 1;
    if (amount > 0) sum.out += amount;
    else sum.in -= amount;
  }
  return [...sums]
    .map(([place, sum]) => ({ merchant: book.merchants[place]!, ...sum }))
    .sort((a, b) => b.out + b.in - a.out - a.in || (a.merchant < b.merchant ? -1 : 1));
}
