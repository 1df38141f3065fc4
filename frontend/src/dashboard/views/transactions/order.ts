/** The order of the rows. The whole book is ordered once for each sort; a filter then only leaves rows out. */

import type { Book } from "../../book";
import type { Selection } from "../../filter";

export const SORTS = ["date-down", "date-up", "amount-down", "amount-up", "who-up", "who-down"] as const;
export type Sort = (typeof SORTS)[number];
export type Column = "date" | "amount" | "who";

/** The sort after a press on a column's heading: the column's own first, then turned round. */
export function pressed(column: Column, now: Sort): Sort {
  const first: Sort = column === "who" ? "who-up" : `${column}-down`;
  const turned: Sort = column === "who" ? "who-down" : `${column}-up`;
  return now === first ? turned : first;
}

/** Every row's place in the book, in this order; equal ones as the book has them, newest first. */
export function ordered(rows: Book, by: Sort, tag: string): Uint32Array {
  const places = Uint32Array.from({ length: rows.size }, (_, i) => i);
  const [column, direction] = by.split("-") as [Column, "up" | "down"];
  const sign = direction === "up" ? 1 : -1;
  if (column === "date") return places.sort((a, b) => sign * (rows.day[a]! - rows.day[b]!) || a - b);
  if (column === "amount") {
    // Amounts of two currencies have no order between them: each currency stands by itself.
    return places.sort((a, b) => rows.currency[a]! - rows.currency[b]! || sign * (rows.amount[a]! - rows.amount[b]!) || a - b);
  }
  const { compare } = new Intl.Collator(tag, { numeric: true });
  const rank = new Uint32Array(rows.merchants.length);
  [...rows.merchants.keys()]
    .sort((a, b) => compare(rows.merchants[a]!, rows.merchants[b]!))
    .forEach((merchant, i) => {
      rank[merchant] = i;
    });
  return places.sort((a, b) => sign * (rank[rows.merchant[a]!]! - rank[rows.merchant[b]!]!) || a - b);
}

/** The chosen rows in that order. */
export function arranged(order: Uint32Array, chosen: Selection): Selection {
  if (chosen.length === order.length) return order;
  const isChosen = new Uint8Array(order.length);
  for (const i of chosen) isChosen[i] = 1;
  return order.filter((i) => isChosen[i] === 1);
}
