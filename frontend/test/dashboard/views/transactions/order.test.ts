import { describe, expect, it } from "vitest";
import { bookOf } from "../../../../src/dashboard/book";
import { sumsOf } from "../../../../src/dashboard/parts/filter-bar/sums";
import { SORTS, arranged, ordered, pressed } from "../../../../src/dashboard/views/transactions/order";
import type { LiveBank, Row } from "../../../../src/dashboard/wire";

// Newest first, as a bank sends them: id, account, day, posted, amount, currency, merchant, name, category, kind, pending.
const ROWS: readonly Row[] = [
  ["a", 0, 20_009, 20_009, 1_250, "USD", "Émile", "", 0, 0, 1],
  ["b", 0, 20_008, 20_008, -90_000, "USD", "acme", "", 0, 1, 0],
  ["c", 0, 20_008, 20_008, 700, "EUR", "Zoo", "", 0, 0, 0],
  ["d", 0, 20_001, 20_002, 99_999, "USD", "Émile", "", 0, 0, 0],
];
const BOOK = bookOf(
  [{ key: "k", bank: { name: "Bank" }, accounts: [], account_ids: ["x"], categories: [["", "", "", ""]], rows: ROWS } as unknown as LiveBank],
  ["spending", "income"],
);
const ids = (places: Uint32Array): string => [...places].map((place) => BOOK.id[place]).join("");

describe("the order of the rows", () => {
  it.each([
    ["date-down", "abcd"],
    ["date-up", "dbca"],
    ["amount-down", "dabc"],
    ["amount-up", "badc"],
    ["who-up", "badc"],
    ["who-down", "cadb"],
  ] as const)("%s is %s", (sort, order) => expect(ids(ordered(BOOK, sort, "en"))).toBe(order));

  it("never mixes the amounts of two currencies", () => {
    const currencies = [...ordered(BOOK, "amount-up", "en")].map((place) => BOOK.currency[place]!);
    expect(currencies).toEqual(currencies.toSorted());
  });

  it("is kept when a filter leaves rows out", () => {
    for (const sort of SORTS) {
      const order = ordered(BOOK, sort, "en");
      const chosen = Uint32Array.of(0, 2, 3);
      expect([...arranged(order, chosen)]).toEqual([...order].filter((place) => place !== 1));
    }
  });

  it("turns round at the second press on a heading, and begins anew at another", () => {
    expect(pressed("amount", "date-down")).toBe("amount-down");
    expect(pressed("amount", "amount-down")).toBe("amount-up");
    expect(pressed("amount", "amount-up")).toBe("amount-down");
    expect(pressed("who", "amount-up")).toBe("who-up");
    expect(pressed("date", "date-down")).toBe("date-up");
  });
});

describe("what the rows come to", () => {
  it("is money out and money in for each currency, never added together", () => {
    expect(sumsOf(BOOK, Uint32Array.of(0, 1, 2, 3)).sums).toEqual([
      { currency: "USD", out: 101_249, in: 90_000 },
      { currency: "EUR", out: 700, in: 0 },
    ]);
  });

  it("says where money only moved between own accounts", () => {
    const moved = bookOf(
      [{ key: "k", bank: { name: "Bank" }, accounts: [], account_ids: ["x"], categories: [["", "", "", ""]], rows: ROWS } as unknown as LiveBank],
      ["spending", "card_payment"],
    );
    expect(sumsOf(moved, Uint32Array.of(0, 1)).hasMoved).toBe(true);
    expect(sumsOf(moved, Uint32Array.of(0, 2)).hasMoved).toBe(false);
  });

  it("is nothing for no row", () => expect(sumsOf(BOOK, new Uint32Array())).toEqual({ sums: [], hasMoved: false }));
});
