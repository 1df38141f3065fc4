/** What the rows of a filter come to. */

import type { Book } from "../../book";
import type { Selection } from "../../filter";
import type { Minor } from "../../wire";

interface Sum {
  readonly currency: string;
  readonly out: Minor;
  readonly in: Minor;
}

const MOVED: ReadonlySet<string> = new Set(["transfer", "card_payment"]);

/** What leaves and what arrives in the rows, per currency; and whether some of it only moved between accounts. */
export function sumsOf(rows: Book, chosen: Selection): { readonly sums: readonly Sum[]; readonly hasMoved: boolean } {
  const moved = rows.kinds.map((kind) => MOVED.has(kind));
  let hasMoved = false;
  const out = new Float64Array(rows.currencies.length);
  const arrives = new Float64Array(rows.currencies.length);
  for (const i of chosen) {
    const amount = rows.amount[i]!;
    hasMoved ||= moved[rows.kind[i]!]!;
    (amount < 0 ? arrives : out)[rows.currency[i]!]! += Math.abs(amount);
  }
  const sums = rows.currencies
    .map((currency, place) => ({ currency, out: out[place]!, in: arrives[place]! }))
    .filter((sum) => sum.out > 0 || sum.in > 0);
  return { sums, hasMoved };
}
