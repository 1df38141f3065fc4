/** The table of the transactions: any number of them, those near the screen in the page. */

import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from "preact/hooks";
import { words } from "../../i18n";
import { narrow } from "../../parts/narrow";
import { book, filter } from "../../state";
import { follow, keyIn } from "./anchor";
import { COLUMNS, Details, rowOf } from "./row";
import { pressed } from "./order";
import { shown, sort } from "./shown";
import { focus, hold, led, offer, placeOf, stopsOf } from "./stops";
import { blocks, inSight } from "./window";
import type { Column, Sort } from "./order";
import type { Place } from "./stops";
import type { Range, Sight } from "./window";

/** As many rows as this are all in the page, once it stands still, so that the browser's own search finds them. */
export const WHOLE = 500;
const STILL = 300;
/** Pixels, before a row was measured. */
const ROW = 40;

export function Ledger() {
  const say = words.value.transactions;
  const rows = shown.value;
  const count = rows.length;
  const [opened, setOpened] = useState<string | null>(null);
  const openAt = opened === null ? -1 : rows.findIndex((place) => keyOf(place) === opened);
  const { body, range, row, isOther } = useSight(count);
  const goal = useRef<Place | null>(null);
  const [, renderAgain] = useReducer((times: number) => times + 1, 0);

  const held = body.current?.contains(document.activeElement) ? (placeOf(document.activeElement) ?? { at: openAt, column: 0 }) : null;
  // Other rows: what had the focus may be gone, or be no link any more, so the first row takes it over.
  if (isOther && held !== null) goal.current = { at: 0, column: held.column };
  // Fresher ones: the focus goes along with its row, and the row that was the first on screen stays that.
  const last = useRef({ book: book.value, rows });
  const moved = useRef(0);
  if (last.current.book !== book.value && !isOther) {
    const to = follow(last.current, { book: book.value, rows });
    if (held !== null) goal.current = { at: to(held.at), column: held.column };
    const top = firstOnScreen(body.current);
    moved.current = top === null ? 0 : to(top) - top;
  }
  last.current = { book: book.value, rows };
  const kept = [held?.at ?? -1, openAt, goal.current?.at ?? -1];

  useLayoutEffect(() => {
    if (moved.current !== 0) window.scrollBy({ top: moved.current * row, behavior: "instant" });
    moved.current = 0;
  });
  useLayoutEffect(() => {
    if (body.current === null) return;
    if (goal.current !== null && focus(body.current, goal.current)) goal.current = null;
    offer(body.current, range.start);
  });
  useLayoutEffect(() => setOpened(null), [filter.value, sort.value]);

  const turn = (place: number): void => setOpened((now) => (now === keyOf(place) ? null : keyOf(place)));

  const onKeyDown = (event: KeyboardEvent): void => {
    if (body.current === null) return;
    if (event.key === "Escape" && opened !== null) {
      event.preventDefault();
      setOpened(null);
      focus(body.current, { at: openAt, column: 0 });
      return;
    }
    const from = placeOf(event.target);
    const line = event.target instanceof Element ? event.target.closest("[data-at]") : null;
    if (from === null || line === null) return;
    const page = Math.max(1, Math.floor(window.innerHeight / row) - 3);
    const to = led(event, from, stopsOf(line).length, count, page);
    if (to === null) return;
    event.preventDefault();
    if (!focus(body.current, to)) {
      goal.current = to;
      renderAgain(undefined);
    }
  };

  return (
    <table class="book" role="grid" aria-rowcount={count + 1 + (openAt >= 0 ? 1 : 0)} aria-label={say.table(say.sorts[sort.value])} aria-describedby="book-keys">
      <thead role="rowgroup">
        <tr role="row" aria-rowindex={1}>
          <td role="gridcell"><span class="unseen">{say.columns.details}</span></td>
          <Heading column="date" name={say.columns.date} />
          <Heading column="who" name={say.columns.who} />
          <th role="columnheader" scope="col">{say.columns.category}</th>
          <th role="columnheader" scope="col">{say.columns.account}</th>
          <Heading column="amount" name={say.columns.amount} />
        </tr>
      </thead>
      <tbody
        role="rowgroup"
        ref={body}
        onKeyDown={onKeyDown}
        onFocusIn={({ target }) => {
          const stop = placeOf(target) && target instanceof HTMLElement ? target : null;
          if (stop && body.current) hold(body.current, stop);
        }}
      >
        {blocks(range, kept, count).map((block) => {
          if (typeof block !== "number") {
            return (
              <tr key={`gap ${block.start === 0 ? 0 : block.end === count ? "end" : block.start}`} class="gap" role="presentation" aria-hidden="true">
                <td colSpan={COLUMNS} style={{ height: `${(block.end - block.start) * row}px` }} />
              </tr>
            );
          }
          const place = rows[block]!;
          const index = block + 2 + (openAt >= 0 && block > openAt ? 1 : 0);
          const sameDay = block > range.start && book.value.day[rows[block - 1]!] === book.value.day[place];
          return (
            <Fragment key={block}>
              {rowOf({ place, at: block, index, isOpen: block === openAt, sameDay, onTurn: turn })}
              {block === openAt && (
                <tr class="details" role="row" aria-rowindex={index + 1}>
                  <td role="gridcell" colSpan={COLUMNS}><Details place={place} /></td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

function Heading({ column, name }: { column: Column; name: string }) {
  const [by, direction] = sort.value.split("-") as [Column, "up" | "down"];
  const order = by !== column ? "none" : direction === "up" ? "ascending" : "descending";
  return (
    <th role="columnheader" scope="col" aria-sort={order} class={column === "amount" ? "figure" : undefined}>
      <button type="button" class="text" onClick={() => (sort.value = pressed(column, sort.value))}>
        {name}
        <svg class="order" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
          {order !== "none" && <path d={order === "ascending" ? "M1.5 7L5 2.5L8.5 7" : "M1.5 3L5 7.5L8.5 3"} />}
        </svg>
      </button>
    </th>
  );
}

/** Where headings are not seen, the same choice as a list. */
export function SortChoice({ sorts }: { sorts: readonly Sort[] }) {
  const say = words.value.transactions;
  return (
    <div class="sort">
      <label for="book-sort">{say.sortBy}</label>
      <select id="book-sort" value={sort.value} onChange={({ currentTarget }) => (sort.value = currentTarget.value as Sort)}>
        {sorts.map((each) => <option key={each} value={each}>{say.sorts[each]}</option>)}
      </select>
    </div>
  );
}

function keyOf(place: number): string {
  return keyIn(book.value, place);
}

/** The position of the row at the screen's upper edge; null where the table begins below it. */
function firstOnScreen(body: HTMLElement | null): number | null {
  if (body === null || body.getBoundingClientRect().top >= 0) return null;
  const first = [...body.querySelectorAll<HTMLElement>("[data-at]")].find((row) => row.getBoundingClientRect().bottom > 0);
  return first === undefined ? null : Number(first.dataset["at"]);
}

/** The rows to have in the page as the window scrolls, sizes and prints, and the measured height of one. */
function useSight(count: number) {
  const body = useRef<HTMLTableSectionElement>(null);
  const row = useRef(ROW);
  const above = useRef(0);
  const asked = useRef({ filter: filter.value, sort: sort.value });
  const [range, setRange] = useState<Range>(() => sight(null));
  const [isStill, setStill] = useState(false);
  const [isPrinting, setPrinting] = useState(false);
  // With another filter the rows begin anew: how far one had scrolled in the former ones says nothing.
  const isOther = asked.current.filter !== filter.value || asked.current.sort !== sort.value;

  function sight(open: Sight["open"]): Range {
    return inSight({ above: above.current, height: window.innerHeight, row: row.current, count, open });
  }
  const look = (): void => {
    if (body.current === null) return;
    const details = body.current.querySelector<HTMLElement>("tr.details");
    const opener = details?.previousElementSibling;
    above.current = -body.current.getBoundingClientRect().top;
    const next = sight(details && opener instanceof HTMLElement ? { at: Number(opener.dataset["at"]), height: details.offsetHeight } : null);
    setRange((now) => (now.start === next.start && now.end === next.end ? now : next));
  };
  const measure = (): void => {
    row.current = body.current?.querySelector("tr.row")?.getBoundingClientRect().height || ROW;
    look();
  };
  const latest = useRef({ look, measure });
  latest.current = { look, measure };

  useLayoutEffect(() => {
    if (!isOther) return;
    asked.current = { filter: filter.value, sort: sort.value };
    if (above.current > 0) {
      document.querySelector(".filter-bar")?.scrollIntoView();
      above.current = 0;
    }
    setRange(sight(null));
  });
  useEffect(() => {
    const listeners = {
      scroll: () => latest.current.look(),
      resize: () => latest.current.measure(),
      beforeprint: () => setPrinting(true),
      afterprint: () => setPrinting(false),
    };
    for (const [name, listen] of Object.entries(listeners)) window.addEventListener(name, listen, { passive: true });
    return () => {
      for (const [name, listen] of Object.entries(listeners)) window.removeEventListener(name, listen);
    };
  }, []);
  useEffect(() => latest.current.measure(), [narrow.value]);
  useEffect(() => {
    setStill(false);
    const frame = requestAnimationFrame(() => latest.current.look());
    const timer = setTimeout(() => setStill(true), STILL);
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [shown.value]);

  const isWhole = isPrinting || (isStill && !isOther && count <= WHOLE);
  const { start, end } = isWhole ? { start: 0, end: WHOLE } : isOther ? { start: 0, end: range.end - range.start } : range;
  return { body, isOther, row: row.current, range: { start: Math.min(start, count), end: Math.min(end, count) } };
}
