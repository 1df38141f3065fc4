/** One currency's months: the usual month and how it changed, the columns, the table, and what a month is made of. */

import { useState } from "preact/hooks";
import { MonthChart } from "../../charts/months";
import { categoryName } from "../../categories";
import { money, month as monthName, percent } from "../../format";
import { words } from "../../i18n";
import { address, filter } from "../../state";
import { categoriesIn, courseOf, latestWhole, spentIn } from "../../trends/series";
import { Breakdown } from "../spending/breakdown";
import { chosenMonth, toggledMonth } from "../spending/flows";
import type { MonthColumn } from "../../charts/months";
import type { Course, Series } from "../../trends/series";
import type { TrendMonth } from "../../trends/wire";

interface Shown {
  readonly series: Series;
  /** A primary code, "" for all. */
  readonly category: string;
  readonly alone: boolean;
}

export function Currency({ series, category, alone }: Shown) {
  const say = words.value.trends;
  const { currency, months } = series;
  const course = courseOf(series, category);
  const chosen = chosenMonth(filter.value);
  const columns = months.map(({ month, told }) => columnOf(month, told, currency, category, chosen));
  const kept = months.filter(({ told }) => told !== null && isKept(told)).length;
  return (
    <div class="currency">
      <h2 class="sum">
        <Sum series={series} category={category} course={course} inWords={alone ? "" : currency} />
      </h2>
      <p class="lead" data-figure>
        {meaning(course)} {kept > 0 && say.keptMonths(kept)}
      </p>
      <MonthChart columns={columns} currency={currency} label={say.byMonth} />
      <Table series={series} columns={columns} category={category} />
      <Made series={series} category={category} chosen={chosen} course={course} />
    </div>
  );
}

/** The usual month; before there are two whole ones, the one that is known best. `inWords` is the currency where it is said. */
function Sum({ series, category, course, inWords }: { readonly series: Series; readonly category: string; readonly course: Course | null; readonly inWords: string }) {
  const say = words.value.trends;
  const only = latestWhole(series, 1)[0] ?? series.months.findLast(({ told }) => told !== null)!.told!;
  const amount = course === null ? spentIn(only, category) : course.average;
  const inMonth = only.complete ? say.inMonth : say.inPartOf;
  return (
    <>
      <span class="figure">{money(amount, series.currency)}</span>{" "}
      {course === null ? inMonth(monthName(only.month), inWords) : say.average(inWords)}
    </>
  );
}

function meaning(course: Course | null): string {
  const say = words.value.trends;
  if (course === null) return say.tooShort;
  const { months, change } = course;
  if (change === null) return say.over(months);
  if (Math.abs(change) > 2000) return say.farFrom(months);
  if (Math.abs(change) < 5) return say.asBefore(months);
  const share = percent(Math.abs(change), { whole: true });
  return change < 0 ? say.lessThanBefore(months, share) : say.moreThanBefore(months, share);
}

function isKept({ source }: TrendMonth): boolean {
  return source === "capsule" || source === "mixed";
}

function columnOf(month: string, told: TrendMonth | null, currency: string, category: string, chosen: string): MonthColumn {
  const place = { month, href: address("trends", toggledMonth(filter.value, month, chosen)), within: chosen === "" || month === chosen, chosen: month === chosen };
  const say = words.value.trends;
  if (told === null) return { ...place, spent: 0, income: 0, says: say.unknown(monthName(month)) };
  const income = category === "" ? told.income : 0;
  const figures = category === "" ? say.month(monthName(month), money(told.spent, currency), money(income, currency)) : say.monthSpent(monthName(month), money(spentIn(told, category), currency));
  return {
    ...place,
    spent: spentIn(told, category),
    income,
    kept: isKept(told),
    partly: !told.complete,
    says: [figures, ...(told.complete ? [] : [say.partly]), ...(isKept(told) ? [say.sources[told.source]] : [])].join(", "),
  };
}

function Table({ series: { currency, months }, columns, category }: { readonly series: Series; readonly columns: readonly MonthColumn[]; readonly category: string }) {
  const [open, setOpen] = useState(false);
  const say = words.value.trends;
  return (
    <details class="as-table" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{words.value.charts.asTable}</summary>
      {open && (
        <table>
          <caption class="unseen">{say.byMonth}</caption>
          <thead>
            <tr>
              <th scope="col">{say.monthColumn}</th>
              <th scope="col" class="figure">{words.value.charts.spent}</th>
              {category === "" && <th scope="col" class="figure">{words.value.charts.income}</th>}
              <th scope="col">{say.source}</th>
            </tr>
          </thead>
          <tbody>
            {months.map(({ month, told }, place) => (
              <tr key={month}>
                <th scope="row">
                  <a href={columns[place]!.href} aria-current={columns[place]!.chosen ? "true" : undefined}>{monthName(month)}</a>
                  {told?.complete === false && <small> {say.partly}</small>}
                </th>
                {told === null ? <td class="untold" colSpan={category === "" ? 3 : 2}>{say.notKnown}</td> : (
                  <>
                    <td class="figure">{money(spentIn(told, category), currency)}</td>
                    {category === "" && <td class="figure">{money(told.income, currency)}</td>}
                    <td>{say.sources[told.source]}</td>
                  </>
                )}
              </tr>
            )).reverse()}
          </tbody>
        </table>
      )}
    </details>
  );
}

/** The chosen month by category; without one, the whole months that the average is of. */
function Made({ series, category, chosen, course }: { readonly series: Series; readonly category: string; readonly chosen: string; readonly course: Course | null }) {
  const say = words.value.trends;
  const one = series.months.find(({ month }) => month === chosen)?.told ?? null;
  const months = one === null ? latestWhole(series, course?.months ?? 0) : [one];
  const parts = categoriesIn(months);
  if (parts.length === 0) return null;
  return (
    <div class="block made">
      <Breakdown
        caption={one === null ? say.madeOf(months.length) : say.madeOfMonth(monthName(chosen))}
        column={words.value.spending.category}
        lines={parts.map(({ key, spent }) => ({
          key, name: categoryName(key), amount: spent, chosen: key === category,
          leads: { ...filter.value, category: key === category ? "" : key },
        }))}
        currency={series.currency}
        total={months.reduce((sum, { spent }) => sum + spent, 0)}
        clears={{ category: "" }}
        to="trends"
      />
      {one !== null && one.source !== "capsule" && (
        <p class="further"><a href={address("transactions")}>{say.itsTransactions(monthName(chosen))}</a></p>
      )}
    </div>
  );
}
