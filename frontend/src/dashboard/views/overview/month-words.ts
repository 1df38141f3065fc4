/** What the month's figure means beside last month's same days; the sentence follows the figure. Says, never scolds. */

import { monthAfter, monthOf, monthSoFar, sameDaysLastMonth } from "../../dates";
import { money, monthName, percent } from "../../format";
import { words } from "../../i18n";
import type { Comparison } from "../../month";

const LEAST = 5; // per mille: what would round to 0 %
const MOST = 2000; // beyond threefold, and next to nothing, the figures say more than a share
const NEXT_TO_NOTHING = -995;

/** A sentence, and whether an amount stands in it. */
export interface Sentence {
  readonly text: string;
  readonly hasAmount: boolean;
}

export function monthSentence(comparison: Comparison, today: number): Sentence {
  const { before, change, currency } = comparison;
  const then = byThen(today);
  if (before > 0 && change !== null && (change > MOST || change <= NEXT_TO_NOTHING) && comparison.now >= 0) {
    return { text: words.value.overview.spent.figure(money(before, currency), then), hasAmount: true };
  }
  return { text: withoutAmount(comparison, then), hasAmount: false };
}

function withoutAmount({ now, before, change }: Comparison, then: string): string {
  const say = words.value.overview.spent;
  if (now < 0) return say.returned;
  if (before < 0) return say.returnedBefore(then);
  if (change === null) return now === 0 ? say.nothingEither(then) : say.nothingBefore(then);
  if (Math.abs(change) < LEAST) return say.about(then);
  const share = percent(Math.abs(change), { whole: true });
  return change < 0 ? say.less(share, then) : say.more(share, then);
}

/** The days compared with: "by this day in October", or all of a month that has no such day. */
function byThen(today: number): string {
  const { byThisDay, inAllOf } = words.value.overview;
  const [first] = monthSoFar(today);
  const [firstBefore, lastBefore] = sameDaysLastMonth(today);
  const name = monthName(monthAfter(monthOf(today), -1));
  return today - first === lastBefore - firstBefore ? byThisDay(name) : inAllOf(name);
}
