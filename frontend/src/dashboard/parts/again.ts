/** Asking a bank again: because somebody wants it, because Plaid is still reading it, or at a moment that the server names. */

import { timeThere } from "../age";
import { HISTORY, ask, banks, problems, reach } from "../state";
import type { LiveProblem } from "../wire";

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** Nobody waits longer for a moment that the server names; and not all pages that wait for it ask in the same second. */
const LONGEST_WAIT = 3_600_000;
const SPREAD = 5_000;

/** How often a bank has been asked again by itself. */
const tries = new Map<string, number>();
/** The moments at which banks were asked again, as the server named them: each is good for once. */
const used = new Set<string>();

/** Asks this bank alone, as far back as all were asked. */
export function askAgain(key: string): Promise<void> {
  return ask(reach.value || HISTORY.short, key);
}

/**
 * A bank that Plaid is still reading is asked again by itself at growing pauses, and one for which the server names a
 * moment once that has come. Nothing is asked for a tab that nobody looks at.
 */
export function waitForBanks(): () => void {
  const ends = problems.value
    .filter(({ key }) => banks.value.get(key)?.asking === false)
    .map((line) => {
      const pause = pauseOf(line);
      if (pause === null) return () => undefined;
      return whenSeen(pause, () => {
        tries.set(line.key, (tries.get(line.key) ?? 0) + 1);
        used.add(momentOf(line));
        void askAgain(line.key);
      });
    });
  return () => ends.forEach((end) => end());
}

/** Milliseconds until this bank is asked again by itself; null where that is left to the person. */
function pauseOf(line: LiveProblem): number | null {
  const growing = Math.min(FIRST_PAUSE * 1.5 ** (tries.get(line.key) ?? 0), LONGEST_PAUSE);
  if (line.problem.action === "wait") return growing;
  const left = comesBy(line);
  return left === null ? null : Math.max(left, growing) + Math.random() * SPREAD;
}

/** Milliseconds until the moment at which this bank is asked again; null where no such moment is waited for. */
export function comesBy(line: LiveProblem): number | null {
  const { action, retry_at: moment } = line.problem;
  const left = Date.parse(moment ?? "") - timeThere();
  return action === "retry" && left <= LONGEST_WAIT && !wasUsed(line) ? left : null;
}

/** Whether the bank was asked again at the moment that this problem names. */
export function wasUsed(line: LiveProblem): boolean {
  return used.has(momentOf(line));
}

function momentOf({ key, problem }: LiveProblem): string {
  return `${key} ${problem.retry_at ?? ""}`;
}

/** Calls back after so many milliseconds, in a tab that is hidden then as soon as it is seen. The answer calls it off. */
function whenSeen(pause: number, callBack: () => void): () => void {
  const look = (): void => {
    if (document.hidden) return;
    document.removeEventListener("visibilitychange", look);
    callBack();
  };
  const timer = window.setTimeout(() => {
    document.addEventListener("visibilitychange", look);
    look();
  }, pause);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
  };
}
