import { describe, expect, test } from "vitest";
import { bookOf } from "../../src/dashboard/book";
import { dayOf, daysOfMonth, isoOf, monthAfter, monthsBetween, sameDaysLastMonth } from "../../src/dashboard/dates";
import { NO_FILTER, formatFilter, isFiltered, parseFilter, select, within } from "../../src/dashboard/filter";
import { exponent } from "../../src/dashboard/money";
import { KINDS, TODAY, bank, row } from "./rows";

describe("an address", () => {
  test.each([
    "from=2026-02-30", "to=yesterday", "min=1e3", "min=-1", "max=0.12345", "max=1234567890", "pending=maybe", "kind=gift",
    `q=${"a".repeat(101)}`, "nonsense=1", "from=", "min=%00", "__proto__=1", "constructor=1",
  ])("with %s asks nothing", (text) => {
    expect(parseFilter(text)).toEqual(NO_FILTER);
    expect(isFiltered(parseFilter(text))).toBe(false);
  });

  test("comes back as it was, whatever is searched for", () => {
    for (const q of ["a&b=c", "50 %", "#", "🍕", "ß ?", "\\", "+1", "<script>"]) {
      const filter = { ...NO_FILTER, q, min: "0.01", kind: "cash" };
      expect(parseFilter(formatFilter(filter))).toEqual(filter);
    }
  });

  test("of a filter that asks nothing is empty", () => expect(formatFilter(NO_FILTER)).toBe(""));
});

test("rows of two banks stand newest first, and those of a day in their bank's own order", () => {
  const [a, b, c, d] = [row({ day: 10 }), row({ day: 5 }), row({ day: 10 }), row({ day: 7 })];
  const book = bookOf([bank("one", [a, b]), bank("two", [c, d])], KINDS);
  expect(book.id).toEqual([a, c, d, b].map(([id]) => id));
  expect(book.months).toEqual(["1970-01"]);
});

test("an account of one name at two banks is two accounts", () => {
  const book = bookOf([bank("one", [row()]), bank("two", [row()])], KINDS);
  expect([...book.account].map((place) => book.accounts[place]!.bank)).toEqual(["Bank one", "Bank two"]);
});

test("days are cut out of a selection with both their ends", () => {
  const book = bookOf([bank("one", [9, 8, 8, 6, 5].map((day) => row({ day })))], KINDS);
  const all = select(book, NO_FILTER, exponent);
  const days = (first: number, last: number): number[] => [...within(book, all, first, last)].map((i) => book.day[i]!);
  expect(days(6, 8)).toEqual([8, 8, 6]);
  expect(days(0, 99)).toEqual([9, 8, 8, 6, 5]);
  expect(days(7, 7)).toEqual([]);
  expect(days(8, 6)).toEqual([]);
});

test("an amount beyond what a binary fraction can tell is compared to the unit", () => {
  const most = 9_007_199_254_740_991;
  const book = bookOf([bank("one", [row({ amount: most }), row({ amount: most - 1 })])], KINDS);
  expect(select(book, { ...NO_FILTER, min: "0.01" }, exponent)).toHaveLength(2);
  expect(select(book, { ...NO_FILTER, max: "999999999" }, exponent)).toHaveLength(0);
});

describe("days", () => {
  test("a month after and before, over the year's end", () => {
    expect([monthAfter("2026-12"), monthAfter("2026-01", -1), monthAfter("2026-11", -13)]).toEqual(["2027-01", "2025-12", "2025-10"]);
    expect(monthsBetween("2025-11", "2026-02")).toEqual(["2025-11", "2025-12", "2026-01", "2026-02"]);
    expect(monthsBetween("2026-02", "2026-01")).toEqual([]);
  });

  test.each([
    ["2026-11-22", "2026-10-01", "2026-10-22"],
    ["2026-03-31", "2026-02-01", "2026-02-28"],
    ["2028-03-30", "2028-02-01", "2028-02-29"],
    ["2026-01-01", "2025-12-01", "2025-12-01"],
  ])("the same days of the month before %s are %s to %s", (today, first, last) => {
    expect(sameDaysLastMonth(dayOf(today)).map(isoOf)).toEqual([first, last]);
  });

  test("a month has all its days", () => {
    expect(daysOfMonth("2028-02").map(isoOf)).toEqual(["2028-02-01", "2028-02-29"]);
    expect(isoOf(TODAY)).toBe("2026-11-22");
  });
});
