/** The next days as a strip: a dot on the day for each payment, filled where it leaves, open where it arrives. */

import { isoOf } from "../dates";
import { monthName } from "../format";
import { useWidth } from "./width";

export interface Mark {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly arrives: boolean;
}

const HEIGHT = 92;
const BASE = 58;
const DOT = 9;
const MOST = 5;
const LEAST_FOR_EVERY_NUMBER = 20;

/** `days` days from `first` on. The table beside it has names and amounts. */
export function Days({ first, days, marks }: { readonly first: number; readonly days: number; readonly marks: readonly Mark[] }) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const every = Array.from({ length: days }, (_, place) => first + place);
  const step = width / days;
  return (
    <div class="days" ref={frame}>
      {width > 0 && (
        <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true" focusable="false">
          {every.map((day, place) => {
            const left = place * step;
            const [, , number] = isoOf(day).split("-").map(Number);
            const begins = day === first || number === 1;
            const numbered = step >= LEAST_FOR_EVERY_NUMBER || begins || (isMonday(day) && !isBeside(day, first));
            return (
              <g key={day}>
                {isWeekend(day) && <rect class="weekend" x={left} y="0" width={step} height={BASE} />}
                {marks.filter((mark) => mark.day === day).slice(0, MOST).map((mark, height) => (
                  <circle
                    key={height}
                    class={mark.arrives ? "arrives" : "leaves"}
                    cx={left + step / 2}
                    cy={BASE - 8 - height * (DOT + 1)}
                    r={Math.min(DOT / 2, step / 2 - 1)}
                  />
                ))}
                {numbered && <text x={left + step / 2} y={BASE + 16} text-anchor="middle">{number}</text>}
                {begins && <text class="name" x={left + 2} y={BASE + 31}>{monthName(isoOf(day).slice(0, 7))}</text>}
              </g>
            );
          })}
          <path class="zero" d={`M0 ${BASE + 0.5}H${width}`} />
        </svg>
      )}
    </div>
  );
}

// 1970-01-01 was a Thursday.
function isMonday(day: number): boolean {
  return (day + 3) % 7 === 0;
}

/** Next to a day that has its number anyway: the two would touch. */
function isBeside(day: number, first: number): boolean {
  return day - first === 1 || [day - 1, day + 1].some((each) => isoOf(each).endsWith("-01"));
}

function isWeekend(day: number): boolean {
  return (day + 3) % 7 > 4;
}
