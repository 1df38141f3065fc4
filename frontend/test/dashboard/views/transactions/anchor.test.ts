import { expect, test } from "vitest";
import { bookOf } from "../../../../src/dashboard/book";
import { follow } from "../../../../src/dashboard/views/transactions/anchor";
import { KINDS, bank, row } from "../../rows";
import type { LiveBank } from "../../../../src/dashboard/wire";

const table = (...banks: readonly LiveBank[]) => {
  const book = bookOf(banks, KINDS);
  return { book, rows: Uint32Array.from({ length: book.size }, (_, place) => place) };
};
const [a, b, c, d] = [row(), row(), row(), row()];

test("a row that fresher ones came before is followed to its new position", () => {
  const to = follow(table(bank("one", [b, c, d])), table(bank("one", [a, b, c, d])));
  expect([0, 1, 2].map(to)).toEqual([1, 2, 3]);
});

test("where a row is gone, the next one that is there takes its place; the last where none is", () => {
  const to = follow(table(bank("one", [a, b, c])), table(bank("one", [a, c])));
  expect([0, 1, 2].map(to)).toEqual([0, 1, 1]);
  expect(follow(table(bank("one", [a, b])), table(bank("one", [c])))(0)).toBe(0);
  expect(follow(table(bank("one", [a])), table())(0)).toBe(0);
});

test("an account that stands elsewhere in the book is the same account", () => {
  const one = bank("one", [a], { account_ids: ["x"], accounts: [] });
  const two = bank("two", [b], { account_ids: ["y"], accounts: [] });
  const before = table(one, two);
  const now = table(two, one);
  expect([0, 1].map(follow(before, now))).toEqual([1, 0]);
});
