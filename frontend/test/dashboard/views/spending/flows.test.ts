import { expect, test } from "vitest";
import { NO_FILTER } from "../../../../src/dashboard/filter";
import { chosenMonth, toggledMonth, touches } from "../../../../src/dashboard/views/spending/flows";

test("choosing a month filters to its days and leaves the other conditions", () => {
  const chosen = toggledMonth({ ...NO_FILTER, category: "TRAVEL", from: "2026-01-15" }, "2024-02");
  expect(chosen).toEqual({ ...NO_FILTER, category: "TRAVEL", from: "2024-02-01", to: "2024-02-29" });
});

test("choosing the chosen month leads back to all days", () => {
  const chosen = toggledMonth(NO_FILTER, "2026-10");
  expect(chosenMonth(chosen)).toBe("2026-10");
  expect(toggledMonth(chosen, "2026-10")).toEqual(NO_FILTER);
});

test.each([
  ["2026-10-01", "2026-10-30"],
  ["2026-10-02", "2026-10-31"],
  ["2026-10-01", "2026-11-30"],
  ["2026-10-01", ""],
  ["", "2026-10-31"],
  ["", ""],
  ["nonsense", ""],
])("from %j to %j is no month", (from, to) => {
  expect(chosenMonth({ ...NO_FILTER, from, to })).toBe("");
});

test.each([
  ["", "", true],
  ["2026-10-31", "", true],
  ["2026-11-01", "", false],
  ["", "2026-10-01", true],
  ["", "2026-09-30", false],
  ["2026-10-10", "2026-10-11", true],
])("from %j to %j leaves days of October: %j", (from, to, leaves) => {
  expect(touches({ ...NO_FILTER, from, to }, "2026-10")).toBe(leaves);
});
