/** The frame: where one is, how far the banks are, and the view. */

import "./styles/frame.css";
import { Banks } from "./views/banks";
import { Credit } from "./views/credit";
import { Overview } from "./views/overview";
import { Recurring } from "./views/recurring";
import { Spending } from "./views/spending";
import { Transactions } from "./views/transactions";
import { count } from "./format";
import { words } from "./i18n";
import { FilterBar } from "./parts/filter-bar";
import { Notices } from "./parts/notices";
import { VIEWS, address, answered, asking, banks, book, view } from "./state";
import type { View } from "./state";
import type { FunctionComponent } from "preact";

const SHOWN: Readonly<Record<View, FunctionComponent>> = {
  overview: Overview,
  credit: Credit,
  spending: Spending,
  recurring: Recurring,
  transactions: Transactions,
  banks: Banks,
};

export function App() {
  const Shown = SHOWN[view.value];
  return (
    <>
      <nav class="views" aria-label="Views">
        {VIEWS.map((each) => (
          <a key={each} href={address(each)} aria-current={each === view.value ? "page" : undefined}>
            {words.value.common.views[each]}
          </a>
        ))}
      </nav>
      <Progress />
      <Notices />
      <FilterBar />
      <Shown />
    </>
  );
}

function Progress() {
  if (!asking.value) return null;
  const asked = banks.value.size;
  const done = [...banks.value.values()].filter((bank) => !bank.asking).length;
  return (
    <p class="progress" role="status">
      {asked === 0 || answered.value.length === 0
        ? words.value.common.asking(asked || 1)
        : words.value.common.progress(done, asked, count(book.value.size))}
    </p>
  );
}
