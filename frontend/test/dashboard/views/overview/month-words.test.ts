import { beforeEach, expect, test, vi } from "vitest";
import { dayOf } from "../../../../src/dashboard/dates";
import { prefer } from "../../../../src/dashboard/preferences";
import { monthSentence } from "../../../../src/dashboard/views/overview/month-words";
import { TODAY } from "../../rows";

beforeEach(() => {
  vi.stubGlobal("navigator", { languages: ["en-US"] });
  prefer({ language: "en" });
});

/** What the sentence says of `now` beside `before`, in whole units. */
function said(now: number, before: number, today = TODAY): string {
  const change = before > 0 ? Math.round(((now - before) * 1000) / before) : null;
  return monthSentence({ currency: "USD", now: now * 100, before: before * 100, change, month: null }, today).text;
}

test.each([
  [920, 1_000, "spent so far, 8% less than by this day in October."],
  [1_080, 1_000, "spent so far, 8% more than by this day in October."],
  [1_004, 1_000, "spent so far, about as much as by this day in October."],
  [4_000, 1_000, "spent so far; by this day in October it was $1,000.00."],
  [1, 1_000, "spent so far; by this day in October it was $1,000.00."],
  [500, 0, "spent so far; nothing by this day in October."],
  [0, 0, "spent so far; nothing by this day in October either."],
  [-20, 1_000, "so far: more came back in refunds than was spent."],
  [20, -30, "spent so far; by this day in October more had come back than was spent."],
])("%d after %d is %s", (now, before, text) => {
  expect(said(now, before)).toBe(text);
});

test("a day that last month did not have is compared with all of that month", () => {
  expect(said(500, 1_000, dayOf("2026-03-31"))).toBe("spent so far, 50% less than in the whole of February.");
});

test("only a sentence with an amount in it is hidden with the figures", () => {
  const comparison = { currency: "USD", now: 400_000, before: 100_000, change: 3_000, month: null };
  expect(monthSentence(comparison, TODAY).hasAmount).toBe(true);
  expect(monthSentence({ ...comparison, change: 80 }, TODAY).hasAmount).toBe(false);
});
