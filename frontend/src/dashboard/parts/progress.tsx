/** How far the banks are, and when they were asked. Said once for each bank that answers, no oftener. */

import { dayOf, monthsOf } from "../dates";
import { clock, count, list } from "../format";
import { words } from "../i18n";
import { ageOf, now } from "../age";
import { answered, ask, asking, banks, book, fault, load, reach, start, updated } from "../state";
import { Ages, FRESH } from "./ages";

const NEWS = 60_000; // milliseconds

export function Progress() {
  const every = [...banks.value.values()];
  const busy = asking.value && fault.value === null;
  const done = every.filter((bank) => !bank.asking).length;
  return (
    <div class={busy ? "progress busy" : "progress"}>
      <svg class="line" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect width={busy && every.length > 0 ? (100 * Math.max(done, 0.25)) / every.length : 0} height="1" />
      </svg>
      <p role="status">{busy ? <Underway /> : <Asked />}</p>
      <Ages />
      {(!busy || answered.value.length > 0) && (
        <span class="acts">
          <button
            type="button"
            class="text"
            aria-disabled={busy}
            onClick={() => busy || void (reach.value === 0 ? load() : ask(reach.value))}
          >
            {words.value.common.askAgain}
          </button>
        </span>
      )}
    </div>
  );
}

function Underway() {
  const { asking: askingSome, askingNamed, looking, progress, reading } = words.value.common;
  if (start.value === null) return <>{askingSome(connected())}</>;
  const every = [...banks.value.values()];
  const missing = every.filter((bank) => bank.asking);
  const names = list([...new Set(missing.map(({ asked }) => asked.name || words.value.banks.someBank))]);
  if (missing.every(({ answer }) => answer?.type === "bank")) {
    if (missing.some(({ answer }) => answer?.type === "bank" && answer.cache === "stale")) return <>{looking(names, missing.length)}</>;
    const { start: from, end: to } = start.value.period;
    return <>{reading(monthsOf(dayOf(to) - dayOf(from)))}</>;
  }
  const done = every.length - missing.length;
  return <>{done === 0 ? askingNamed(names) : progress(done, every.length, book.value.size, count(book.value.size), names)}</>;
}

/** That newer figures are there is said once, and goes by itself: what leaves a status is not said. */
function Asked() {
  const moments = answered.value.map((bank) => bank.fetched_at).sort();
  const oldest = moments.find((moment) => ageOf(moment) < FRESH) ?? moments[0]; // older ones are named beside it
  const { asked, updatedNow } = words.value.common;
  if (oldest === undefined) return null;
  return (
    <>
      {now.value - updated.value < NEWS && <strong key="news">{updatedNow} </strong>}
      {asked(clock(oldest))}
    </>
  );
}

/** How many banks are connected, as the shell says before the first line of the stream has come. */
function connected(): number {
  return Number(document.body.dataset["banks"]) || 1;
}
