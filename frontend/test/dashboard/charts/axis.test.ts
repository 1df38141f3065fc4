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

test.each([
  [[123_456, 700_100], [0, 200_000, 400_000, 600_000, 800_000]],
  [[-40_000, 90_000], [-50_000, 0, 50_000, 100_000]],
  [[550_000], [0, 200_000, 400_000, 600_000]],
  [[2], [0, 1, 2]],
  [[0], [0, 20, 40, 60, 80, 100]],
])("the ticks for %j are round, and whole minor units: %j", (amounts, ticks) => {
  expect(moneyAxis(amounts, [180, 12]).ticks).toEqual(ticks);
});

test("however large or small the amounts, the ticks are few, evenly apart, and around them all", () => {
  for (let most = 1; most < 1e13; most = Math.ceil(most * 1.37)) {
    for (const least of [0, -Math.round(most / 3), -most]) {
      const { scale, ticks } = moneyAxis([least, most], [180, 12]);
      expect(ticks.length).toBeLessThanOrEqual(7);
      expect(ticks.length).toBeGreaterThan(1);
      expect(new Set(ticks.slice(1).map((tick, i) => tick - ticks[i]!)).size).toBe(1);
      expect(ticks.every(Number.isInteger)).toBe(true);
      expect(ticks).toContain(0);
      expect([scale(ticks[0]!), scale(ticks.at(-1)!)]).toEqual([180, 12]);
      expect([ticks[0]! <= least, ticks.at(-1)! >= most]).toEqual([true, true]);
    }
  }
});
