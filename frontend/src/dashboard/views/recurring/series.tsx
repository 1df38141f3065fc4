/** Series of one kind as a table: how often, when last and next, what it costs, and what is new about it. */

import { Dots } from "../../charts/dots";
import { dayOf } from "../../dates";
import { NO_FILTER } from "../../filter";
import { day, money, percent } from "../../format";
import { words } from "../../i18n";
import { roundedShare } from "../../money";
import { nameOfAccount } from "../../names";
import { address, today } from "../../state";
import { price } from "./upcoming";
import type { Recurring } from "../../wire";

const NEWS = 365; // days: an older step is the price by now

interface Series {
  readonly caption: string;
  readonly series: readonly Recurring[];
  /** Set for those that came no more: what they cost a year is not told, and of the ended no next date. */
  readonly over?: "late" | "ended" | null;
}

export function SeriesTable({ caption, series, over = null }: Series) {
  const said = words.value.recurring;
  return (
    <table class="series">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{said.merchant}</th>
          <td class="dots-cell" />
          <th scope="col" class="wide-only">{said.howOften}</th>
          <th scope="col" class="wide-only">{said.last}</th>
          {over !== "ended" && <th scope="col" class="wide-only">{over ? said.wasDue : said.next}</th>}
          <th scope="col" class="figure">{said.price}</th>
          {!over && <th scope="col" class="figure">{said.aYear}</th>}
        </tr>
      </thead>
      <tbody>
        {series.map((each) => (
          <Line key={`${each.account_id} ${each.key}`} each={each} over={over} />
        ))}
      </tbody>
    </table>
  );
}

function Line({ each, over }: { readonly each: Recurring; readonly over: "late" | "ended" | null }) {
  const said = words.value.recurring;
  const often = said.frequencies[each.frequency] ?? each.frequency;
  const next = each.next_date === null ? null : day(dayOf(each.next_date), "short");
  return (
    <tr>
      <th scope="row">
        <a href={address("transactions", { ...NO_FILTER, merchant: each.merchant })}>{each.merchant}</a>
        <small class="where">{nameOfAccount(each.account_id)}</small>
        <small class="narrow-only">{next === null ? said.endedAfter(often, day(dayOf(each.last_date))) : said.oftenNext(often, next)}</small>
        <Marks each={each} />
      </th>
      <td class="dots-cell">
        <Dots occurrences={each.occurrences} today={today.value} />
      </td>
      <td class="wide-only">{often}</td>
      <td class="wide-only when">{day(dayOf(each.last_date), over ? "numeric" : "short")}</td>
      {next !== null && <td class="wide-only when">{next}</td>}
      <td class="figure">{money(price(each), each.currency)}</td>
      {!over && <td class="figure">{money(each.yearly_cost, each.currency)}</td>}
    </tr>
  );
}

/** What changed: a price, or that it is new. In words; the colour only helps. */
function Marks({ each: { price_change: change, is_new: isNew, first_date: first, currency, kind } }: { readonly each: Recurring }) {
  const said = words.value.recurring;
  const isNews = change !== null && dayOf(change.since) > today.value - NEWS;
  return (
    <>
      {isNew && <small class="mark-new tag">{said.newSince(day(dayOf(first), "short"))}</small>}
      {isNews && (
        <small class={change.after > change.before && kind !== "income" ? "mark-price warn" : "mark-price"} data-figure>
          {(change.after > change.before ? said.rose : said.fell)(
            change.before > 0 ? percent(Math.abs(roundedShare(change.after - change.before, change.before, 1000))) : "",
            money(change.before, currency),
            money(change.after, currency),
            day(dayOf(change.since)),
          )}
        </small>
      )}
    </>
  );
}
