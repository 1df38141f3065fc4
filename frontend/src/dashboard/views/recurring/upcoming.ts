/** When each series comes next, as far as its rhythm tells. */

import { dayOf, isoOf, monthAfter, daysOfMonth } from "../../dates";
import type { Minor, Recurring } from "../../wire";

export const AHEAD = 30; // days, today included

/** How often a year, as keepless/core/paces.py counts. */
const A_YEAR: Readonly<Record<string, number>> = {
  weekly: 52, biweekly: 26, semi_monthly: 24, monthly: 12, quarterly: 4, half_yearly: 2, yearly: 1,
};
const IN_DAYS: Readonly<Record<string, number>> = { weekly: 7, biweekly: 14 };

export interface Coming {
  readonly series: Recurring;
  /** Days since 1970-01-01; before today where it was expected and has not been seen yet. */
  readonly day: number;
  /** Minor units, positive where it arrives. */
  readonly amount: Minor;
  /** What moves from the first line to this one: minor units, negative where more leaves. */
  readonly running: Minor;
}

/** What one time costs or brings now: the price that the yearly cost is made of; the last amount where it has ended. */
export function price({ yearly_cost: yearly, frequency, last_amount: last }: Recurring): Minor {
  const times = A_YEAR[frequency];
  return yearly > 0 && times !== undefined ? Math.round(yearly / times) : last;
}

/** The active series of one currency from `today` on, `AHEAD` days, by day; what is expected already stands first. */
export function upcoming(all: readonly Recurring[], today: number): readonly Coming[] {
  const coming = all
    .filter(({ state }) => state === "active")
    .flatMap((series) => daysOf(series, today + AHEAD - 1).map((day) => ({ series, day })))
    .sort((a, b) => a.day - b.day || (a.series.key < b.series.key ? -1 : 1));
  let running = 0;
  return coming.map(({ series, day }) => {
    const amount = series.kind === "income" ? price(series) : -price(series);
    running += amount;
    return { series, day, amount, running };
  });
}

/** The days from the next one on, up to `last`. */
function daysOf({ next_date: next, last_date: before, frequency }: Recurring, last: number): readonly number[] {
  if (next === null) return [];
  const first = dayOf(next);
  const step = IN_DAYS[frequency];
  let days: readonly number[];
  if (step !== undefined) days = Array.from({ length: Math.ceil(AHEAD / step) + 1 }, (_, time) => first + time * step);
  else if (frequency === "semi_monthly") days = [first, sameDayNextMonth(dayOf(before)), sameDayNextMonth(first)];
  else days = [first, ...(frequency === "monthly" ? [sameDayNextMonth(first)] : [])];
  return days.filter((day, place) => day <= last && (place === 0 || day > days[place - 1]!));
}

/** The same day of the month after; its last one where the month has no such day. */
function sameDayNextMonth(day: number): number {
  const iso = isoOf(day);
  const [first, last] = daysOfMonth(monthAfter(iso.slice(0, 7)));
  return Math.min(first + Number(iso.slice(8)) - 1, last);
}
