import { describe, expect, test } from "vitest";
import { dayOf, isoOf } from "../../../../src/dashboard/dates";
import { price, upcoming } from "../../../../src/dashboard/views/recurring/upcoming";
import type { Recurring } from "../../../../src/dashboard/wire";

const TODAY = dayOf("2026-11-22");

function series(changes: Partial<Recurring>): Recurring {
  return {
    key: "k", merchant: "Tunewell", account_id: "a", currency: "USD", kind: "subscription", primary: "", detailed: "", frequency: "monthly",
    state: "active", is_new: false, first_date: "2025-01-01", last_date: "2026-11-01", last_amount: 1099, usual_amount: 1099,
    next_date: "2026-12-01", yearly_cost: 13_188, price_change: null, occurrences: [["2026-11-01", 1099]], transaction_ids: ["t"], source: "own",
    ...changes,
  };
}

function days(changes: Partial<Recurring>): readonly string[] {
  return upcoming([series(changes)], TODAY).map(({ day }) => isoOf(day));
}

describe("in the next 30 days", () => {
  test("a monthly payment comes once", () => {
    expect(days({})).toEqual(["2026-12-01"]);
  });

  test("one that is due today and again in 30 days comes once: the last day is the 29th from now", () => {
    expect(days({ next_date: "2026-11-22", last_date: "2026-10-22" })).toEqual(["2026-11-22"]);
  });

  test("a weekly one comes each week", () => {
    expect(days({ frequency: "weekly", next_date: "2026-11-24" })).toEqual(["2026-11-24", "2026-12-01", "2026-12-08", "2026-12-15"]);
  });

  test("a biweekly one comes every other week", () => {
    expect(days({ frequency: "biweekly", next_date: "2026-11-27" })).toEqual(["2026-11-27", "2026-12-11"]);
  });

  test("pay on the 1st and the 15th keeps both days", () => {
    expect(days({ frequency: "semi_monthly", last_date: "2026-11-15", next_date: "2026-12-01" })).toEqual(["2026-12-01", "2026-12-15"]);
  });

  test("one beyond the days is not there, nor one without a next date, nor one that is late", () => {
    expect(days({ next_date: "2026-12-22" })).toEqual([]);
    expect(days({ next_date: null, state: "ended" })).toEqual([]);
    expect(days({ state: "late", next_date: "2026-11-10" })).toEqual([]);
  });

  test("one that was expected already stands first, and comes again", () => {
    const coming = upcoming([series({ key: "b" }), series({ key: "a", next_date: "2026-11-20" })], TODAY);
    expect(coming.map(({ series: { key } }) => key)).toEqual(["a", "b", "a"]);
  });

  test("income adds to the running sum and costs take from it", () => {
    const coming = upcoming([series({}), series({ key: "pay", kind: "income", next_date: "2026-12-04", yearly_cost: 1_200_000 })], TODAY);
    expect(coming.map(({ amount, running }) => [amount, running])).toEqual([[-1099, -1099], [100_000, 98_901]]);
  });

  test("a monthly one on the 31st waits for the last day of a short month", () => {
    const february = upcoming([series({ next_date: "2027-01-31", last_date: "2026-12-31" })], dayOf("2027-01-31"));
    expect(february.map(({ day }) => isoOf(day))).toEqual(["2027-01-31", "2027-02-28"]);
  });
});

describe("the price", () => {
  test("is the one that the yearly cost is made of, not what the last bill happened to be", () => {
    expect(price(series({ yearly_cost: 21_588, last_amount: 1549 }))).toBe(1799);
  });

  test("of an ended series is its last amount", () => {
    expect(price(series({ yearly_cost: 0, state: "ended" }))).toBe(1099);
  });

  test("of a rhythm that is new to us is the last amount", () => {
    expect(price(series({ frequency: "lunar" }))).toBe(1099);
  });
});
