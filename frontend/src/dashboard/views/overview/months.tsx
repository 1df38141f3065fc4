/** The last months of one currency beside each other, each a way into its spending. */

import { Bar } from "../../charts/bar";
import { daysOfMonth, isoOf, monthOf } from "../../dates";
import { money, month as monthText } from "../../format";
import { words } from "../../i18n";
import { narrow } from "../../parts/narrow";
import { address, filter, today } from "../../state";
import type { MonthFlow } from "../../month";

export function Months({ flows, currency }: { readonly flows: readonly MonthFlow[]; readonly currency: string }) {
  const say = words.value.overview;
  const shown = flows.slice(-SHOWN).reverse();
  if (shown.length < 2) return null;
  const largest = Math.max(...shown.map(({ spent }) => spent));
  return (
    <section class="sheet" aria-labelledby="months-title">
      <header>
        <h2 id="months-title">{say.months}</h2>
        <p>{say.monthsLead}</p>
      </header>
      <div>
        <table class="bars months">
          <caption class="unseen">{say.monthsLead}</caption>
          <thead>
            <tr>
              <th scope="col">{say.month}</th>
              <td />
              <th scope="col" class="heading-cell">{words.value.charts.spent}</th>
              <th scope="col" class="heading-cell">{say.income}</th>
              <th scope="col" class="heading-cell">{say.net}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((flow) => <Month key={flow.month} flow={flow} largest={largest} currency={currency} />)}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const SHOWN = 6;

function Month({ flow: { month, spent, income, net }, largest, currency }: { flow: MonthFlow; largest: number; currency: string }) {
  const name = monthText(month, { short: narrow.value }); // a phone has room for the figures or for the year
  const [from, to] = daysOfMonth(month);
  const days = { from: isoOf(from), to: isoOf(to) };
  return (
    <tr>
      <th scope="row">
        <a href={address("spending", { ...filter.value, ...days })}>
          {month === monthOf(today.value) ? words.value.overview.soFar(name) : name}
        </a>
      </th>
      <td class="bar-cell"><Bar amount={spent} largest={largest} /></td>
      <td class="figure">{money(spent, currency)}</td>
      <td class="figure">{money(income, currency)}</td>
      <td class="figure">{money(net, currency)}</td>
    </tr>
  );
}
