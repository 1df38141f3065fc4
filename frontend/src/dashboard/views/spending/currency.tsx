/** One currency's spending: what it came to and means, its months, and what it is made of. */

import { useState } from "preact/hooks";
import { MonthChart } from "../../charts/months";
import { money, month as monthName, percent } from "../../format";
import { words } from "../../i18n";
import { roundedShare } from "../../money";
import { monthly } from "../../month";
import { address, book, filter, today, undated } from "../../state";
import { Breakdown } from "./breakdown";
import { usualMonth } from "../overview/usual";
import { chosenMonth, toggledMonth, touches } from "./flows";
import { accountLines, categoryLines, merchantLines } from "./lines";
import type { CurrencyAnalysis } from "../../analysis";
import type { Minor } from "../../wire";
import type { MonthColumn } from "../../charts/months";
import type { MonthFlow } from "../../month";

interface Shown {
  /** What the whole filter leaves. */
  readonly sums: CurrencyAnalysis;
  /** The same without its days: the months are shown beside the chosen one. */
  readonly everyMonth: CurrencyAnalysis;
  readonly isWhole: (month: string) => boolean;
  readonly alone: boolean;
}

export function Currency({ sums, everyMonth, isWhole, alone }: Shown) {
  const { currency } = sums;
  const flows = monthly(everyMonth);
  const usual = usualMonth(book.value, undated.value, currency, today.value)?.month ?? null;
  return (
    <div class="currency">
      <h2 class="sum">
        <span class="figure">{money(sums.spent, currency)}</span> {words.value.spending.spentIn(alone ? "" : currency)}
      </h2>
      <p class="lead" data-figure>{meaning(sums, usual)}</p>
      <Facts sums={sums} />
      {flows.length > 0 && <Months flows={flows} currency={currency} isWhole={isWhole} />}
      <div class="split block">
        <div class="stack">
          <Breakdown
            caption={words.value.spending.byCategory}
            column={words.value.spending.category}
            lines={categoryLines(sums, filter.value, primaries())}
            currency={currency}
            total={sums.spent}
            clears={{ category: primaries().get(filter.value.category) ?? "" }}
          />
          {sums.byAccount.size > 1 || filter.value.account !== "" ? (
            <Breakdown
              caption={words.value.spending.byAccount}
              column={words.value.spending.account}
              lines={accountLines(sums, filter.value)}
              currency={currency}
              total={sums.spent}
              clears={{ account: "" }}
            />
          ) : null}
        </div>
        <Breakdown
          caption={words.value.spending.byMerchant}
          column={words.value.spending.merchant}
          lines={merchantLines(sums, filter.value)}
          currency={currency}
          total={sums.spent}
          clears={{ merchant: "" }}
        />
      </div>
    </div>
  );
}

/** The primary code under which each detailed one is filed. */
function primaries(): ReadonlyMap<string, string> {
  return new Map(book.value.categories.flatMap(([, , primary, detailed]) => (detailed && detailed !== primary ? [[detailed, primary] as const] : [])));
}

/** The sentence beside the figure: one month against the usual one, several against each other. */
function meaning({ spent, currency }: CurrencyAnalysis, usual: Minor | null): string {
  const said = words.value.spending;
  const isOneMonth = chosenMonth(filter.value) !== "";
  if (spent < 0) return said.moreCameBack;
  if (usual === null) return said.tooShort;
  if (usual <= 0) return said.notUsual;
  const figure = money(usual, currency);
  if (!isOneMonth) return said.usual(figure);
  const change = roundedShare(spent - usual, usual, 1000);
  if (Math.abs(change) > 2000) return said.besideUsual(figure);
  if (Math.abs(change) < 5) return said.asUsual(figure);
  return change < 0 ? said.lessThanUsual(percent(-change, { whole: true }), figure) : said.moreThanUsual(percent(change, { whole: true }), figure);
}

function Facts({ sums: { currency, income, net, cash, debtPayments } }: { readonly sums: CurrencyAnalysis }) {
  const said = words.value.spending;
  if (income === 0 && cash === 0 && debtPayments === 0) return null; // nothing beside spending: there is nothing to take it off
  const facts: readonly (readonly [string, Minor])[] = [
    [said.income, income],
    ...(debtPayments ? [[said.debtPayments, debtPayments] as const] : []),
    ...(cash ? [[said.cash, cash] as const] : []),
    [said.net, net],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, minor]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{money(minor, currency)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface MonthsShown {
  readonly flows: readonly MonthFlow[];
  readonly currency: string;
  readonly isWhole: (month: string) => boolean;
}

function Months({ flows, currency, isWhole }: MonthsShown) {
  const [open, setOpen] = useState(false);
  const said = words.value.spending;
  const chosen = chosenMonth(filter.value);
  const withIncome = flows.some(({ income }) => income !== 0);
  const columns: readonly MonthColumn[] = flows.map(({ month, spent, income, net }) => ({
    month, spent, income,
    says: withIncome
      ? said.month(monthName(month), money(spent, currency), money(income, currency), money(net, currency))
      : said.monthSpent(monthName(month), money(spent, currency)),
    href: address("spending", toggledMonth(filter.value, month, chosen)),
    within: touches(filter.value, month),
    chosen: month === chosen,
  }));
  return (
    <>
      <MonthChart columns={columns} currency={currency} label={said.byMonth} />
      {/* Made when it is opened: a closed one costs each change of the filter nothing. */}
      <details class="as-table" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{words.value.charts.asTable}</summary>
        {open && <MonthsTable flows={flows} columns={columns} currency={currency} isWhole={isWhole} />}
      </details>
    </>
  );
}

function MonthsTable({ flows, columns, currency, isWhole }: MonthsShown & { readonly columns: readonly MonthColumn[] }) {
  const said = words.value.spending;
  return (
    <table class="months">
      <caption class="unseen">{said.byMonth}</caption>
      <thead>
        <tr>
          <th scope="col">{said.monthColumn}</th>
          <th scope="col" class="figure">{said.spent}</th>
          <th scope="col" class="figure">{said.income}</th>
          <th scope="col" class="figure">{said.net}</th>
        </tr>
      </thead>
      <tbody>
        {flows.map(({ month, spent, income, net }, place) => (
          <tr key={month}>
            <th scope="row">
              <a href={columns[place]!.href} aria-current={columns[place]!.chosen ? "true" : undefined}>{monthName(month)}</a>
              {!isWhole(month) && <small> {said.inPart}</small>}
            </th>
            <td class="figure">{money(spent, currency)}</td>
            <td class="figure">{money(income, currency)}</td>
            <td class="figure">{money(net, currency)}</td>
          </tr>
        )).reverse()}
      </tbody>
    </table>
  );
}
