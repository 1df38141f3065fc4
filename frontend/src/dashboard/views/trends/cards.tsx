/** How much of each card's limit was used at the end of each month. */

import { useState } from "preact/hooks";
import { Limits, MARK } from "../../charts/limits";
import { dayOf, monthsBetween } from "../../dates";
import { day as dayName, month as monthName, percent } from "../../format";
import { words } from "../../i18n";
import { nameWithMask } from "../../names";
import type { LimitMonth } from "../../charts/limits";
import type { CardMonth, TrendCard } from "../../trends/wire";

export function Cards({ cards }: { readonly cards: readonly TrendCard[] }) {
  const say = words.value.trends.cards;
  const limited = cards.filter(({ months }) => months.some(({ basis_points: used }) => used !== null));
  const names = limited.flatMap(({ months }) => months.map(({ month }) => month)).sort();
  const axis = names.length === 0 ? [] : monthsBetween(names[0]!, names.at(-1)!);
  const banks = new Set(cards.map(({ bank }) => bank));
  return (
    <section class="sheet trends" aria-labelledby="trends-cards">
      <header>
        <h2 id="trends-cards">{say.title}</h2>
        <p>{say.lead}</p>
        <p>{say.legend}</p>
      </header>
      <div>
        {limited.length === 0 && <p class="text">{say.none}</p>}
        {limited.map((card) => (
          <article key={card.key} class="limit-card">
            <h3>
              {nameWithMask(card.name, card.mask)}
              {banks.size > 1 && <small> {card.bank}</small>}
            </h3>
            <p class="use-said" data-figure>{meaning(card)}</p>
            <Limits months={axis.map((month) => pointOf(card, month))} />
          </article>
        ))}
        {limited.length > 0 && <Table cards={limited} axis={axis} />}
      </div>
    </section>
  );
}

function at({ months }: TrendCard, month: string): CardMonth | undefined {
  return months.find((each) => each.month === month);
}

function pointOf(card: TrendCard, month: string): LimitMonth {
  const told = at(card, month);
  return { month, basisPoints: told?.basis_points ?? null, kept: told?.source === "capsule" };
}

function used(basisPoints: number): string {
  return percent(Math.round(basisPoints / 10));
}

function meaning({ months }: TrendCard): string {
  const say = words.value.trends.cards;
  const known = months.flatMap(({ day, basis_points: share }) => (share === null ? [] : [{ day, share }]));
  const last = known.at(-1)!;
  return say.says(dayName(dayOf(last.day)), used(last.share), known.filter(({ share }) => share > MARK).length, known.length);
}

function Table({ cards, axis }: { readonly cards: readonly TrendCard[]; readonly axis: readonly string[] }) {
  const [open, setOpen] = useState(false);
  const { trends: say } = words.value;
  return (
    <details class="as-table" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.value.charts.asTable}</summary>
      {open && (
        <div class="wide-table" role="region" aria-labelledby="trends-cards" tabIndex={0}>
          <table>
            <caption class="unseen">{say.cards.title}</caption>
            <thead>
              <tr>
                <th scope="col">{say.monthColumn}</th>
                {cards.map(({ key, name, mask }) => <th key={key} scope="col" class="figure">{nameWithMask(name, mask)}</th>)}
              </tr>
            </thead>
            <tbody>
              {axis.map((month) => (
                <tr key={month}>
                  <th scope="row">{monthName(month)}</th>
                  {cards.map((card) => <Cell key={card.key} told={at(card, month)} />)}
                </tr>
              )).reverse()}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function Cell({ told }: { readonly told: CardMonth | undefined }) {
  const { trends: say } = words.value;
  if (told === undefined || told.basis_points === null) return <td class="figure untold">{say.notKnown}</td>;
  return (
    <td class="figure">
      {used(told.basis_points)}
      {told.source !== "seen" && <small> {say.cards.sources[told.source]}</small>}
    </td>
  );
}
