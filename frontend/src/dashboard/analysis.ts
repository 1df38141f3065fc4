/**
 * Sums of a selection: by month, category, merchant and account, per currency; never over currencies.
 *
 * The same figures as keepless/core/spending.py gives for the same rows, held equal by golden cases. Which row is what,
 * the server has decided: nothing is judged here. Minor units; refunds are netted; income is positive.
 */

import { monthOf } from "./dates";
import type { Book } from "./book";
import type { Selection } from "./filter";
import type { Minor } from "./wire";

export type Sums = ReadonlyMap<string, Minor>;

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
  return book.currencies
    .map((currency, place) => analyseCurrency(book, selection, currency, place))
    .filter((sums) => sums.count > 0)
    .sort((a, b) => b.count - a.count || (a.currency < b.currency ? -1 : 1));
}

function analyseCurrency(book: Book, selection: Selection, currency: string, place: number): CurrencyAnalysis {
  const [byMonth, byCategory, byDetailed, byMerchant, byAccount] = [0, 0, 0, 0, 0].map(() => new Map<string, Minor>()) as [
    Map<string, Minor>, Map<string, Minor>, Map<string, Minor>, Map<string, Minor>, Map<string, Minor>,
  ];
  const incomeByMonth = new Map<string, Minor>();
  const cashByMonth = new Map<string, Minor>();
  const debtPaymentsByMonth = new Map<string, Minor>();
  let [spent, income, cash, debtPayments, transfers, count, pendingCount] = [0, 0, 0, 0, 0, 0, 0];
  let [fromBanks, toCards] = [0, 0];
  let day = Number.NaN;
  let month = "";
  for (const i of selection) {
    if (book.currency[i] !== place) continue;
    count += 1;
    pendingCount += book.pending[i]!;
    if (book.day[i] !== day) {
      day = book.day[i]!;
      month = monthOf(day);
    }
    const amount = book.amount[i]!;
    const account = book.accounts[book.account[i]!]!;
    switch (book.kinds[book.kind[i]!]) {
      case "spending": {
        const category = book.categories[book.category[i]!]!;
        spent += amount;
        add(byMonth, month, amount);
        add(byCategory, category[2], amount);
        add(byDetailed, category[3], amount);
        add(byMerchant, book.merchants[book.merchant[i]!]!, amount);
        add(byAccount, account.id, amount);
        break;
      }
      case "income":
        income -= amount;
        add(incomeByMonth, month, -amount);
        break;
      case "cash":
        cash += amount;
        add(cashByMonth, month, amount);
        break;
      case "debt_payment":
        debtPayments += amount;
        add(debtPaymentsByMonth, month, amount);
        break;
      case "card_payment":
        if (account.account?.type === "credit") toCards -= amount;
        else fromBanks += amount;
        break;
      default:
        transfers += Math.abs(amount);
    }
  }
  return {
    currency, spent, income, cash, debtPayments, transfers,
    cardPayments: Math.max(fromBanks, toCards),
    net: income - spent - debtPayments - cash,
    byMonth, byCategory, byDetailed, byMerchant, byAccount, incomeByMonth, cashByMonth, debtPaymentsByMonth,
    count, pendingCount,
  };
}

function add(sums: Map<string, Minor>, key: string, amount: Minor): void {
  sums.set(key, (sums.get(key) ?? 0) + amount);
}

/** The entries, largest first, equal ones by key. */
export function ranked(sums: Sums): readonly (readonly [key: string, amount: Minor])[] {
  return [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
