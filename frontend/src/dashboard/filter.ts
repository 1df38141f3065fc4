/**
 * Which transactions to look at. The filter lives in the address after the `#`, which no server ever sees.
 *
 * The same conditions as keepless/core/filters.py, and held equal to it by golden cases. Every field is text, "" asks
 * nothing; dates are inclusive "YYYY-MM-DD", `min` and `max` major units ("12.50") compared with the amount's size.
 */

import { dayOf } from "./dates";
import type { Book } from "./book";

export interface Filter {
  readonly from: string;
  readonly to: string;
  readonly category: string;
  readonly account: string;
  readonly merchant: string;
  readonly q: string;
  readonly min: string;
  readonly max: string;
  readonly pending: string;
  readonly kind: string;
  readonly currency: string;
}

export const NO_FILTER: Filter = {
  from: "", to: "", category: "", account: "", merchant: "", q: "", min: "", max: "", pending: "", kind: "", currency: "",
};
export const FIELDS = Object.keys(NO_FILTER) as readonly (keyof Filter)[];
export const UNCATEGORIZED = "UNCATEGORIZED";

/** Places of rows in the book, ascending: newest first, as the book is. */
export type Selection = Uint32Array;

/** The filter of "from=2026-01-01&q=coffee"; unknown names and values that make no sense are left out. */
export function parseFilter(text: string): Filter {
  const given = new URLSearchParams(text);
  const filter: Record<string, string> = { ...NO_FILTER };
  for (const field of FIELDS) {
    const value = given.get(field) ?? "";
    if (makesSense(field, value)) filter[field] = value;
  }
  return filter as unknown as Filter;
}

/** The text of a filter, without the fields that ask nothing; "" for none. */
export function formatFilter(filter: Filter): string {
  return new URLSearchParams(FIELDS.filter((field) => filter[field]).map((field) => [field, filter[field]])).toString();
}

export function isFiltered(filter: Filter): boolean {
  return FIELDS.some((field) => filter[field] !== "");
}

function makesSense(field: keyof Filter, value: string): boolean {
  switch (field) {
    case "from":
    case "to":
      return value === "" || !Number.isNaN(dayOf(value));
    case "min":
    case "max":
      return value === "" || /^\d{1,9}(\.\d{1,4})?$/.test(value);
    case "pending":
      return ["", "yes", "no"].includes(value);
    default:
      return value.length <= 200;
  }
}

/** As compared: NFKC and lower case, so that "strasse" finds "Straße" as on the server. */
export function fold(text: string): string {
  // biome-ignore lint: upper case first folds what lower case alone leaves apart (ß, ligatures).
  return text.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");
}

/** The rows for which every condition holds. */
export function select(book: Book, filter: Filter, exponent: (currency: string) => number): Selection {
  const from = filter.from ? dayOf(filter.from) : Number.NEGATIVE_INFINITY;
  const to = filter.to ? dayOf(filter.to) : Number.POSITIVE_INFINITY;
  const accounts = filter.account ? flags(book.accounts, (each) => each.id === filter.account) : null;
  const categories = filter.category
    ? flags(book.categories, ([primary, detailed]) => [primary || UNCATEGORIZED, detailed].includes(filter.category))
    : null;
  const currencies = filter.currency ? flags(book.currencies, (each) => each === filter.currency) : null;
  const merchants = filter.merchant ? flags(book.merchants, (each) => each === filter.merchant) : null;
  const kinds = filter.kind ? flags(book.kinds, (each) => each === filter.kind) : null;
  const pending = filter.pending === "" ? -1 : filter.pending === "yes" ? 1 : 0;
  const scale = book.currencies.map((currency) => 10 ** exponent(currency));
  const least = filter.min ? scale.map((unit) => Number(filter.min) * unit) : null;
  const most = filter.max ? scale.map((unit) => Number(filter.max) * unit) : null;
  const sought = fold(filter.q.trim());
  const named = sought ? flags(book.merchants, (each) => fold(each).includes(sought)) : null;
  const found = new Uint32Array(book.size);
  let count = 0;
  for (let i = 0; i < book.size; i += 1) {
    const day = book.day[i]!;
    if (day < from || day > to) continue;
    if (accounts && !accounts[book.account[i]!]) continue;
    if (currencies && !currencies[book.currency[i]!]) continue;
    if (categories && !categories[book.category[i]!]) continue;
    if (merchants && !merchants[book.merchant[i]!]) continue;
    if (kinds && !kinds[book.kind[i]!]) continue;
    if (pending >= 0 && book.pending[i] !== pending) continue;
    const size = Math.abs(book.amount[i]!);
    if (least && size < least[book.currency[i]!]!) continue;
    if (most && size > most[book.currency[i]!]!) continue;
    if (named && !named[book.merchant[i]!] && !fold(book.name[i]!).includes(sought)) continue;
    found[count] = i;
    count += 1;
  }
  return found.subarray(0, count);
}

function flags<T>(all: readonly T[], holds: (value: T) => boolean): Uint8Array {
  return Uint8Array.from(all, (value) => (holds(value) ? 1 : 0));
}
