/** "Also show": movements that are not spending, each kind under its own name and with its own sums. */

import { signal } from "@preact/signals";
import { count, money } from "../../format";
import { words } from "../../i18n";
import { address, analysis, book, filter, selection } from "../../state";
import { BESIDE, moved } from "./moved";
import type { BesideKind } from "./moved";

const SHOWN = 8;

const asked = signal<ReadonlySet<BesideKind>>(new Set());

function toggle(kind: BesideKind): void {
  const next = new Set(asked.value);
  if (!next.delete(kind)) next.add(kind);
  asked.value = next;
}

/** The choice, and what is chosen. A filter on one of these kinds shows it without being asked. */
export function Beside() {
  const shown = BESIDE.filter((kind) => asked.value.has(kind) || filter.value.kind === kind);
  return (
    <>
      <fieldset class="beside">
        <legend>{words.value.spending.alsoShow}</legend>
        {BESIDE.map((kind) => (
          <label key={kind} class="check">
            <input type="checkbox" checked={shown.includes(kind)} disabled={filter.value.kind === kind} onChange={() => toggle(kind)} />
            {words.value.spending.beside[kind].name}
          </label>
        ))}
      </fieldset>
      {shown.map((kind) => (
        <section key={kind} class="block" aria-labelledby={`beside-${kind}`}>
          <h2 id={`beside-${kind}`}>{words.value.spending.beside[kind].heading}</h2>
          <p class="soft">{words.value.spending.beside[kind].says}</p>
          {analysis.value.map(({ currency }) => (
            <MovedTable key={currency} kind={kind} currency={currency} />
          ))}
        </section>
      ))}
    </>
  );
}

function MovedTable({ kind, currency }: { readonly kind: BesideKind; readonly currency: string }) {
  const lines = moved(book.value, selection.value, currency, kind);
  if (lines.length === 0) return analysis.value.length === 1 ? <p>{words.value.spending.noneOfIt}</p> : null;
  const rest = lines.slice(SHOWN);
  const sum = (side: "in" | "out", of = lines): number => of.reduce((total, line) => total + line[side], 0);
  const figure = (minor: number): string => (minor === 0 ? "" : money(minor, currency));
  return (
    <table class="moved">
      <caption class="unseen">{words.value.spending.besideIn(words.value.spending.beside[kind].name, currency)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.value.spending.counterparty}</th>
          <th scope="col" class="figure wide-only">{words.value.spending.times}</th>
          <th scope="col" class="figure">{words.value.spending.left}</th>
          <th scope="col" class="figure">{words.value.spending.arrived}</th>
        </tr>
      </thead>
      <tbody>
        {lines.slice(0, SHOWN).map((line) => (
          <tr key={line.merchant}>
            <th scope="row">
              <a href={address("transactions", { ...filter.value, kind, merchant: line.merchant, currency })}>{line.merchant}</a>
            </th>
            <td class="number wide-only">{count(line.count)}</td>
            <td class="figure">{figure(line.out)}</td>
            <td class="figure">{figure(line.in)}</td>
          </tr>
        ))}
        {rest.length > 0 && (
          <tr class="rest">
            <th scope="row">{words.value.spending.others(rest.length)}</th>
            <td class="number wide-only">{count(rest.reduce((all, line) => all + line.count, 0))}</td>
            <td class="figure">{figure(sum("out", rest))}</td>
            <td class="figure">{figure(sum("in", rest))}</td>
          </tr>
        )}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">
            <a href={address("transactions", { ...filter.value, kind, currency })}>{words.value.spending.inAll}</a>
          </th>
          <td class="number wide-only">{count(lines.reduce((all, line) => all + line.count, 0))}</td>
          <td class="figure">{figure(sum("out"))}</td>
          <td class="figure">{figure(sum("in"))}</td>
        </tr>
      </tfoot>
    </table>
  );
}
