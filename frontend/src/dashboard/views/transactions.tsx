/** Every transaction of the filter, as a statement lists them. */

import "../styles/transactions.css";
import { count, day } from "../format";
import { words } from "../i18n";
import { Nothing, empty } from "../parts/empty";
import { Export } from "../parts/export";
import { Title } from "../parts/heading";
import { ReadMore } from "../parts/history";
import { narrow } from "../parts/narrow";
import { reach, today } from "../state";
import { Ledger, SortChoice, WHOLE } from "./transactions/ledger";
import { SORTS } from "./transactions/order";
import { shown } from "./transactions/shown";

export function Transactions() {
  const say = words.value.transactions;
  if (empty.value !== null) {
    return (
      <section class="sheet transactions" aria-labelledby="transactions-title">
        <header><Title view="transactions" /></header>
        <div><Nothing /></div>
      </section>
    );
  }
  const all = shown.value.length;
  return (
    <section class="sheet transactions" aria-labelledby="transactions-title">
      <header>
        <Title view="transactions" />
        <p>{say.caption}</p>
        {all > WHOLE && <p class="screen-only">{say.onlyVisible}</p>}
        <p class="unseen" id="book-keys">{say.keysHint}</p>
      </header>
      <div>
        <div class="book-head">
          {narrow.value && <SortChoice sorts={SORTS} />}
          <Export />
        </div>
        {all > WHOLE && <p class="print-only">{say.printed(count(WHOLE), count(all))}</p>}
        <Ledger />
        <ReadMore says={say.since(day(today.value - reach.value + 1))} />
      </div>
    </section>
  );
}
