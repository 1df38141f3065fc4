/** Terms as a bank tells them. What it does not tell is said, never zero. */

import { Fragment } from "preact";
import { dayOf } from "../../dates";
import { day, inDays, money } from "../../format";
import { words } from "../../i18n";
import { nothingToPay } from "../../credit";
import { today } from "../../state";
import type { Card, Loan, Minor } from "../../wire";

const SOON = 7; // days: as on the server's statement (keepless/web/billing.py)

export type Term = readonly [name: string, figure: string | null];

export function Terms({ terms }: { readonly terms: readonly Term[] }) {
  return (
    <dl class="terms">
      {terms.map(([name, figure]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          {figure === null ? <dd class="untold">{words.value.credit.untold}</dd> : <dd>{figure}</dd>}
        </Fragment>
      ))}
    </dl>
  );
}

export function known(minor: Minor | null, currency: string): string | null {
  return minor === null ? null : money(minor, currency);
}

/** Minimum, due date, overdue and last payment, which cards and loans have alike. */
export function paymentTerms(credit: Card | Loan): readonly Term[] {
  const said = words.value.credit;
  const { currency } = credit.account;
  const { due, overdue, last_payment_amount: paid, last_payment_date: paidOn } = credit;
  return [
    [said.minimum, known(credit.minimum_payment, currency)],
    [said.due, due === null ? null : dueOn(dayOf(due))],
    [said.overdue, overdue === null ? null : overdue ? said.yes : said.no],
    [paidOn === null ? said.lastPaid : said.lastPaidOn(day(dayOf(paidOn), "short")), known(paid, currency)],
  ];
}

/** The date and how far it is; with its year where it is far. */
function dueOn(due: number): string {
  const days = due - today.value;
  return words.value.credit.dueOn(day(due, Math.abs(days) < 300 ? "short" : "long"), inDays(days));
}

/** What presses, in words: overdue by the bank's word, or due within a week. Nothing where nothing does. */
export function State({ credit }: { readonly credit: Card | Loan }) {
  const said = words.value.credit;
  const due = credit.due === null ? null : dayOf(credit.due);
  if (credit.overdue === true) {
    return <p class="state bad">{due !== null && due < today.value ? said.overdueSince(day(due)) : said.isOverdue}</p>;
  }
  if (due !== null && due >= today.value && due <= today.value + SOON && !nothingToPay(credit)) {
    return <p class="state warn">{said.dueSoon(inDays(due - today.value))}</p>;
  }
  return null;
}
