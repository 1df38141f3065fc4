import { expect, test } from "vitest";
import { bookOf } from "../../../../src/dashboard/book";
import { NO_FILTER, select } from "../../../../src/dashboard/filter";
import { moved } from "../../../../src/dashboard/views/spending/moved";
import type { Kind, LiveBank, Row } from "../../../../src/dashboard/wire";

const KINDS: readonly Kind[] = ["spending", "transfer", "cash"];

function book(...rows: readonly (readonly [merchant: string, amount: number, kind: Kind, currency?: string])[]) {
  const bank: LiveBank = {
    type: "bank", key: "k", bank: { item_id: "i", institution_id: "ins", name: "Bank" }, cache: "none", fetched_at: "2026-11-22T00:00:00Z",
    accounts: [], cards: [], loans: [], recurring: [], liabilities_problem: null, transactions_problem: null, unreadable: 0,
    renew_by: null, account_ids: ["a"], categories: [["", "", "UNCATEGORIZED", "UNCATEGORIZED"]],
    rows: rows.map(([merchant, amount, kind, currency = "USD"], i): Row => [`t${i}`, 0, 20_000, 20_000, amount, currency, merchant, "", 0, KINDS.indexOf(kind), 0]),
  };
  return bookOf([bank], KINDS);
}

test("what left and what arrived stand apart, and nothing of another kind or currency is in it", () => {
  const all = book(["Savings", 500, "transfer"], ["Savings", -200, "transfer"], ["Machine", 60, "cash"], ["Savings", 9, "transfer", "EUR"], ["Shop", 7, "spending"]);
  expect(moved(all, select(all, NO_FILTER, () => 2), "USD", "transfer")).toEqual([{ merchant: "Savings", count: 2, out: 500, in: 200 }]);
});

test("the largest volume stands first, equal ones by name", () => {
  const all = book(["B", 10, "cash"], ["A", 10, "cash"], ["C", 30, "cash"]);
  expect(moved(all, select(all, NO_FILTER, () => 2), "USD", "cash").map(({ merchant }) => merchant)).toEqual(["C", "A", "B"]);
});

test("a kind that the server does not know of moves nothing", () => {
  const all = book(["A", 10, "cash"]);
  expect(moved(all, select(all, NO_FILTER, () => 2), "USD", "debt_payment")).toEqual([]);
});
