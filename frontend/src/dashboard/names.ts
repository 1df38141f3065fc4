/** Accounts as people tell them apart: "Everyday Checking ··4401". */

import { book, cards, loans } from "./state";
import type { Account } from "./wire";

export function accountName({ name, mask }: Account): string {
  return mask ? `${name} ··${mask}` : name;
}

/** The name of the account of this id; the id itself where no bank lists it. */
export function nameOfAccount(id: string): string {
  const known =
    book.value.accounts.find((each) => each.id === id)?.account ??
    [...cards.value, ...loans.value].find(({ account }) => account.id === id)?.account;
  return known ? accountName(known) : id;
}
