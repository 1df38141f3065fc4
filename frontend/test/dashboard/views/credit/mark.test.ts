import { expect, test } from "vitest";
import { toMark } from "../../../../src/dashboard/views/credit/mark";

test.each([
  [379_298, 800_000, 139_298],
  [30_000, 100_000, 0],
  [30_001, 100_000, 1],
  [0, 100_000, 0],
  [100, 101, 70],
])("of %i owed on %i, paying %i brings it to the 30 %% mark", (owed, limit, pay) => {
  expect(toMark(owed, limit)).toBe(pay);
  expect((owed - pay) * 10).toBeLessThanOrEqual(Math.max(limit * 3, 0));
});
