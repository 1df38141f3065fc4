/**
 * All rows of all banks that answered, as columns: a filter over 50,000 rows touches a few typed arrays and nothing else.
 *
 * Row `i` of every column is the same transaction; rows are newest first. Texts and codes are kept once, by place.
 */

import { monthOf } from "./dates";
import type { Account, Category, Kind, LiveBank } from "./wire";

export interface BookAccount {
  readonly id: string;
  readonly bank: string;
  /** Null where rows name an account that the bank did not list. */
  readonly account: Account | null;
}

export interface Book {
  readonly size: number;
  readonly id: readonly string[];
  /** Whole days since 1970-01-01. */
  readonly day: Int32Array;
  readonly posted: Int32Array;
  /** Minor units with Plaid's sign: positive leaves the account. Exact up to 2^53. */
  readonly amount: Float64Array;
  readonly account: Uint32Array;
  readonly category: Uint32Array;
  readonly currency: Uint32Array;
  readonly kind: Uint8Array;
  readonly merchant: Uint32Array;
  /** Of `day`, as a place in `months`. */
  readonly month: Uint32Array;
  /** The bank's own text, as a place in `texts`. */
  readonly text: Uint32Array;
  /** The bank's own text; the merchant's name where the two are one. */
  readonly name: readonly string[];
  readonly pending: Uint8Array;
  readonly accounts: readonly BookAccount[];
  readonly categories: readonly Category[];
  readonly currencies: readonly string[];
  readonly kinds: readonly Kind[];
  readonly merchants: readonly string[];
  /** "YYYY-MM", newest first. */
  readonly months: readonly string[];
  readonly texts: readonly string[];
}

/** A list in which each value has one place. */
class Places<T> {
  readonly all: T[] = [];
  readonly #place = new Map<string, number>();

  of(key: string, value: T): number {
    let place = this.#place.get(key);
    if (place === undefined) {
      place = this.all.push(value) - 1;
      this.#place.set(key, place);
    }
    return place;
  }
}

/** The book of these banks' rows. `kinds` are those of the stream's first line. */
export function bookOf(banks: readonly LiveBank[], kinds: readonly Kind[]): Book {
  const rows = banks.flatMap((bank, place) => bank.rows.map((row) => ({ row, place })));
  rows.sort((a, b) => b.row[2] - a.row[2]); // stable: a bank's own order stays within a day
  const accounts = new Places<BookAccount>();
  const categories = new Places<Category>();
  const currencies = new Places<string>();
  const merchants = new Places<string>();
  const texts = new Places<string>();
  const months: string[] = [];
  const accountPlaces = banks.map((bank) => {
    const known = new Map(bank.accounts.map((account) => [account.id, account]));
    return bank.account_ids.map((id) =>
      accounts.of(`${bank.key} ${id}`, { id, bank: bank.bank.name, account: known.get(id) ?? null }),
    );
  });
  const categoryPlaces = banks.map((bank) => bank.categories.map((codes) => categories.of(codes.slice(0, 2).join(" "), codes)));
  const size = rows.length;
  const book = {
    size,
    id: new Array<string>(size),
    day: new Int32Array(size),
    posted: new Int32Array(size),
    amount: new Float64Array(size),
    account: new Uint32Array(size),
    category: new Uint32Array(size),
    currency: new Uint32Array(size),
    kind: new Uint8Array(size),
    merchant: new Uint32Array(size),
    month: new Uint32Array(size),
    text: new Uint32Array(size),
    name: new Array<string>(size),
    pending: new Uint8Array(size),
  };
  rows.forEach(({ row, place }, i) => {
    const [id, account, day, posted, amount, currency, merchant, name, category, kind, pending] = row;
    if (i === 0 || day !== book.day[i - 1]) {
      const month = monthOf(day);
      if (month !== months.at(-1)) months.push(month);
    }
    book.id[i] = id;
    book.day[i] = day;
    book.posted[i] = posted;
    book.amount[i] = amount;
    book.account[i] = accountPlaces[place]![account]!;
    book.category[i] = categoryPlaces[place]![category]!;
    book.currency[i] = currencies.of(currency, currency);
    book.kind[i] = kind;
    book.merchant[i] = merchants.of(merchant, merchant);
    book.month[i] = months.length - 1;
    const text = name || merchant;
    book.text[i] = texts.of(text, text);
    book.name[i] = text;
    book.pending[i] = pending;
  });
  return {
    ...book,
    accounts: accounts.all,
    categories: categories.all,
    currencies: currencies.all,
    kinds,
    merchants: merchants.all,
    months,
    texts: texts.all,
  };
}
