import { describe, expect, it } from "vitest";
import { blocks, inSight } from "../../../../src/dashboard/views/transactions/window";

const SIGHT = { above: 0, height: 800, row: 40, count: 50_000, open: null };

describe("the rows in the page", () => {
  it("cover the screen wherever it stands, and are few", () => {
    for (const open of [null, { at: 0, height: 1_000 }, { at: 700, height: 1_000 }]) {
      for (let above = -600; above < 50_000 * 40; above += above < 40_000 ? 97 : 79_193) {
        const { start, end } = inSight({ ...SIGHT, above, open });
        const under = (row: number): number => row * 40 + (open && row > open.at ? open.height : 0);
        expect(under(start)).toBeLessThanOrEqual(Math.max(0, above));
        expect(end === 50_000 || under(end) >= above + 800).toBe(true);
        expect(end - start).toBeLessThanOrEqual(56);
      }
    }
  });

  it("stay the same while one scrolls a little", () => {
    const ranges = new Set(Array.from({ length: 320 }, (_, i) => JSON.stringify(inSight({ ...SIGHT, above: 4_000 + i }))));
    expect(ranges.size).toBeLessThanOrEqual(4);
  });

  it("are never more than there are", () => {
    expect(inSight({ ...SIGHT, count: 3 })).toEqual({ start: 0, end: 3 });
    expect(inSight({ ...SIGHT, count: 0 })).toEqual({ start: 0, end: 0 });
    expect(inSight({ ...SIGHT, count: 10, above: 90_000 })).toEqual({ start: 10, end: 10 });
  });
});

describe("the table's rows and gaps", () => {
  it("are every row once, in order", () => {
    for (const kept of [[], [3], [60, 3, 3], [-1, 99], [20, 25], [100, 500]]) {
      const places = blocks({ start: 20, end: 30 }, kept, 100).flatMap((block) =>
        typeof block === "number" ? [block] : Array.from({ length: block.end - block.start }, (_, i) => block.start + i),
      );
      expect(places).toEqual(Array.from({ length: 100 }, (_, i) => i));
    }
  });

  it("render a row that must not go, far from the screen", () => {
    expect(blocks({ start: 20, end: 22 }, [5], 30)).toEqual([{ start: 0, end: 5 }, 5, { start: 6, end: 20 }, 20, 21, { start: 22, end: 30 }]);
  });

  it("are none for an empty table", () => {
    expect(blocks({ start: 0, end: 0 }, [0], 0)).toEqual([]);
  });
});
