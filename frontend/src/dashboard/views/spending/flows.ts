/** Months and the days of the filter: which it leaves, and which it is. */

import { dayOf, daysOfMonth, isoOf } from "../../dates";
import type { Filter } from "../../filter";

/** The month that the filter's days are, from its first to its last; "" where they are none. */
export function chosenMonth({ from, to }: Filter): string {
  if (Number.isNaN(dayOf(from))) return "";
  const month = from.slice(0, 7);
  const days = daysFor(month);
  return days.from === from && days.to === to ? month : "";
}

/** The filter of one month's days; without days where it is that month already: the same link twice leads back. */
export function toggledMonth(filter: Filter, month: string, chosen = chosenMonth(filter)): Filter {
  return month === chosen ? { ...filter, from: "", to: "" } : { ...filter, ...daysFor(month) };
}

/** Whether the filter leaves at least one day of the month. */
export function touches({ from, to }: Filter, month: string): boolean {
  return !(from && from.slice(0, 7) > month) && !(to && to.slice(0, 7) < month);
}

function daysFor(month: string): { readonly from: string; readonly to: string } {
  const [first, last] = daysOfMonth(month);
  return { from: isoOf(first), to: isoOf(last) };
}
