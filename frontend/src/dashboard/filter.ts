/**
 * Which transactions to look at. The filter lives in the address after the `#`, which no server ever sees.
 *
 * The same conditions as keepless/core/filters.py, and held equal to it by golden cases. Every field is text, "" asks
 * nothing; dates are inclusive "YYYY-MM-DD", `min` and `max` major units ("12.50") compared with the amount's size.
 */

import { dayOf } from "./dates";
import { fold } from "./fold";
import type { Book } from "./book";
import type { Kind } from "./wire";

export { fold } from "./fold";

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
const KINDS: readonly string[] = ["spending", "income", "transfer", "card_payment", "debt_payment", "cash"] satisfies readonly Kind[];
/** As far as the server's own reading of the same conditions goes (keepless/web/query.py). */
const LONGEST: Partial<Record<keyof Filter, number>> = { q: 100, merchant: 200 };

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
    case "kind":
      return value === "" || KINDS.includes(value);
    default:
      return value.length <= (LONGEST[field] ?? 80);
  }
}

/** The rows for which every condition holds. */
export function select(book: Book, filter: Filter, exponent: (currency: string) => number): Selection {
  if (!isFiltered(filter)) return new Uint32Array(book.size).map((_, i) => i);
  const from = filter.from ? dayOf(filter.from) : Number.NEGATIVE_INFINITY;
  const to = filter.to ? dayOf(filter.to) : Number.POSITIVE_INFINITY;
  const accounts = filter.account ? flags(book.accounts, (each) => each.id === filter.account) : null;
  const categories = filter.category
    ? flags(book.categories, ([primary, detailed]) => [primary || UNCATEGORIZED, detailed].includes(filter.category))
    : null;
  const filed = filter.category ? flags(book.categories, ([, , primary, detailed]) => [primary, detailed].includes(filter.category)) : null;
  const spending = book.kinds.indexOf("spending");
  const currencies = filter.currency ? flags(book.currencies, (each) => each === filter.currency) : null;
  const merchants = filter.merchant ? flags(book.merchants, (each) => each === filter.merchant) : null;
  const kinds = filter.kind ? flags(book.kinds, (each) => each === filter.kind) : null;
  const pending = filter.pending === "" ? -1 : filter.pending === "yes" ? 1 : 0;
  const least = filter.min ? bounds(book, filter.min, exponent, Math.ceil) : null;
  const most = filter.max ? bounds(book, filter.max, exponent, Math.floor) : null;
  const sought = fold(filter.q.trim());
  const named = sought ? flags(folded(book).merchants, (each) => each.includes(sought)) : null;
  const texts = sought ? flags(folded(book).texts, (each) => each.includes(sought)) : null;
  const found = new Uint32Array(book.size);
  let count = 0;
  for (let i = 0; i < book.size; i += 1) {
    const day = book.day[i]!;
    if (day < from || day > to) continue;
    if (accounts && !accounts[book.account[i]!]) continue;
    if (currencies && !currencies[book.currency[i]!]) continue;
    if (categories && filed && !categories[book.category[i]!] && !(filed[book.category[i]!] && book.kind[i] === spending)) continue;
    if (merchants && !merchants[book.merchant[i]!]) continue;
    if (kinds && !kinds[book.kind[i]!]) continue;
    if (pending >= 0 && book.pending[i] !== pending) continue;
    const size = Math.abs(book.amount[i]!);
    if (least && size < least[book.currency[i]!]!) continue;
    if (most && size > most[book.currency[i]!]!) continue;
    if (named && texts && !named[book.merchant[i]!] && !texts[book.text[i]!]) continue;
    found[count] = i;
    count += 1;
  }
  return found.subarray(0, count);
}

function flags<T>(all: readonly T[], holds: (value: T) => boolean): Uint8Array {
  const found = new Uint8Array(all.length);
  for (let i = 0; i < found.length; i += 1) found[i] = holds(all[i]!) ? 1 : 0;
  return found;
}

/** `text` ("12.345") in minor units of each of the book's currencies, whole ones: no binary fraction is compared. */
function bounds(book: Book, text: string, exponent: (currency: string) => number, whole: (units: number) => number): Float64Array {
  const [major = "", fraction = ""] = text.split(".");
  return Float64Array.from(book.currencies, (currency) => {
    const digits = exponent(currency);
    const units = Number(major + fraction.slice(0, digits).padEnd(digits, "0"));
    const below = /[1-9]/.test(fraction.slice(digits)) ? 0.5 : 0; // digits below the minor unit: between two of them
    return whole(units + below);
  });
}

interface FoldedTexts {
  readonly merchants: readonly string[];
  readonly texts: readonly string[];
}

const foldedBooks = new WeakMap<Book, FoldedTexts>();

/** The book's texts as compared, folded at the first search and kept as long as the book. */
function folded(book: Book): FoldedTexts {
  let known = foldedBooks.get(book);
  if (known === undefined) {
    known = { merchants: book.merchants.map(fold), texts: book.texts.map(fold) };
    foldedBooks.set(book, known);
  }
  return known;
}

/** Those of `selection` from `first` to `last`, days that are both included: they stand together, newest first. */
export function within(book: Book, selection: Selection, first: number, last: number): Selection {
  return selection.subarray(placeBefore(book, selection, last), placeBefore(book, selection, first - 1));
}

/** How many of the selection are later than `day`. */
function placeBefore(book: Book, selection: Selection, day: number): number {
  let [low, high] = [0, selection.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (book.day[selection[middle]!]! > day) low = middle + 1;
    else high = middle;
  }
  return low;
}
