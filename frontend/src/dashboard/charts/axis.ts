/** Axes of money: they hold zero, and begin and end at ticks that people read. */

import { linear } from "./scale";
import type { Minor } from "../wire";
import type { Scale } from "./scale";

export interface MoneyAxis {
  readonly scale: Scale;
  readonly ticks: readonly Minor[];
}

const NOTHING = 100; // minor units: an axis needs a length even where every amount is zero

/** An axis for these amounts (minor units) from `start` to `end` pixels, with about `ticks` ticks; zero is one of them. */
export function moneyAxis(amounts: readonly Minor[], [start, end]: readonly [number, number], ticks = 4): MoneyAxis {
  let low = amounts.reduce((least, each) => Math.min(least, each), 0);
  let high = amounts.reduce((most, each) => Math.max(most, each), 0) || (low === 0 ? NOTHING : 0);
  let step = 0;
  // Ends that are rounded to the step make the axis longer, which may ask for a longer step.
  for (let next = roundStep((high - low) / ticks); next !== step; next = roundStep((high - low) / ticks)) {
    step = next;
    [low, high] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  }
  return {
    scale: linear([low, high], [start, end]),
    ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, place) => low + place * step),
  };
}

/** The nearest of 1, 2 and 5 times a power of ten, by ratio; a whole minor unit at least. */
function roundStep(rough: number): Minor {
  const power = 10 ** Math.floor(Math.log10(rough));
  const [times] = ([[10, 50], [5, 10], [2, 2]] as const).find(([, least]) => (rough / power) ** 2 >= least) ?? [1];
  return Math.max(times * power, 1);
}
