/** Why a view has no row to show, and the way out. */

import { computed } from "@preact/signals";
import { NO_FILTER } from "../filter";
import { monthsOf } from "../dates";
import { words } from "../i18n";
import { address, answered, asking, book, fault, reach, selection, view } from "../state";
import { Skeleton } from "./busy";

export type Emptiness = "waiting" | "unread" | "filtered" | "none";

/** Null where there are rows to show. */
export const empty = computed<Emptiness | null>(() => {
  if (selection.value.length > 0) return null;
  if (book.value.size > 0) return "filtered";
  if (asking.value && fault.value === null) return "waiting";
  return answered.value.length > 0 ? "none" : "unread";
});

export function Nothing() {
  const { unread, filtered, showAll, none } = words.value.common.empty;
  switch (empty.value) {
    case "waiting":
      return <Skeleton />;
    case "unread":
      return <p class="text">{unread}</p>;
    case "filtered":
      return (
        <p class="text">
          {filtered} <a href={address(view.value, NO_FILTER)}>{showAll}</a>
        </p>
      );
    case "none":
      return <p class="text">{none(answered.value.length, monthsOf(reach.value))}</p>;
    default:
      return null;
  }
}
