import { describe, expect, it } from "vitest";
import { dayOf } from "../../../../src/dashboard/dates";
import { PICKS, daysOf, pickOf } from "../../../../src/dashboard/parts/filter-bar/periods";

const TODAY = dayOf("2026-03-31");

describe("a period", () => {
  it.each([
    ["all", "", ""],
    ["month", "2026-03-01", ""],
    ["before", "2026-02-01", "2026-02-28"],
    ["days30", "2026-03-02", ""],
    ["days90", "2026-01-01", ""],
    ["year", "2026-01-01", ""],
    ["months12", "2025-04-01", ""],
  ] as const)("%s is from %s to %s", (pick, from, to) => {
    expect(daysOf(pick, TODAY)).toEqual({ from, to });
  });

  it("of last month in January is December of the year before", () => {
    expect(daysOf("before", dayOf("2026-01-05"))).toEqual({ from: "2025-12-01", to: "2025-12-31" });
  });

  it("is known again from its days on any day of a year", () => {
    for (let day = dayOf("2026-01-01"); day < dayOf("2027-01-01"); day += 1) {
      for (const pick of PICKS) expect(daysOf(pickOf(daysOf(pick, day), day)!, day)).toEqual(daysOf(pick, day));
    }
  });

  it("of other days is none of them", () => {
    expect(pickOf({ from: "2026-03-02", to: "2026-03-03" }, TODAY)).toBeNull();
  });
});
