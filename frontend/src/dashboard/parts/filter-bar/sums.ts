/** What the rows of a filter come to. */

import type { Book } from "../../book";
import type { Selection } from "../../filter";
import type { Minor } from "../../wire";

interface Sum {
  readonly currency: string;
  readonly out: Minor;
  readonly in: Minor;
}

/** What leaves and what arrives in the rows, per currency, whatever they are. */
export function sumsOf(rows: Book, chosen: Selection): readonly Sum[] {
  const out = new Float64Array(rows.currencies.length);
  const arrives = new Float64Array(rows.currencies.length);
  for (const i of chosen) {
    const amount = rows.amount[i]!;
    (amount < 0 ? arrives : out)[rows.currency[i]!]! += Math.abs(amount);
  }
  return rows.currencies
    .map((currency, place) => ({ currency, out: out[place]!, in: arrives[place]! }))
    .filter((sum) => sum.out > 0 || sum.in > 0);
}
