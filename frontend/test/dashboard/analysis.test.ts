import { expect, test } from "vitest";
import { analyse, ranked } from "../../src/dashboard/analysis";
import { bookOf } from "../../src/dashboard/book";
import { NO_FILTER, select, within } from "../../src/dashboard/filter";
import { exponent } from "../../src/dashboard/money";
import { KINDS, TODAY, bank, row } from "./rows";
import type { CurrencyAnalysis } from "../../src/dashboard/analysis";
import type { Book } from "../../src/dashboard/book";

/** Numbers by the luck of `seed`, from 0 up to `below`: the same in every run. */
function luck(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function drawn(seed: number): Book {
  const next = luck(seed);
  const rows = Array.from({ length: next(300) }, () =>
    row({
      day: TODAY - next(400),
      amount: next(90_000) - 20_000,
      currency: ["USD", "JPY", "KWD"][next(3)]!,
      merchant: `Merchant ${next(40)}`,
      kind: KINDS[next(KINDS.length)]!,
      account: next(2),
      category: next(2),
      pending: next(9) === 0,
    }),
  );
  return bookOf([bank("one", rows.slice(0, 100)), bank("two", rows.slice(100))], KINDS);
}

function everything(book: Book): readonly CurrencyAnalysis[] {
  return analyse(book, select(book, NO_FILTER, exponent));
}

const total = (sums: ReadonlyMap<string, number>): number => [...sums.values()].reduce((sum, each) => sum + each, 0);
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed + 1);

test.each(SEEDS)("every split of what was spent sums to it, draw %i", (seed) => {
  for (const sums of everything(drawn(seed))) {
    for (const split of [sums.byMonth, sums.byCategory, sums.byDetailed, sums.byMerchant, sums.byAccount]) {
      expect(total(split)).toBe(sums.spent);
    }
    expect(total(sums.incomeByMonth)).toBe(sums.income);
    expect(total(sums.cashByMonth)).toBe(sums.cash);
    expect(total(sums.debtPaymentsByMonth)).toBe(sums.debtPayments);
    expect(sums.net).toBe(sums.income - sums.spent - sums.debtPayments - sums.cash);
  }
});

test.each(SEEDS)("every row is in one currency, and two halves sum to the whole, draw %i", (seed) => {
  const book = drawn(seed);
  const whole = everything(book);
  expect(whole.reduce((rows, sums) => rows + sums.count, 0)).toBe(book.size);
  const all = select(book, NO_FILTER, exponent);
  const [late, early] = [within(book, all, TODAY - 200, TODAY), within(book, all, TODAY - 1_000, TODAY - 201)].map((rows) => analyse(book, rows));
  for (const { currency, spent, transfers, count } of whole) {
    const halves = [late, early].flatMap((half) => half!.filter((sums) => sums.currency === currency));
    expect(halves.reduce((sum, half) => sum + half.spent, 0)).toBe(spent);
    expect(halves.reduce((sum, half) => sum + half.transfers, 0)).toBe(transfers);
    expect(halves.reduce((sum, half) => sum + half.count, 0)).toBe(count);
  }
});

test("nothing is summed of nothing", () => {
  expect(everything(bookOf([], KINDS))).toEqual([]);
  expect(everything(bookOf([bank("one", [])], KINDS))).toEqual([]);
});

test("a refund that takes all back leaves a zero, which is no minus zero, under its names", () => {
  const [sums] = everything(bookOf([bank("one", [row({ amount: 500 }), row({ amount: -500 })])], KINDS));
  expect(sums!.spent).toBe(0);
  expect([...sums!.byMerchant]).toEqual([["Corner Bakery", 0]]);
  expect(Object.is(sums!.income, 0)).toBe(true);
});

test("income of nothing is a zero that is no minus zero, by month too", () => {
  const [sums] = everything(bookOf([bank("one", [row({ kind: "income", amount: 0 })])], KINDS));
  expect([...sums!.incomeByMonth]).toEqual([["2026-11", 0]]);
  expect(sums!.income).toBe(0);
});

test("more than 256 currencies, accounts and categories are told apart", () => {
  const many = Array.from({ length: 300 }, (_, i) => i);
  const codes = many.map((i) => [`P${i}`, `P${i}_D`, `P${i}`, `P${i}_D`] as const);
  const rows = many.map((i) => row({ currency: `C${i}`, account: i, category: i, amount: i }));
  const found = everything(bookOf([bank("one", rows, { account_ids: many.map((i) => `a${i}`), categories: codes })], KINDS));
  expect(found).toHaveLength(300);
  for (const { currency, byCategory, byAccount } of found) {
    const i = Number(currency.slice(1));
    expect([...byCategory]).toEqual([[`P${i}`, i]]);
    expect([...byAccount]).toEqual([[`a${i}`, i]]);
  }
});

test("the largest comes first, and of equal ones the first by name", () => {
  expect(ranked(new Map([["b", 1], ["a", 1], ["c", 9], ["d", -4]]))).toEqual([["c", 9], ["a", 1], ["b", 1], ["d", -4]]);
});
