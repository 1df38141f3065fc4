import { expect, test } from "vitest";
import { bookOf } from "../../../../src/dashboard/book";
import { dayOf } from "../../../../src/dashboard/dates";
import { usualMonth } from "../../../../src/dashboard/views/overview/usual";
import { KINDS, TODAY, bank, row } from "../../rows";
import type { Told } from "../../rows";

/** The usual month of these rows, all of which are looked at. */
function usual(...told: Told[]) {
  const book = bookOf([bank("one", told.map(row))], KINDS);
  return usualMonth(book, Uint32Array.from({ length: book.size }, (_, place) => place), "USD", TODAY);
}

const spent = (date: string, amount: number): Told => ({ day: dayOf(date), amount });

test("the usual month is the middle one of the whole months before this one, all of it and by this day", () => {
  const rows = [spent("2026-08-01", 100), spent("2026-08-30", 900), spent("2026-09-22", 300), spent("2026-10-23", 5_000), spent("2026-11-02", 70)];
  expect(usual(...rows)).toEqual({ month: 1_000, byToday: 100, months: 3 });
});

test("of two in the middle it is their mean, rounded down", () => {
  expect(usual(spent("2026-09-01", 100), spent("2026-10-01", 201))).toEqual({ month: 150, byToday: 150, months: 2 });
});

test("a month that is known in part is none", () => {
  expect(usual(spent("2026-09-02", 100), spent("2026-10-01", 200))).toBeNull();
});

test("what is no spending counts for nothing", () => {
  const income = { ...spent("2026-10-01", -9_000), kind: "income" } as const;
  expect(usual(spent("2026-09-01", 100), income)).toEqual({ month: 50, byToday: 50, months: 2 });
});

test("without rows there is no usual month", () => {
  expect(usual()).toBeNull();
});
