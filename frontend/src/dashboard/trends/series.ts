/** Months of one currency in their order, and what they say. Pure. Minor units, never added over currencies. */

import { monthsBetween } from "../dates";
import { roundedShare } from "../money";
import type { Minor } from "../wire";
import type { TrendMonth } from "./wire";

/** The currency of these months, and each of them by its name; one in between that is not known is null. */
export interface Series {
  readonly currency: string;
  readonly months: readonly { readonly month: string; readonly told: TrendMonth | null }[];
}

/** The currencies in the order of their first month, each from its first month to its last. */
export function seriesOf(months: readonly TrendMonth[]): readonly Series[] {
  const currencies = [...new Set(months.map(({ currency }) => currency))];
  return currencies.map((currency) => {
    const its = new Map(months.filter((each) => each.currency === currency).map((each) => [each.month, each]));
    const names = [...its.keys()].sort();
    return { currency, months: monthsBetween(names[0]!, names.at(-1)!).map((month) => ({ month, told: its.get(month) ?? null })) };
  });
}

/** Spending of a month: of all of it, or of one category ("" is all). */
export function spentIn(told: TrendMonth, category: string): Minor {
  return category === "" ? told.spent : (told.by_category.find(({ key }) => key === category)?.spent ?? 0);
}

/** Every category of these months, that on which most was spent in all first. */
export function categoriesIn(months: readonly TrendMonth[]): readonly { readonly key: string; readonly spent: Minor }[] {
  const sums = new Map<string, Minor>();
  for (const { by_category } of months) for (const { key, spent } of by_category) sums.set(key, (sums.get(key) ?? 0) + spent);
  return [...sums].map(([key, spent]) => ({ key, spent })).sort((a, b) => b.spent - a.spent || (a.key < b.key ? -1 : 1));
}

/** The latest whole months beside as many before them: what was spent in one on average. */
export interface Course {
  /** How many months each of the two averages is of. */
  readonly months: number;
  readonly average: Minor;
  /** Per mille of the average before (-80: 8 % less); null where nothing was spent then to compare with. */
  readonly change: number | null;
}

const YEAR = 12;

/** Over the last 12 whole months, or half of all where that is less; null where there are not two whole ones. */
export function courseOf({ months }: Series, category: string): Course | null {
  const whole = months.flatMap(({ told }) => (told?.complete ? [spentIn(told, category)] : []));
  const length = Math.min(YEAR, Math.floor(whole.length / 2));
  if (length === 0) return null;
  const [now, before] = [sum(whole.slice(-length)), sum(whole.slice(-2 * length, -length))];
  return { months: length, average: roundedShare(now, length, 1), change: before > 0 ? roundedShare(now - before, before, 1000) : null };
}

/** The whole months that the latest average is of. */
export function latestWhole({ months }: Series, length: number): readonly TrendMonth[] {
  return months.flatMap(({ told }) => (told?.complete ? [told] : [])).slice(-length);
}

function sum(amounts: readonly Minor[]): Minor {
  return amounts.reduce((total, each) => total + each, 0);
}
