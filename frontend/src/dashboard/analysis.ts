/**
 * Sums of a selection: by month, category, merchant and account, per currency; never over currencies.
 *
 * The same figures as keepless/core/spending.py gives for the same rows, held equal by golden cases. Which row is what,
 * the server has decided: nothing is judged here. Minor units; refunds are netted; income is positive.
 */

import type { Book } from "./book";
import type { Selection } from "./filter";
import type { Kind, Minor } from "./wire";

export type Sums = ReadonlyMap<string, Minor>;

/** Months ascend; the keys of the other splits come in no order of meaning (`ranked` gives them one). */
export interface CurrencyAnalysis {
  readonly currency: string;
  readonly spent: Minor;
  readonly income: Minor;
  readonly cash: Minor;
  readonly debtPayments: Minor;
  readonly transfers: Minor;
  readonly cardPayments: Minor;
  readonly net: Minor;
  readonly byMonth: Sums;
  readonly byCategory: Sums;
  readonly byDetailed: Sums;
  readonly byMerchant: Sums;
  readonly byAccount: Sums;
  readonly incomeByMonth: Sums;
  readonly cashByMonth: Sums;
  readonly debtPaymentsByMonth: Sums;
  readonly count: number;
  readonly pendingCount: number;
}

/** One analysis per currency, the one with the most rows first. */
export function analyse(book: Book, selection: Selection): readonly CurrencyAnalysis[] {
  return byCurrency(book, selection)
    .map(([currency, rows]) => analyseCurrency(book, currency, rows))
    .sort((a, b) => b.count - a.count || (a.currency < b.currency ? -1 : 1));
}

/** The selection apart by currency, without the currencies that it has no row of. */
function byCurrency(book: Book, selection: Selection): readonly (readonly [currency: string, rows: Selection])[] {
  const counts = new Uint32Array(book.currencies.length);
  for (let i = 0; i < selection.length; i += 1) counts[book.currency[selection[i]!]!]! += 1;
  const shares = book.currencies.map((currency, place) => {
    const alone = counts[place] === selection.length;
    return [currency, alone ? selection : new Uint32Array(counts[place]!)] as const;
  });
  if (shares.every(([, rows]) => rows !== selection)) {
    counts.fill(0);
    for (let i = 0; i < selection.length; i += 1) {
      const row = selection[i]!;
      const place = book.currency[row]!;
      shares[place]![1][counts[place]!++] = row;
    }
  }
  return shares.filter(([, rows]) => rows.length > 0);
}

/** A sum for each place of a list. A place that was added to is there even where its sum is zero. */
class Tally {
  readonly sums: Float64Array;
  readonly #used: Uint8Array;

  constructor(readonly places: number) {
    this.sums = new Float64Array(places);
    this.#used = new Uint8Array(places);
  }

  add(place: number, amount: Minor): void {
    this.sums[place]! += amount;
    this.#used[place] = 1;
  }

  /** The sums under the names of their places; those of one name together. `sign` turns them round. */
  named(name: (place: number) => string, sign: 1 | -1 = 1): Map<string, Minor> {
    const named = new Map<string, Minor>();
    for (let place = 0; place < this.places; place += 1) {
      if (this.#used[place] === 0) continue;
      const key = name(place);
      named.set(key, (named.get(key) ?? 0) + sign * this.sums[place]!); // 0 + -0 is 0
    }
    return named;
  }

  total(): Minor {
    return this.sums.reduce((sum, each) => sum + each, 0);
  }
}

function analyseCurrency(book: Book, currency: string, rows: Selection): CurrencyAnalysis {
  const kind = (name: Kind): number => book.kinds.indexOf(name);
  const [spending, transfer, cardPayment] = [kind("spending"), kind("transfer"), kind("card_payment")];
  const monthly = book.kinds.map(() => new Tally(book.months.length));
  const categories = new Tally(book.categories.length);
  const merchants = new Tally(book.merchants.length);
  const accounts = new Tally(book.accounts.length);
  const cardAccounts = new Tally(book.accounts.length);
  let [transfers, pendingCount] = [0, 0];
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i]!;
    const amount = book.amount[row]!;
    const its = book.kind[row]!;
    pendingCount += book.pending[row]!;
    monthly[its]!.add(book.month[row]!, amount);
    if (its === spending) {
      categories.add(book.category[row]!, amount);
      merchants.add(book.merchant[row]!, amount);
      accounts.add(book.account[row]!, amount);
    } else if (its === transfer) {
      transfers += Math.abs(amount);
    } else if (its === cardPayment) {
      cardAccounts.add(book.account[row]!, amount);
    }
  }
  const months = (name: Kind, sign: 1 | -1 = 1): Map<string, Minor> =>
    new Map([...(monthly[kind(name)]?.named((place) => book.months[place]!, sign) ?? [])].reverse());
  const sum = (name: Kind): Minor => monthly[kind(name)]?.total() ?? 0;
  const [spent, income, cash, debtPayments] = [sum("spending"), -sum("income") || 0, sum("cash"), sum("debt_payment")];
  return {
    currency, spent, income, cash, debtPayments, transfers,
    cardPayments: moved(book, cardAccounts),
    net: income - spent - debtPayments - cash,
    byMonth: months("spending"),
    byCategory: categories.named((place) => book.categories[place]![2]),
    byDetailed: categories.named((place) => book.categories[place]![3]),
    byMerchant: merchants.named((place) => book.merchants[place]!),
    byAccount: accounts.named((place) => book.accounts[place]!.id),
    incomeByMonth: months("income", -1),
    cashByMonth: months("cash"),
    debtPaymentsByMonth: months("debt_payment"),
    count: rows.length, pendingCount,
  };
}

/** The same money leaves a bank account and reaches a card; where one is not connected the other tells (rule S2). */
function moved(book: Book, accounts: Tally): Minor {
  let [paid, received] = [0, 0];
  book.accounts.forEach(({ account }, place) => {
    if (account?.type === "credit") received -= accounts.sums[place]!;
    else paid += accounts.sums[place]!;
  });
  return Math.max(paid, received, 0);
}

/** The entries, largest first, equal ones by key. */
export function ranked(sums: Sums): readonly (readonly [key: string, amount: Minor])[] {
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
