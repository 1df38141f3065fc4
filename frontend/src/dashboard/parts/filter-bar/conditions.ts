/** The conditions of a filter, one for each thing that it asks, in words. */

import { categoryName } from "../../categories";
import { dayOf } from "../../dates";
import { day } from "../../format";
import { figures, words } from "../../i18n";
import { nameOfAccount } from "../../names";
import { writeAmount } from "./amount";
import { pickOf } from "./periods";
import type { Filter } from "../../filter";
import type { Kind } from "../../wire";

export interface Condition {
  /** What has to be emptied to drop it. */
  readonly fields: readonly (keyof Filter)[];
  readonly text: string;
}

/** In the order of the fields in the bar. */
export function conditionsOf(filter: Filter, today: number): readonly Condition[] {
  const { conditions: say, pendings, kinds } = words.value.filter;
  const { q, merchant, category, account, kind, pending, currency } = filter;
  const all: readonly Condition[] = [
    { fields: ["q"], text: q && say.text(q) },
    { fields: ["from", "to"], text: daysIn(filter, today) },
    { fields: ["category"], text: category && categoryName(category) },
    { fields: ["merchant"], text: merchant },
    { fields: ["account"], text: account && nameOfAccount(account) },
    { fields: ["kind"], text: kind && kinds[kind as Kind] },
    { fields: ["min", "max"], text: amountsIn(filter) },
    { fields: ["pending"], text: pending && pendings[pending as "yes" | "no"] },
    { fields: ["currency"], text: currency },
  ];
  return all.filter(({ text }) => text !== "");
}

function daysIn(filter: Filter, today: number): string {
  const { conditions: say, periods } = words.value.filter;
  if (!filter.from && !filter.to) return "";
  const period = pickOf(filter, today);
  if (period !== null) return periods[period];
  const [from, to] = [filter.from, filter.to].map((iso) => iso && day(dayOf(iso), "long")) as [string, string];
  return from && to ? say.between(from, to) : from ? say.since(from) : say.until(to);
}

function amountsIn(filter: Filter): string {
  const say = words.value.filter.conditions;
  const [min, max] = [filter.min, filter.max].map((amount) => writeAmount(amount, figures.value)) as [string, string];
  if (!min && !max) return "";
  return min && max ? say.amounts(min, max) : min ? say.atLeast(min) : say.atMost(max);
}
