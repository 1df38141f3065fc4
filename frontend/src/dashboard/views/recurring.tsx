/** Recurring: what comes next, then subscriptions, bills and income apart, and what is late or has ended. */

import "../styles/charts.css";
import "../styles/recurring.css";
import { dayOf } from "../dates";
import { NO_FILTER } from "../filter";
import { fold } from "../fold";
import { day, money } from "../format";
import { words } from "../i18n";
import { Skeleton } from "../parts/busy";
import { Title } from "../parts/heading";
import { ReadMore } from "../parts/history";
import { address, answered, asking, book, filter, recurring, start } from "../state";
import { Coming } from "./recurring/coming";
import { SeriesTable } from "./recurring/series";
import type { Recurring as Series } from "../wire";

const KINDS = ["subscription", "bill", "income"] as const;

/** Of the filter, what a series has: account, currency, category, merchant and the text that is searched for. */
function isShown(each: Series): boolean {
  const { account, currency, category, merchant, q } = filter.value;
  return (
    (!account || each.account_id === account) &&
    (!currency || each.currency === currency) &&
    (!category || each.primary === category || each.detailed === category) &&
    (!merchant || each.merchant === merchant) &&
    (!q.trim() || fold(each.merchant).includes(fold(q.trim())))
  );
}

export function Recurring() {
  const said = words.value.recurring;
  const series = recurring.value.filter(isShown);
  const active = series.filter(({ state }) => state === "active");
  const over = series.filter(({ state }) => state !== "active");
  const currencies = [...new Set(active.map(({ currency }) => currency))];
  const { from, to, min, max, kind, pending } = filter.value;
  return (
    <>
      <section class="sheet first recurring" aria-labelledby="recurring-title">
        <header>
          <Title view="recurring" />
          <p>{said.lead}</p>
          {(from || to || min || max || kind || pending) && <p>{said.notNarrowed}</p>}
        </header>
        <div class="stack">
          {currencies.map((currency) => {
            const its = active.filter((each) => each.currency === currency);
            return (
              <div key={currency}>
                <Sums series={its} />
                <Coming all={its} alone={currencies.length === 1} />
              </div>
            );
          })}
          {series.length === 0 && <NothingRecurs />}
          {series.length > 0 && <ReadMore says={said.readSince(readSince())} />}
        </div>
      </section>
      {KINDS.map((each) => (
        <Kind key={each} kind={each} series={active.filter((one) => one.kind === each)} />
      ))}
      {over.length > 0 && (
        <section class="sheet recurring" aria-labelledby="recurring-over">
          <header>
            <h2 id="recurring-over">{said.over}</h2>
          </header>
          <div>
            {(["late", "ended"] as const).map((state) => (
              <Over key={state} state={state} series={over.filter((one) => one.state === state)} />
            ))}
          </div>
        </section>
      )}
    </>
  );
}

/** "12 subscriptions, $1,140 a year", for each kind there is. */
function Sums({ series }: { readonly series: readonly Series[] }) {
  return (
    <dl class="facts sums">
      {KINDS.flatMap((kind) => {
        const its = series.filter((each) => each.kind === kind);
        if (its.length === 0) return [];
        return [
          <div key={kind}>
            <dt>{words.value.recurring.counted[kind](its.length)}</dt>
            <dd>{words.value.recurring.yearly(money(total(its), its[0]!.currency))}</dd>
          </div>,
        ];
      })}
    </dl>
  );
}

function total(series: readonly Series[]): number {
  return series.reduce((sum, each) => sum + each.yearly_cost, 0);
}

function Kind({ kind, series }: { readonly kind: (typeof KINDS)[number]; readonly series: readonly Series[] }) {
  if (series.length === 0) return null;
  const said = words.value.recurring;
  const byCost = [...series].sort((a, b) => b.yearly_cost - a.yearly_cost || (a.key < b.key ? -1 : 1));
  return (
    <section class="sheet recurring" aria-labelledby={`recurring-${kind}`}>
      <header>
        <h2 id={`recurring-${kind}`}>{said.kinds[kind]}</h2>
        <p>{said.kindSays[kind]}</p>
      </header>
      <div>
        <SeriesTable caption={said.kinds[kind]} series={byCost} />
      </div>
    </section>
  );
}

function Over({ state, series }: { readonly state: "late" | "ended"; readonly series: readonly Series[] }) {
  if (series.length === 0) return null;
  const said = words.value.recurring;
  const latest = [...series].sort((a, b) => (a.last_date < b.last_date ? 1 : -1));
  return (
    <details class="past">
      <summary>{said.states[state](series.length)}</summary>
      <p class="soft">{said.stateSays[state]}</p>
      <SeriesTable caption={said.states[state](series.length)} series={latest} over={state} />
    </details>
  );
}

function readSince(): string {
  return day(dayOf(start.value?.period.start ?? ""));
}

/** Why nothing is here: still asking, none found yet, or none that the filter leaves. */
function NothingRecurs() {
  const said = words.value.recurring;
  if (recurring.value.length > 0) {
    return (
      <p class="text">
        {said.filtered} <a href={address("recurring", NO_FILTER)}>{said.showEvery}</a>
      </p>
    );
  }
  if (asking.value && book.value.size === 0) return <Skeleton />;
  if (answered.value.length === 0) return <p class="text">{words.value.common.empty.unread}</p>;
  return (
    <>
      <p class="text">{said.none}</p>
      <ReadMore says={said.readSince(readSince())} />
    </>
  );
}
