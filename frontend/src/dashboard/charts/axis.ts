/** Scales of money: a domain that begins or ends at zero, rounded to ticks that people read. */

import { scaleLinear } from "d3-scale";
import type { ScaleLinear } from "d3-scale";
import type { Minor } from "../wire";

export interface MoneyAxis {
  readonly scale: ScaleLinear<number, number>;
  readonly ticks: readonly Minor[];
}

const NOTHING = 100; // minor units: an axis needs a length even where every amount is zero

/** An axis for these amounts (minor units) from `start` to `end` pixels, with about `ticks` ticks; zero is one of them. */
export function moneyAxis(amounts: readonly Minor[], [start, end]: readonly [number, number], ticks = 4): MoneyAxis {
  const least = amounts.reduce((low, each) => Math.min(low, each), 0);
  const most = amounts.reduce((high, each) => Math.max(high, each), 0);
  const scale = scaleLinear([least, least === most ? NOTHING : most], [start, end]).nice(ticks);
  return { scale, ticks: scale.ticks(ticks).filter(Number.isInteger) }; // on an axis two cents long, half a cent is none
}
