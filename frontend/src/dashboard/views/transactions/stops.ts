/**
 * The focus in the table: one stop for the Tab key, arrows within (WAI-ARIA's grid pattern).
 *
 * A stop is an element with `data-stop` in a row with `data-at`. Which of them the Tab key finds is kept in the page and
 * not in the program, so that moving through 50,000 rows renders nothing that is in the page already.
 */

export interface Place {
  readonly at: number;
  readonly column: number;
}

/** Where the stop of this element is; null for what is no stop. */
export function placeOf(element: EventTarget | null): Place | null {
  const stop = element instanceof Element ? element.closest<HTMLElement>("[data-stop]") : null;
  const row = stop?.closest<HTMLElement>("[data-at]");
  return stop && row ? { at: Number(row.dataset["at"]), column: stopsOf(row).indexOf(stop) } : null;
}

/** Where the key leads from `from`; null where it is none of the table's. `page` is how many rows the screen has. */
export function led(event: KeyboardEvent, from: Place, stops: number, count: number, page: number): Place | null {
  const { at, column } = from;
  const row = (to: number): Place => ({ at: Math.max(0, Math.min(to, count - 1)), column });
  const stop = (to: number): Place => ({ at, column: Math.max(0, Math.min(to, stops - 1)) });
  if (event.altKey || event.metaKey || event.shiftKey) return null;
  if (event.ctrlKey) return event.key === "Home" ? row(0) : event.key === "End" ? row(count - 1) : null;
  switch (event.key) {
    case "ArrowDown":
      return row(at + 1);
    case "ArrowUp":
      return row(at - 1);
    case "PageDown":
      return row(at + page);
    case "PageUp":
      return row(at - page);
    case "ArrowRight":
      return stop(column + 1);
    case "ArrowLeft":
      return stop(column - 1);
    case "Home":
      return stop(0);
    case "End":
      return stop(stops - 1);
    default:
      return null;
  }
}

export function stopsOf(row: Element): readonly HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>("[data-stop]")];
}

/** Focuses the stop there, the nearest one where the row has fewer; false where the row is not in the page. */
export function focus(body: HTMLElement, { at, column }: Place): boolean {
  const row = body.querySelector(`[data-at="${at}"]`);
  if (row === null) return false;
  const stops = stopsOf(row);
  stops[Math.min(column, stops.length - 1)]?.focus();
  return true;
}

/** Makes `stop` the only one that the Tab key finds. */
export function hold(body: HTMLElement, stop: HTMLElement): void {
  for (const other of body.querySelectorAll<HTMLElement>('[data-stop][tabindex="0"]')) other.tabIndex = -1;
  stop.tabIndex = 0;
}

/** Gives the Tab key a stop where its own has left the page: in the first row from `at` on. */
export function offer(body: HTMLElement, at: number): void {
  if (body.querySelector('[data-stop][tabindex="0"]')) return;
  const rows = [...body.querySelectorAll<HTMLElement>("[data-at]")];
  const row = rows.find((each) => Number(each.dataset["at"]) >= at) ?? rows[0];
  const stop = row && stopsOf(row)[0];
  if (stop) stop.tabIndex = 0;
}
