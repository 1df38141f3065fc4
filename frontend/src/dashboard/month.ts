/**
 * Months beside each other: income against spending, and how this month compares.
 *
 * The same figures as keepless/core/cashflow.py, held equal by golden cases. Minor units, per currency.
 */

import { analyse } from "./analysis";
import { monthSoFar, monthsBetween, sameDaysLastMonth } from "./dates";
import { within } from "./filter";
import { roundedShare } from "./money";
import type { CurrencyAnalysis } from "./analysis";
import type { Book } from "./book";
import type { Selection } from "./filter";
import type { Minor } from "./wire";

/** One month of one currency. `net` is income less spending, debt payments and cash. */
export interface MonthFlow {
  readonly month: string;
  readonly income: Minor;
  readonly spent: Minor;
  readonly debtPayments: Minor;
  readonly cash: Minor;
  readonly net: Minor;
}

/** Every month from the first with a sum to the last, those in between without one included. */
export function monthly(sums: CurrencyAnalysis): readonly MonthFlow[] {
  const seen = [sums.incomeByMonth, sums.byMonth, sums.debtPaymentsByMonth, sums.cashByMonth].flatMap((split) => [...split.keys()]).sort();
  if (seen.length === 0) return [];
  return monthsBetween(seen[0]!, seen.at(-1)!).map((month) => {
    const income = sums.incomeByMonth.get(month) ?? 0;
    const spent = sums.byMonth.get(month) ?? 0;
    const debtPayments = sums.debtPaymentsByMonth.get(month) ?? 0;
    const cash = sums.cashByMonth.get(month) ?? 0;
    return { month, income, spent, debtPayments, cash, net: income - spent - debtPayments - cash };
  });
}

/** Spending so far this month beside that of the same days last month. */
export interface Comparison {
  readonly currency: string;
  readonly now: Minor;
  readonly before: Minor;
  /** Per mille of `before` (-80: 8 % less), null where nothing was spent before to compare with. */
  readonly change: number | null;
  /** All of this month so far; null where it has no row of this currency. */
  readonly month: CurrencyAnalysis | null;
}

/**
 * One comparison for each currency of the two spans of days, in the order of this month's rows.
 *
 * `rows` are without a condition on days (`undated`): this month is this month whatever days are looked at.
 */
export function comparisons(book: Book, rows: Selection, today: number): readonly Comparison[] {
  const months = analyse(book, within(book, rows, ...monthSoFar(today)));
  const earlier = analyse(book, within(book, rows, ...sameDaysLastMonth(today)));
  const currencies = new Set([...months, ...earlier].map((each) => each.currency));
  return [...currencies].map((currency) => {
    const month = months.find((each) => each.currency === currency) ?? null;
    const now = month?.spent ?? 0;
    const before = earlier.find((each) => each.currency === currency)?.spent ?? 0;
    return { currency, now, before, change: before > 0 ? roundedShare(now - before, before, 1000) : null, month };
  });
}
