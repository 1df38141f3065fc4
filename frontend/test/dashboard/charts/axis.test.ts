import { expect, test } from "vitest";
import { moneyAxis } from "../../../src/dashboard/charts/axis";

test("an axis begins at zero and ends on a round tick above the largest", () => {
  const { scale, ticks } = moneyAxis([123_456, 700_100], [180, 12]);
  expect(ticks[0]).toBe(0);
  expect(ticks.at(-1)).toBeGreaterThanOrEqual(700_100);
  expect(scale(0)).toBe(180);
  expect(ticks.length).toBeLessThanOrEqual(6);
});

test("a month in which more came back than was spent hangs below a zero line that is a tick", () => {
  const { scale, ticks } = moneyAxis([-40_000, 90_000], [180, 12]);
  expect(ticks).toContain(0);
  expect(scale(-40_000)).toBeGreaterThan(scale(0));
});

test.each([[[]], [[0, 0, 0]]])("an axis of %j has a length", (amounts) => {
  const { scale, ticks } = moneyAxis(amounts, [180, 12]);
  expect(ticks).toContain(0);
  expect(scale(0)).toBe(180);
  expect(Number.isFinite(scale(50))).toBe(true);
});

test("amounts all below zero end at zero", () => {
  const { scale } = moneyAxis([-500, -100], [180, 12]);
  expect(scale(0)).toBe(12);
});
