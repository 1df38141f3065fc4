/** One truth: what the core says of these rows (tests/golden writes the files), this program says to the unit. */

import { describe, expect, test } from "vitest";
import { analyse } from "../../src/dashboard/analysis";
import { bookOf } from "../../src/dashboard/book";
import { dueNext, payingOrder, totalUtilisation } from "../../src/dashboard/credit";
import { dayOf } from "../../src/dashboard/dates";
import { formatFilter, parseFilter, select } from "../../src/dashboard/filter";
import { exponent, roundedShare } from "../../src/dashboard/money";
import { comparisons, monthly } from "../../src/dashboard/month";
import { usualMonth } from "../../src/dashboard/views/overview/usual";
import credits from "../golden/credit.json";
import drawn from "../golden/drawn.json";
import money from "../golden/money.json";
import nothing from "../golden/nothing.json";
import odd from "../golden/odd.json";
import type { CurrencyAnalysis } from "../../src/dashboard/analysis";
import type { Card, Kind, LiveBank, Loan } from "../../src/dashboard/wire";

interface Ledger {
  readonly today: string;
  readonly kinds: readonly Kind[];
  readonly banks: readonly LiveBank[];
  readonly cases: readonly {
    readonly filter: Record<string, string>;
    readonly ids: readonly string[];
    readonly analysis: readonly Record<string, unknown>[];
    readonly comparisons: readonly unknown[];
    readonly usual: readonly { readonly currency: string; readonly month: number; readonly by_today: number; readonly months: number }[];
  }[];
}

interface Credit {
  readonly today: string;
  readonly cards: readonly Card[];
  readonly loans: readonly Loan[];
  readonly utilisation: readonly unknown[];
  readonly due: readonly unknown[];
  readonly paying_order: readonly unknown[];
}

/** Under the core's names: "debtPayments" is "debt_payments", a map an object. */
function asCore(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return value.map(asCore);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key.replace(/[A-Z]|(?<=[a-z])\d+/g, (part) => `_${part.toLowerCase()}`), asCore(each)]),
  );
}

function sums(analysis: CurrencyAnalysis): unknown {
  return asCore({ ...analysis, flows: monthly(analysis) });
}

describe.each(Object.entries({ odd, drawn, nothing } as unknown as Record<string, Ledger>))("the %s rows", (_, ledger) => {
  const book = bookOf(ledger.banks, ledger.kinds);
  test.each(ledger.cases.map((each) => [JSON.stringify(each.filter), each] as const))("under %s", (_name, each) => {
    const filter = parseFilter(new URLSearchParams(each.filter).toString());
    const selection = select(book, filter, exponent);
    expect([...selection].map((i) => book.id[i])).toEqual(each.ids);
    const found = analyse(book, selection);
    expect(found.map(sums)).toEqual(each.analysis);
    expect(found.map((one) => [...one.byMonth.keys()])).toEqual(each.analysis.map((one) => Object.keys(one["by_month"] as object)));
    const undated = select(book, { ...filter, from: "", to: "" }, exponent);
    const months = comparisons(book, undated, dayOf(ledger.today)).map(({ month: _month, ...figures }) => figures);
    expect(months).toEqual(each.comparisons);
    for (const { currency, ...usual } of each.usual) {
      expect(asCore(usualMonth(book, undated, currency, dayOf(ledger.today)))).toEqual(usual);
    }
    expect(parseFilter(formatFilter(filter))).toEqual(filter);
  });
});

test.each(credits as unknown as readonly Credit[])("cards and loans together, case %#", (each) => {
  expect(asCore(totalUtilisation(each.cards))).toEqual(each.utilisation);
  expect(asCore(dueNext(each.cards, each.loans, dayOf(each.today)))).toEqual(each.due);
  expect(asCore(payingOrder(each.cards))).toEqual(each.paying_order);
});

test.each(Object.entries(money.exponents))("a minor unit of %j has %i decimals", (currency, digits) => {
  expect(exponent(currency)).toBe(digits);
});

test.each(money.shares as unknown as readonly (readonly [number, number, number, number])[])("%i of %i, of %i, is %i", (part, whole, of, share) => {
  expect(roundedShare(part, whole, of)).toBe(share);
});
