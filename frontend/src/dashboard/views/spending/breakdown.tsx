/** What spending is made of: a table whose bars are links. A chosen line leads back; so does Escape on a line. */

import { useState } from "preact/hooks";
import { Bar } from "../../charts/bar";
import { money, percent } from "../../format";
import { words } from "../../i18n";
import { roundedShare } from "../../money";
import { address, setFilter } from "../../state";
import type { Filter } from "../../filter";
import type { View } from "../../state";
import type { Minor } from "../../wire";

const SHOWN = 12;
/** A list that is asked for whole ends here: what is beyond is found by search, not by scrolling. */
const MOST = 250;

export interface Line {
  readonly key: string;
  readonly name: string;
  readonly amount: Minor;
  /** The filter behind its link. */
  readonly leads: Filter;
  readonly chosen: boolean;
  /** Part of the line above. */
  readonly inner?: boolean;
}

interface Breakdown {
  readonly caption: string;
  readonly column: string;
  readonly lines: readonly Line[];
  readonly currency: string;
  /** What the shares are of; none are shown where it is not above zero. */
  readonly total: Minor;
  /** What Escape takes back. */
  readonly clears: Partial<Filter>;
  /** Where the lines lead. */
  readonly to?: View;
}

export function Breakdown({ caption, column, lines, currency, total, clears, to = "spending" }: Breakdown) {
  const [whole, setWhole] = useState(false);
  if (lines.length === 0) return null;
  const few = lines.length <= SHOWN + 1;
  const shown = lines.slice(0, few ? lines.length : whole ? MOST : SHOWN);
  const rest = lines.slice(shown.length);
  const largest = lines.reduce((most, { amount }) => Math.max(most, amount), 0);
  const escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && lines.some(({ chosen }) => chosen)) setFilter(clears);
  };
  return (
    <div class="breakdown">
      <table class="bars" onKeyDown={escape}>
        <caption>{caption}</caption>
        <thead class="unseen">
          <tr>
            <th scope="col">{column}</th>
            <td />
            <th scope="col">{words.value.spending.share}</th>
            <th scope="col">{words.value.spending.spent}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ key, name, amount, leads, chosen, inner }) => (
            <tr key={key} class={inner ? "inner" : undefined}>
              <th scope="row">
                <a href={address(to, leads)} aria-current={chosen ? "true" : undefined}>{name}</a>
              </th>
              <td class="bar-cell">
                <Bar amount={amount} largest={largest} />
              </td>
              <td class="figure part">{share(amount, total)}</td>
              <td class="figure">{money(amount, currency)}</td>
            </tr>
          ))}
          {rest.length > 0 && (
            <tr class="rest">
              <th scope="row">{words.value.spending.others(rest.length)}</th>
              <td />
              <td />
              <td class="figure">{money(rest.reduce((sum, { amount }) => sum + amount, 0), currency)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {!few && (
        <button type="button" class="text" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? words.value.spending.fewer(SHOWN) : words.value.spending.showAll(lines.length)}
        </button>
      )}
    </div>
  );
}

/** The share of the total in whole per cent; nothing where it would say nothing. */
function share(amount: Minor, total: Minor): string {
  const perMille = total > 0 ? roundedShare(amount, total, 1000) : 0;
  return perMille < 5 ? "" : percent(perMille, { whole: true });
}
