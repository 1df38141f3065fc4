/** The periods one picks, and the days that the page shows. */

import { dayOf, isoOf } from "../../dates";
import type { Filter } from "../../filter";
import type { IsoDate } from "../../wire";

export const PICKS = ["days30", "days90", "thisYear", "months12", "all"] as const;
export type Pick = (typeof PICKS)[number];

/** The first day of a pick that ends `today` (days since 1970-01-01); "" where it has none. */
export function firstDay(pick: Pick, today: number): IsoDate | "" {
  switch (pick) {
    case "days30":
      return isoOf(today - 29);
    case "days90":
      return isoOf(today - 89);
    case "thisYear":
      return `${isoOf(today).slice(0, 4)}-01-01`;
    case "months12":
      return isoOf(yearBefore(today) + 1);
    case "all":
      return "";
  }
}

/** The same day a year before; of 29 February the 28th. */
function yearBefore(day: number): number {
  const [year = "", ...rest] = isoOf(day).split("-");
  const same = dayOf([String(Number(year) - 1), ...rest].join("-"));
  return Number.isNaN(same) ? dayOf(`${Number(year) - 1}-02-28`) : same;
}

/** The pick that the filter's days are; undefined where they are none of them. */
export function pickOf(filter: Filter, today: number): Pick | undefined {
  return filter.to === "" || filter.to === isoOf(today) ? PICKS.find((pick) => firstDay(pick, today) === filter.from) : undefined;
}

/** First and last day shown (days since 1970-01-01): the filter's, within those that were read (`since`) and today. */
export function daysShown(filter: Filter, since: number, today: number): readonly [first: number, last: number] {
  const first = filter.from ? Math.max(dayOf(filter.from), since) : since;
  return [first, filter.to ? Math.min(dayOf(filter.to), today) : today];
}
