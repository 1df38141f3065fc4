import { describe, expect, it } from "vitest";
import { saysMore } from "../../../../src/dashboard/parts/filter-bar/nonsense";

describe("nonsense in the address", () => {
  it.each(["", "#transactions", "#transactions?", "#spending?category=TRAVEL&from=2026-01-31&q=a%20b&pending=yes", "#transactions?q="])(
    "is not in %j",
    (hash) => expect(saysMore(hash)).toBe(false),
  );

  it.each([
    "#transactions?colour=blue",
    "#transactions?from=2026-02-30",
    "#transactions?min=-4",
    "#transactions?pending=perhaps",
    "#transactions?kind=magic",
    "#transactions?q=a&q=b",
    `#transactions?q=${"x".repeat(5_000)}`,
  ])("is noticed in %j", (hash) => expect(saysMore(hash)).toBe(true));
});
