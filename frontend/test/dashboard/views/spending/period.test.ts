import { expect, test } from "vitest";
import { dayOf, isoOf } from "../../../../src/dashboard/dates";
import { NO_FILTER } from "../../../../src/dashboard/filter";
import { PICKS, daysShown, firstDay, pickOf } from "../../../../src/dashboard/views/spending/period";

const TODAY = dayOf("2026-11-22");

test("thirty days are thirty with today", () => {
  expect(firstDay("days30", TODAY)).toBe("2026-10-24");
});

test.each([
  ["2026-11-22", "2025-11-23"],
  ["2024-02-29", "2023-03-01"],
  ["2025-02-28", "2024-02-29"],
])("twelve months to %s begin on %s", (today, first) => {
  expect(firstDay("months12", dayOf(today))).toBe(first);
});

test.each(PICKS)("the filter of the pick %s is known again", (pick) => {
  expect(pickOf({ ...NO_FILTER, from: firstDay(pick, TODAY) }, TODAY)).toBe(pick);
});

test("days that no pick has are no pick", () => {
  expect(pickOf({ ...NO_FILTER, from: "2026-11-01", to: "2026-11-21" }, TODAY)).toBeUndefined();
});

test("the days shown end where reading began and where today is", () => {
  const since = dayOf("2026-08-25");
  const shown = daysShown({ ...NO_FILTER, from: "2020-01-01", to: "2030-01-01" }, since, TODAY);
  expect(shown.map(isoOf)).toEqual(["2026-08-25", "2026-11-22"]);
});
