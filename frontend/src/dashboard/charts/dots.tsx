/** What was paid in the last year: a dot for each time, higher where it was more. A step is a change of price. */

import { scaleLinear } from "d3-scale";
import { dayOf } from "../dates";
import type { IsoDate, Minor } from "../wire";

const WIDTH = 112;
const HEIGHT = 24;
const EDGE = 4;
const YEAR = 365;

/** `occurrences` are newest first, `today` in days since 1970-01-01. The table beside it has date and price. */
export function Dots({ occurrences, today }: { readonly occurrences: readonly (readonly [IsoDate, Minor])[]; readonly today: number }) {
  const across = scaleLinear([today - YEAR, today], [EDGE, WIDTH - EDGE]);
  const amounts = occurrences.map(([, amount]) => amount);
  const [least, most] = [Math.min(...amounts), Math.max(...amounts)];
  const up = least === most ? () => HEIGHT / 2 : scaleLinear([least, most], [HEIGHT - EDGE, EDGE]);
  return (
    <svg class="dots" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      <path class="grid" d={`M${EDGE} ${HEIGHT - 0.5}H${WIDTH - EDGE}`} />
      {occurrences
        .filter(([date]) => dayOf(date) >= today - YEAR)
        .map(([date, amount]) => (
          <circle key={date} cx={across(dayOf(date)).toFixed(1)} cy={up(amount).toFixed(1)} r="2.25" />
        ))}
    </svg>
  );
}
