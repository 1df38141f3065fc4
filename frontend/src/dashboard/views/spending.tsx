/** Spending: the period, each currency apart, and what moved without being spent. */

import { computed } from "@preact/signals";
import "../styles/spending.css";
import { analyse } from "../analysis";
import { dayOf, daysOfMonth } from "../dates";
import { day } from "../format";
import { words } from "../i18n";
import { Nothing, empty } from "../parts/empty";
import { Title } from "../parts/heading";
import { ReadMore } from "../parts/history";
import { address, analysis, book, filter, start, today, undated } from "../state";
import { Beside } from "./spending/beside";
import { Currency } from "./spending/currency";
import { PICKS, daysShown, firstDay, pickOf } from "./spending/period";

/** The sums over all days, for the months beside the chosen one. */
const everyDay = computed(() =>
  filter.value.from || filter.value.to ? analyse(book.value, undated.value) : analysis.value,
);
/** The first day that was asked for. */
const since = computed(() => dayOf(start.value?.period.start ?? "1970-01-01"));

export function Spending() {
  return (
    <section class="sheet first spending" aria-labelledby="spending-title">
      <header>
        <Title view="spending" />
        {!empty.value && <p>{words.value.spending.shown(...daysInWords())}</p>}
        <p>{words.value.spending.rule}</p>
      </header>
      <div>
        {empty.value !== "none" && empty.value !== "unread" && <Picks />}
        {empty.value ? <Nothing /> : <Currencies />}
      </div>
    </section>
  );
}

function daysInWords(): [first: string, last: string] {
  const [first, last] = daysShown(filter.value, since.value, today.value);
  return [day(first), day(last)];
}

function Picks() {
  const chosen = pickOf(filter.value, today.value);
  return (
    <>
      <nav class="picks" aria-label={words.value.spending.period}>
        {PICKS.map((pick) => (
          <a
            key={pick}
            href={address("spending", { ...filter.value, from: firstDay(pick, today.value), to: "" })}
            aria-current={pick === chosen ? "true" : undefined}
          >
            {words.value.spending.picks[pick]}
          </a>
        ))}
      </nav>
      {filter.value.from !== "" && dayOf(filter.value.from) < since.value && <ReadMore says={words.value.spending.readSince(day(since.value))} />}
    </>
  );
}

/** Whether all days of the month were asked for and are over. */
function isWhole(month: string): boolean {
  const [first, last] = daysOfMonth(month);
  return first >= since.value && last < today.value;
}

function Currencies() {
  const spending = analysis.value.filter(({ byMonth, income }) => byMonth.size > 0 || income !== 0);
  return (
    <>
      {spending.map((sums) => (
        <Currency
          key={sums.currency}
          sums={sums}
          everyMonth={everyDay.value.find(({ currency }) => currency === sums.currency) ?? sums}
          isWhole={isWhole}
          alone={analysis.value.length === 1}
        />
      ))}
      {spending.length === 0 && <p class="lead">{words.value.spending.nothingSpent}</p>}
      <Beside />
    </>
  );
}
