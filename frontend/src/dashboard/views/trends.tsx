/** Trends: what every known month came to, how cards were used at its end, and keeping it beyond what banks tell. */

import { useSignalEffect } from "@preact/signals";
import "../styles/spending.css";
import "../styles/trends.css";
import { categoryName } from "../categories";
import { words } from "../i18n";
import { Skeleton } from "../parts/busy";
import { Title } from "../parts/heading";
import { Refused } from "../parts/refused";
import { asking, filter, setFilter, start } from "../state";
import { capsule } from "../trends/capsule";
import { categoriesIn, seriesOf } from "../trends/series";
import { read, refused, trends, visit } from "../trends/state";
import { Cards } from "./trends/cards";
import { Currency } from "./trends/currency";
import { Keeping } from "./trends/keeping";
import type { Trends as Told } from "../trends/wire";

export function Trends() {
  const say = words.value.trends;
  // Not beside the banks' own answer: it would ask them for the same at the same time.
  useSignalEffect(() => {
    if (start.value?.trends && !asking.value) void visit(start.value.mark);
  });
  if (start.value?.trends === false) return <NotInTier />;
  const told = trends.value;
  return (
    <>
      <section class="sheet first trends" aria-labelledby="trends-title">
        <header>
          <Title view="trends" />
          <p>{say.lead}</p>
          <p>{words.value.spending.rule}</p>
        </header>
        <div aria-busy={told === null && refused.value === null}>
          {refused.value !== null && <Refused refusal={refused.value} onRetry={() => void read()} />}
          {told === null ? refused.value === null && <Skeleton /> : <Months told={told} />}
        </div>
      </section>
      {told !== null && told.cards.length > 0 && <Cards cards={told.cards} />}
      {(told !== null || refused.value !== null) && <Keeping isOffered />}
    </>
  );
}

/** What the tier does not have, and what can be done with what was kept before. */
function NotInTier() {
  const { noTrends, keptTrends, see } = words.value.common.tier;
  const isKept = capsule.value !== null;
  return (
    <>
      <section class="sheet first trends" aria-labelledby="trends-title">
        <header>
          <Title view="trends" />
        </header>
        <div>
          <p class="text">{noTrends} {isKept && keptTrends}</p>
          <p class="acts"><a class="button quiet" href="/account">{see}</a></p>
        </div>
      </section>
      {isKept && <Keeping isOffered={false} />}
    </>
  );
}

function Months({ told }: { readonly told: Told }) {
  const say = words.value.trends;
  const categories = categoriesIn(told.months);
  const chosen = categories.some(({ key }) => key === filter.value.category) ? filter.value.category : "";
  const failed = [...new Set(told.problems.map(({ bank }) => bank.name || words.value.banks.someBank))];
  if (told.months.length === 0) return <p class="text">{say.none}</p>;
  const series = seriesOf(told.months);
  return (
    <>
      <div class="chooser">
        <label for="trends-category">{say.category}</label>
        <select id="trends-category" value={chosen} onChange={({ currentTarget }) => setFilter({ category: currentTarget.value })}>
          <option value="">{say.everything}</option>
          {categories.map(({ key }) => <option key={key} value={key}>{categoryName(key)}</option>)}
        </select>
      </div>
      {failed.map((name) => <p key={name} class="warn">{say.without(name)}</p>)}
      {series.map((each) => <Currency key={each.currency} series={each} category={chosen} alone={series.length === 1} />)}
    </>
  );
}
