/** How many rows the filter leaves and what they come to; said once it stands still, to those who listen. */

import { computed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { isFiltered } from "../../filter";
import { count, money } from "../../format";
import { words } from "../../i18n";
import { book, filter, selection } from "../../state";
import { sumsOf } from "./sums";

/** Milliseconds without a change before it is said aloud. */
const STILL = 700;

const rowsSaid = computed(() => {
  const { found, foundOf, none } = words.value.filter;
  const { length } = selection.value;
  if (length === 0) return none;
  return isFiltered(filter.value) ? foundOf(count(length), count(book.value.size)) : found(count(length), length === 1);
});

/** Nothing without a filter: all that moved in and out, transfers too, would stand beside the spending and contradict it. */
const sumsSaid = computed(() => {
  const say = words.value.filter;
  if (!isFiltered(filter.value)) return "";
  const { sums, hasMoved } = sumsOf(book.value, selection.value);
  const said = sums.flatMap((sum) => [
    sum.out > 0 ? say.out(money(sum.out, sum.currency)) : "",
    sum.in > 0 ? say.in(money(sum.in, sum.currency)) : "",
  ]);
  return [...said, hasMoved && !filter.value.kind ? say.withMoved : ""].filter(Boolean).join(", ");
});

export function Found() {
  return (
    <p class="found">
      <span aria-hidden="true">
        {rowsSaid.value} {sumsSaid.value && <span data-figure class="soft">{sumsSaid.value}</span>}
      </span>
      <Aloud text={`${rowsSaid.value}. ${sumsSaid.value}`.trim()} />
    </p>
  );
}

function Aloud({ text }: { text: string }) {
  const [said, say] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => say(text), STILL);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <span class="unseen" role="status">
      {said}
    </span>
  );
}
