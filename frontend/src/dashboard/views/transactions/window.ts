/**
 * Which rows of a long table are in the page: those near the screen, and few others that must not go.
 *
 * All rows have one height, so the arithmetic needs no measuring of each. What is left out becomes a gap of its height.
 */

export interface Range {
  /** Positions in the table; `end` is not in it. */
  readonly start: number;
  readonly end: number;
}

/** Rows beyond the screen on both sides, and the step in which the range moves. */
const BEYOND = 6;
const STEP = 8;

export interface Sight {
  /** Pixels of the table above the screen's upper edge; negative where it begins below. */
  readonly above: number;
  /** Of the screen. */
  readonly height: number;
  readonly row: number;
  readonly count: number;
  /** A row that has something open beneath it, and the height of that. */
  readonly open: { readonly at: number; readonly height: number } | null;
}

export function inSight({ above, height, row, count, open }: Sight): Range {
  const rowAt = (pixels: number): number => {
    const under = open === null ? 0 : Math.min(open.height, Math.max(0, pixels - (open.at + 1) * row));
    return Math.floor((pixels - under) / row);
  };
  const first = Math.floor((rowAt(above) - BEYOND) / STEP) * STEP;
  const last = Math.ceil((rowAt(above + height) + 1 + BEYOND) / STEP) * STEP;
  const start = Math.max(0, Math.min(first, count));
  return { start, end: Math.max(start, Math.min(last, count)) };
}

/** A row to render, or the rows left out between two of them. */
export type Block = number | Range;

/** The table's rows from the first to the last: those of `range` and `kept`, with the gaps between. */
export function blocks(range: Range, kept: readonly number[], count: number): readonly Block[] {
  const apart = kept.filter((at) => at >= 0 && at < count && (at < range.start || at >= range.end));
  const rows = [...new Set(apart), ...Array.from({ length: range.end - range.start }, (_, i) => range.start + i)].sort((a, b) => a - b);
  const all: Block[] = [];
  let next = 0;
  for (const at of rows) {
    if (at > next) all.push({ start: next, end: at });
    all.push(at);
    next = at + 1;
  }
  if (next < count) all.push({ start: next, end: count });
  return all;
}
