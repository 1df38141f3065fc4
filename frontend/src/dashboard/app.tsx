/** The frame: where one is, how far the banks are, what needs a hand, and the view. */

import "./styles/frame.css";
import { useEffect, useRef } from "preact/hooks";
import { words } from "./i18n";
import { FilterBar } from "./parts/filter-bar";
import { Shortcuts } from "./parts/filter-bar/shortcuts";
import { headingId } from "./parts/heading";
import { Holding, opened } from "./parts/holding";
import { Notices } from "./parts/notices";
import { Offer } from "./parts/offer";
import { Progress } from "./parts/progress";
import { VIEWS, address, view } from "./state";
import { Banks } from "./views/banks";
import { Farewell } from "./views/banks/farewell";
import { farewell } from "./views/banks/remove";
import { Credit } from "./views/credit";
import { Overview } from "./views/overview";
import { Recurring } from "./views/recurring";
import { Spending } from "./views/spending";
import { Transactions } from "./views/transactions";
import { Trends } from "./views/trends";
import type { View } from "./state";
import type { FunctionComponent } from "preact";

const SHOWN: Readonly<Record<View, FunctionComponent>> = {
  overview: Overview,
  credit: Credit,
  spending: Spending,
  trends: Trends,
  recurring: Recurring,
  transactions: Transactions,
  banks: Banks,
};

/** Views that the bar of the filter does nothing for: no figure of the banks follows it, trends have a chooser of their own. */
const UNFILTERED: ReadonlySet<View> = new Set<View>(["banks", "trends"]);

export function App() {
  const panel = opened.value && <Holding />;
  if (farewell.value) {
    return (
      <>
        <Farewell />
        {panel}
      </>
    );
  }
  const Shown = SHOWN[view.value];
  return (
    <>
      <Views />
      <Progress />
      <Notices />
      <Offer />
      {UNFILTERED.has(view.value) ? <div class="keys-alone"><Shortcuts /></div> : <FilterBar />}
      <Shown />
      {panel}
    </>
  );
}

function Views() {
  const chosen = view.value;
  const seen = useRef(chosen);
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (seen.current === chosen) return; // the first view: the page has only just come
    seen.current = chosen;
    document.getElementById(headingId(chosen))?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [chosen]);
  return (
    <nav class="views" aria-label={words.value.common.viewsLabel} ref={list}>
      {VIEWS.map((each) => (
        <a key={each} href={address(each)} aria-current={each === chosen ? "page" : undefined}>
          {words.value.common.views[each]}
        </a>
      ))}
    </nav>
  );
}
