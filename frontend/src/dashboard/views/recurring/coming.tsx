/** What comes in the next 30 days: a strip for the eye, a table with names, amounts and what they add up to. */

import { useState } from "preact/hooks";
import { Days } from "../../charts/days";
import { day, money } from "../../format";
import { words } from "../../i18n";
import { today } from "../../state";
import { AHEAD, upcoming } from "./upcoming";
import type { Coming as Line } from "./upcoming";
import type { Recurring } from "../../wire";

const SHOWN = 10;

export function Coming({ all, alone }: { readonly all: readonly Recurring[]; readonly alone: boolean }) {
  const [whole, setWhole] = useState(false);
  const said = words.value.recurring;
  const currency = all[0]?.currency ?? "";
  const lines = upcoming(all, today.value);
  if (lines.length === 0) return null;
  const sum = (lines_: readonly Line[]): string => money(Math.abs(lines_.reduce((total, { amount }) => total + amount, 0)), currency);
  const [leaving, arriving] = [lines.filter(({ amount }) => amount < 0), lines.filter(({ amount }) => amount > 0)];
  const few = lines.length <= SHOWN + 2;
  return (
    <div class="coming">
      <h2>{alone ? said.coming : said.comingIn(currency)}</h2>
      <p class="soft" data-figure>
        {said.comingSays(leaving.length > 0 ? sum(leaving) : "", arriving.length > 0 ? sum(arriving) : "")}
      </p>
      <Days first={today.value} days={AHEAD} marks={lines.map((line) => ({ day: Math.max(line.day, today.value), arrives: line.amount > 0 }))} />
      <table class="dates">
        <caption class="unseen">{alone ? said.coming : said.comingIn(currency)}</caption>
        <thead>
          <tr>
            <th scope="col" class="wide-only">{said.date}</th>
            <th scope="col">{said.merchant}</th>
            <th scope="col" class="figure">{said.amount}</th>
            <th scope="col" class="figure">{said.running}</th>
          </tr>
        </thead>
        <tbody>
          {(few || whole ? lines : lines.slice(0, SHOWN)).map((line) => (
            <tr key={`${line.series.account_id} ${line.series.key} ${line.day}`}>
              <td class="when wide-only">{when(line)}</td>
              <th scope="row">
                {line.series.merchant}
                <small class="narrow-only">{when(line)}</small>
              </th>
              <td class={line.amount > 0 ? "figure good" : "figure"}>{signed(line.amount, currency)}</td>
              <td class="figure soft">{signed(line.running, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {!few && (
        <button type="button" class="text" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? said.fewer(SHOWN) : said.showAll(lines.length)}
        </button>
      )}
    </div>
  );
}

function when({ day: date }: Line): string {
  return date < today.value ? words.value.recurring.expected(day(date, "short")) : day(date, "weekday");
}

function signed(minor: number, currency: string): string {
  return minor > 0 ? `+${money(minor, currency)}` : money(minor, currency);
}
