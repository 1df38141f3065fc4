/** The overview: this month beside others, what is due next, how much of the limits is used. */

import "../styles/overview.css";
import { computed } from "@preact/signals";
import { analyse } from "../analysis";
import { dueNext, totalUtilisation } from "../credit";
import { NO_FILTER, isFiltered } from "../filter";
import { day, list, money } from "../format";
import { words } from "../i18n";
import { comparisons, monthly } from "../month";
import { Nothing, empty } from "../parts/empty";
import { Title } from "../parts/heading";
import { lacksTransactions } from "../parts/missing";
import { address, analysis, answered, banks, book, cards, filter, loans, today, undated } from "../state";
import { DueNext } from "./overview/due";
import { Limits } from "./overview/limits";
import { monthSentence } from "./overview/month-words";
import { Months } from "./overview/months";
import { usualMonth } from "./overview/usual";
import type { Comparison } from "../month";
import type { Card, Loan } from "../wire";
import type { Usual } from "./overview/usual";

const compared = computed(() => comparisons(book.value, undated.value, today.value));
/** All months, whatever days the filter names. */
const sums = computed(() => (filter.value.from || filter.value.to ? analyse(book.value, undated.value) : analysis.value));

const usual = computed(() => {
  const currency = compared.value[0]?.currency;
  return currency === undefined ? null : usualMonth(book.value, undated.value, currency, today.value);
});

export function Overview() {
  const first = compared.value[0];
  const shown = <T extends Card | Loan>(every: readonly T[]): readonly T[] =>
    every.filter(
      ({ account }) =>
        (!filter.value.account || account.id === filter.value.account) && (!filter.value.currency || account.currency === filter.value.currency),
    );
  const currencySums = sums.value.find(({ currency }) => currency === first?.currency);
  return (
    <>
      <section class="sheet first" aria-labelledby="overview-title">
        <header>
          <Title view="overview" />
          {answered.value.length > 0 && <p>{words.value.overview.today(day(today.value))}</p>}
          <Filtered />
        </header>
        {answered.value.length === 0 ? (
          <div><Nothing /></div>
        ) : (
          <div class="split wide-first">
            <div>
              {first === undefined ? <NothingYet /> : <ThisMonth comparison={first} usual={usual.value} />}
              <Without />
              <Others comparisons={compared.value.slice(1)} />
            </div>
            <DueNext due={dueNext(shown(cards.value), shown(loans.value), today.value)} />
          </div>
        )}
      </section>
      <Limits totals={totalUtilisation(shown(cards.value))} />
      {currencySums !== undefined && <Months flows={monthly(currencySums)} currency={currencySums.currency} />}
    </>
  );
}

/** Says that the figures are a part, and where the rest is. */
function Filtered() {
  const { filtered, filteredDays, showAll } = words.value.overview;
  if (!isFiltered(filter.value)) return null;
  const byDays = filter.value.from !== "" || filter.value.to !== "";
  return (
    <p>
      {isFiltered({ ...filter.value, from: "", to: "" }) && filtered} {byDays && filteredDays}{" "}
      <a href={address("overview", NO_FILTER)}>{showAll}</a>
    </p>
  );
}

function NothingYet() {
  return empty.value === "none" || empty.value === "filtered" ? <Nothing /> : <p class="text">{words.value.overview.nothingThisMonth}</p>;
}

function ThisMonth({ comparison, usual }: { comparison: Comparison; usual: Usual | null }) {
  const say = words.value.overview;
  const { currency, now, month } = comparison;
  const sentence = monthSentence(comparison, today.value);
  const amount = (minor: number): string => money(minor, currency);
  return (
    <>
      <p class="total">{amount(now)}</p>
      <p class="lead" data-figure={sentence.hasAmount || undefined}>{sentence.text}</p>
      {usual !== null && <UsualMonth usual={usual} now={now} currency={currency} />}
      <dl class="facts">
        <Fact label={say.income} figure={amount(month?.income ?? 0)} />
        {month !== null && month.debtPayments !== 0 && <Fact label={say.debtPayments} figure={amount(month.debtPayments)} />}
        {month !== null && month.cash !== 0 && <Fact label={say.cash} figure={amount(month.cash)} />}
        <Fact label={say.net} figure={amount(month?.net ?? 0)} />
      </dl>
      <p class="note"><small>{say.netNote}</small></p>
    </>
  );
}

function UsualMonth({ usual, now, currency }: { usual: Usual; now: number; currency: string }) {
  const say = words.value.overview.usual;
  const byToday = money(usual.byToday, currency);
  const apart = money(Math.abs(usual.byToday - now), currency);
  const beside = now < usual.byToday ? say.below(byToday, apart) : now > usual.byToday ? say.above(byToday, apart) : say.same(byToday);
  return (
    <p class="usual">
      <span data-figure>{beside} {say.whole(money(usual.month, currency))}</span> <small>{say.why(usual.months)}</small>
    </p>
  );
}

function Fact({ label, figure }: { label: string; figure: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{figure}</dd>
    </div>
  );
}

/** Whose transactions the figures lack: said beside the figures, or they would look whole. */
function Without() {
  const missing = [...banks.value.values()].flatMap(({ asked, answer, asking }) =>
    (answer === null ? !asking : answer.type === "problem" || lacksTransactions(answer)) ? [asked.name || words.value.banks.someBank] : [],
  );
  return missing.length === 0 ? null : <p class="warn without">{words.value.overview.without(list(missing))}</p>;
}

/** Currencies are never added together: each of the others has its own line. */
function Others({ comparisons: others }: { comparisons: readonly Comparison[] }) {
  if (others.length === 0) return null;
  return (
    <ul class="rows others">
      {others.map((each) => <Other key={each.currency} comparison={each} />)}
    </ul>
  );
}

function Other({ comparison }: { comparison: Comparison }) {
  const sentence = monthSentence(comparison, today.value);
  return (
    <li>
      <span>
        {words.value.overview.inCurrency(comparison.currency)}
        <small data-figure={sentence.hasAmount || undefined}>{sentence.text}</small>
      </span>
      <span class="figure">{money(comparison.now, comparison.currency)}</span>
    </li>
  );
}
