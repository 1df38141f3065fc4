/** Accounts as people tell them apart: "Everyday Checking ··4401". */

import { book, cards, loans } from "./state";
import type { Account } from "./wire";

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

export function accountName({ name, mask }: Account): string {
  return nameWithMask(name, mask);
}

export function nameWithMask(name: string, mask: string | null): string {
  return mask ? `${isolated(name)} ··${mask}` : isolated(name);
}

/** A name written from right to left keeps its place among the words around it: without, its digits would change sides. */
function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

/** The name of the account of this id; the id itself where no bank lists it. */
export function nameOfAccount(id: string): string {
  const known =
    book.value.accounts.find((each) => each.id === id)?.account ??
    [...cards.value, ...loans.value].find(({ account }) => account.id === id)?.account;
  return known ? accountName(known) : id;
}
