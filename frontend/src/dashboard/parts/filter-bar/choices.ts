/** What the rows that are here can be filtered by: only what occurs is offered, and what is asked now. */

import { computed } from "@preact/signals";
import { categoryName } from "../../categories";
import { UNCATEGORIZED } from "../../filter";
import { locale } from "../../i18n";
import { accountName } from "../../names";
import { book } from "../../state";
import type { Kind } from "../../wire";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Group extends Choice {
  readonly within: readonly Choice[];
}

/** Primary categories, each with its detailed ones, by name. */
export const categories = computed<readonly Group[]>(() => {
  const found = new Map<string, Set<string>>();
  for (const [primary, detailed] of book.value.categories) {
    const within = found.get(primary || UNCATEGORIZED) ?? new Set();
    found.set(primary || UNCATEGORIZED, detailed ? within.add(detailed) : within);
  }
  return byLabel(
    [...found].map(([value, within]) => ({
      value,
      label: categoryName(value),
      within: byLabel([...within].map((each) => ({ value: each, label: categoryName(each) }))),
    })),
  );
});

/** Banks, each with those of its accounts that have a row or are listed. */
export const accounts = computed<readonly Group[]>(() => {
  const banks = new Map<string, Choice[]>();
  for (const { id, bank, account } of book.value.accounts) {
    const label = account ? accountName(account) : id;
    banks.set(bank, [...(banks.get(bank) ?? []), { value: id, label }]);
  }
  return byLabel([...banks].map(([bank, within]) => ({ value: bank, label: bank, within: byLabel(within) })));
});

export const kinds = computed<readonly Kind[]>(() => {
  const present = new Set(book.value.kind);
  return book.value.kinds.filter((_, place) => present.has(place));
});

export const currencies = computed(() => [...book.value.currencies].sort());

function byLabel<T extends Choice>(choices: readonly T[]): readonly T[] {
  const { compare } = new Intl.Collator(locale.value);
  return [...choices].sort((a, b) => compare(a.label, b.label));
}
