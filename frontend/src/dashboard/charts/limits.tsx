/**
 * How much of a card's limit was used at the end of each month, with a line at 30 %. What this browser kept is a broken
 * line without dots, and every month above 30 % has an open dot. The table below it has the same figures.
 */

import { scaleLinear } from "d3-scale";
import { month as monthName, percent } from "../format";
import { useWidth } from "./width";

export interface LimitMonth {
  /** "YYYY-MM". */
  readonly month: string;
  /** Of the limit (2500 is 25 %); null where it is not known. */
  readonly basisPoints: number | null;
  readonly kept: boolean;
}

export const MARK = 3_000; // basis points; HIGH_USE of keepless/core/credit.py
const WHOLE = 10_000;
const HEIGHT = 104;
const TOP = 8;
const FOOT = 22;
const AXIS = 44;
const EDGE = 8;
const LEAST_FOR_DOTS = 7;
const MOST_STEP = 72;
const LEAST_FOR_NAME = 34;

/** `months` are all of the axis, in their order; of one that a card does not know the line is interrupted. */
export function Limits({ months }: { readonly months: readonly LimitMonth[] }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const step = Math.min(Math.max(width - AXIS - EDGE, 0) / months.length, MOST_STEP);
  const across = step * months.length;
  const most = Math.max(WHOLE / 2, ...months.map(({ basisPoints }) => basisPoints ?? 0));
  const up = scaleLinear([0, most], [HEIGHT - FOOT, TOP]);
  const x = (place: number): string => (AXIS + (place + 0.5) * step).toFixed(1);
  const points: readonly Point[] = months.flatMap(({ basisPoints, kept }, place) =>
    basisPoints === null ? [] : [{ place, kept, y: up(basisPoints).toFixed(1), over: basisPoints > MARK }],
  );
  return (
    <div class="limits-chart" ref={frame}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
          <path class="zero" d={`M${AXIS} ${HEIGHT - FOOT + 0.5}h${across}`} />
          <path class="mark" d={`M${AXIS} ${Math.round(up(MARK)) + 0.5}h${across}`} />
          <text data-figure x={AXIS - 8} y={Math.round(up(MARK)) + 4} text-anchor="end">{percent(MARK / 10)}</text>
          {[false, true].map((kept) => <path key={String(kept)} class={kept ? "course kept" : "course"} d={lineOf(points, kept, x)} />)}
          {points.filter(({ place, kept, over }) => place === points.at(-1)!.place || (step >= LEAST_FOR_DOTS && (over || !kept))).map(({ place, y, over }) => (
            <circle key={place} class={over ? "over" : undefined} cx={x(place)} cy={y} r="3" />
          ))}
          {months.map(({ month }, place) => named(months, place, step) && (
            <text key={month} x={x(place)} y={HEIGHT - 6} text-anchor="middle">
              {month.endsWith("-01") ? month.slice(0, 4) : monthName(month, { short: true })}
            </text>
          ))}
        </svg>
      )}
    </div>
  );
}

interface Point {
  readonly place: number;
  readonly y: string;
  readonly kept: boolean;
  readonly over: boolean;
}

/** From month to month, where both are known: of those that were kept, or of the others. One path, so that its strokes go on. */
function lineOf(points: readonly Point[], kept: boolean, x: (place: number) => string): string {
  let drawnTo = -1;
  return points.slice(1).map(({ place, y, kept: isKept }, before) => {
    const from = points[before]!;
    if (place !== from.place + 1 || (isKept || from.kept) !== kept) return "";
    const start = drawnTo === from.place ? "" : `M${x(from.place)} ${from.y}`;
    drawnTo = place;
    return `${start}L${x(place)} ${y}`;
  }).join("");
}

/** Each month where there is room; otherwise Januaries, by their years: as many as there is room for, the last among them. */
function named(months: readonly LimitMonth[], place: number, step: number): boolean {
  if (step >= LEAST_FOR_NAME) return true;
  if (!months[place]!.month.endsWith("-01")) return !months.some(({ month }) => month.endsWith("-01")) && place === 0;
  const last = months.findLastIndex(({ month }) => month.endsWith("-01"));
  return ((last - place) / 12) % Math.ceil(LEAST_FOR_NAME / (12 * step)) === 0;
}
