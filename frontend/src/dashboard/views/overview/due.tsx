/** What is to be paid next: overdue first, in words, then by date. */

import { dayOf } from "../../dates";
import { day, inDays, money } from "../../format";
import { words } from "../../i18n";
import { nameOfAccount } from "../../names";
import { address, answered } from "../../state";
import type { Due } from "../../credit";

const SHOWN = 6;

export function DueNext({ due }: { readonly due: readonly Due[] }) {
  const { title, none, all } = words.value.overview.due;
  return (
    <div>
      <h2 class="over">{title}</h2>
      {due.length === 0 ? (
        <p class="soft">{none(answered.value.length)}</p>
      ) : (
        <ul class="rows">
          {due.slice(0, SHOWN).map((each) => <Payment key={`${each.accountId} ${each.kind}`} due={each} />)}
        </ul>
      )}
      {due.length > 0 && (
        <p class="further">
          <a href={address("credit")}>{all}</a>
        </p>
      )}
    </div>
  );
}

function Payment({ due: { accountId, amount, currency, statementBalance, due, days, overdue } }: { due: Due }) {
  const say = words.value.overview.due;
  const when =
    due === null ? say.overdueUndated
    : overdue === true ? (days ?? 0) < 0 ? say.overdue(day(dayOf(due), "short")) : say.overdueDue(day(dayOf(due), "short"))
    : say.on(day(dayOf(due), "short"), inDays(days ?? 0));
  return (
    <li>
      <span>
        {nameOfAccount(accountId)}
        <small class={overdue === true ? "bad" : undefined}>{when}</small>
      </span>
      <span class="figure">
        {amount === null ? <span class="soft">{say.unknown}</span> : say.atLeast(money(amount, currency))}
        {statementBalance !== null && <small>{say.statement(money(statementBalance, currency))}</small>}
      </span>
    </li>
  );
}
