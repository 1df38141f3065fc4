/** Periods to pick, as the days that a filter has. A period that ends today has no last day: tomorrow it still ends today. */

import { daysOfMonth, isoOf, monthOf } from "../../dates";

export const PICKS = ["all", "month", "before", "days30", "days90", "year", "months12"] as const;
export type Period = (typeof PICKS)[number];
type Days = Readonly<Record<"from" | "to", string>>;

/** The days of a pick; `today` is days since 1970-01-01. */
export function daysOf(pick: Period, today: number): Days {
  const month = monthOf(today);
  switch (pick) {
    case "all":
      return { from: "", to: "" };
    case "month":
      return { from: `${month}-01`, to: "" };
    case "before": {
      const [first, last] = daysOfMonth(monthOf(daysOfMonth(month)[0] - 1));
      return { from: isoOf(first), to: isoOf(last) };
    }
    case "days30":
      return { from: isoOf(today - 29), to: "" };
    case "days90":
      return { from: isoOf(today - 89), to: "" };
    case "year":
      return { from: `${month.slice(0, 4)}-01-01`, to: "" };
    case "months12":
      return { from: isoOf(today - 364), to: "" };
  }
}

/** The pick that a filter's days are; null where they are others. */
export function pickOf({ from, to }: Days, today: number): Period | null {
  return PICKS.find((pick) => {
    const days = daysOf(pick, today);
    return days.from === from && days.to === to;
  }) ?? null;
}
