/** The usual month's spending: keepless/core/cashflow.py's `usual_month` (U1 to U3 in docs/spending.md). */

import { daysOfMonth, monthOf, monthsBetween } from "../../dates";
import type { Book } from "../../book";
import type { Selection } from "../../filter";
import type { Minor } from "../../wire";

const FEWEST_MONTHS = 2;

/** Medians over the `months` whole months before this one: of the whole month, and by this day of it. Minor units. */
export interface Usual {
  readonly month: Minor;
  readonly byToday: Minor;
  readonly months: number;
}

/** Null where fewer than two whole months before `today` are known. `rows` are without a condition on days. */
export function usualMonth(book: Book, rows: Selection, currency: string, today: number): Usual | null {
  if (book.size === 0) return null;
  const earliest = book.day[book.size - 1]!; // newest first
  const months = monthsBetween(monthOf(earliest), monthOf(today)).slice(0, -1).filter((month) => daysOfMonth(month)[0] >= earliest);
  if (months.length < FEWEST_MONTHS) return null;
  const [ofCurrency, spending] = [book.currencies.indexOf(currency), book.kinds.indexOf("spending")];
  const dayOfMonth = today - daysOfMonth(monthOf(today))[0];
  const firstDays = book.months.map((month) => daysOfMonth(month)[0]);
  const [whole, soFar] = [new Float64Array(firstDays.length), new Float64Array(firstDays.length)];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]!;
    if (book.currency[row] !== ofCurrency || book.kind[row] !== spending) continue;
    const its = book.month[row]!;
    whole[its]! += book.amount[row]!;
    if (book.day[row]! - firstDays[its]! <= dayOfMonth) soFar[its]! += book.amount[row]!;
  }
  const usual = (sums: Float64Array): Minor => middle(months.map((month) => sums[book.months.indexOf(month)] ?? 0));
  return { month: usual(whole), byToday: usual(soFar), months: months.length };
}

function middle(amounts: readonly Minor[]): Minor {
  const ascending = [...amounts].sort((a, b) => a - b);
  const half = Math.floor(ascending.length / 2);
  return Math.floor((ascending[half]! + ascending.at(-1 - half)!) / 2);
}
