import { expect, test } from "vitest";
import { categoriesIn, courseOf, latestWhole, seriesOf, spentIn } from "../../../src/dashboard/trends/series";
import type { TrendMonth } from "../../../src/dashboard/trends/wire";

function month(name: string, spent: number, changes: Partial<TrendMonth> = {}): TrendMonth {
  const by_category = [{ key: "FOOD_AND_DRINK", spent: spent - 1 }, { key: "TRAVEL", spent: 1 }];
  return { month: name, currency: "USD", source: "banks", complete: true, spent, income: 0, debt_payments: 0, cash: 0, by_category, ...changes };
}

const year = (from: number, spent: number): TrendMonth[] =>
  Array.from({ length: 12 }, (_, i) => month(`${from}-${String(i + 1).padStart(2, "0")}`, spent));

test("currencies stand apart, in the server's order, and nothing is added over them", () => {
  const every = seriesOf([month("2026-01", 5), month("2026-02", 7), month("2026-01", 9, { currency: "EUR" })]);
  expect(every.map(({ currency, months }) => [currency, months.map(({ told }) => told?.spent)])).toEqual([["USD", [5, 7]], ["EUR", [9]]]);
});

test("a month in between that nobody knows has a place and no figure", () => {
  const [usd] = seriesOf([month("2025-12", 5), month("2026-02", 7)]);
  expect(usd!.months).toMatchObject([{ month: "2025-12" }, { month: "2026-01", told: null }, { month: "2026-02" }]);
});

test("a category that a month does not have was not spent on", () => {
  expect(spentIn(month("2026-01", 10), "TRAVEL")).toBe(1);
  expect(spentIn(month("2026-01", 10), "MEDICAL")).toBe(0);
  expect(spentIn(month("2026-01", 10), "")).toBe(10);
});

test("categories of several months are summed, the largest first", () => {
  expect(categoriesIn([month("2026-01", 10), month("2026-02", 3)])).toEqual([{ key: "FOOD_AND_DRINK", spent: 11 }, { key: "TRAVEL", spent: 2 }]);
});

test("the last twelve whole months stand beside the twelve before, and months in part count for nothing", () => {
  const [usd] = seriesOf([...year(2024, 1_000), ...year(2025, 920), month("2026-01", 5, { complete: false })]);
  expect(courseOf(usd!, "")).toEqual({ months: 12, average: 920, change: -80 });
  expect(latestWhole(usd!, 12).map(({ month: name }) => name)).toEqual(year(2025, 0).map(({ month: name }) => name));
});

test("fewer months are compared half with half, and an average is rounded to the minor unit, half to even", () => {
  const [usd] = seriesOf([month("2026-01", 100), month("2026-02", 2), month("2026-03", 3), month("2026-04", 2)]);
  expect(courseOf(usd!, "")).toEqual({ months: 2, average: 2, change: -951 });
});

test("a single whole month has no course, and what began at nothing has no change", () => {
  expect(courseOf(seriesOf([month("2026-01", 100)])[0]!, "")).toBeNull();
  expect(courseOf(seriesOf([month("2026-01", 0), month("2026-02", 9)])[0]!, "")).toMatchObject({ average: 9, change: null });
  expect(courseOf(seriesOf([month("2026-01", 10), month("2026-02", 30)])[0]!, "FOOD_AND_DRINK")).toMatchObject({ average: 29, change: 2222 });
});
