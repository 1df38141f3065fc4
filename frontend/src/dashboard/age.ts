/**
 * How old what is shown is, by the server's clock: the browser's may be wrong, and a copy of three days must not look new.
 *
 * The server says the time with every answer (`Date`, RFC 9110, 6.6.1); between answers the browser's own clock goes on.
 */

import { computed, signal } from "@preact/signals";

/** How far the server's clock is before the browser's, in milliseconds. */
const ahead = signal(0);
/** The browser's clock, as of the last tick. */
const here = signal(Date.now());
const TICK = 20_000; // milliseconds: ages are said in minutes
const MINUTE = 60_000;
const HALF_A_SECOND = 500; // `Date` has whole seconds

/** The server's time, in milliseconds since 1970 (UTC). Ticks while `keepTime` is at work. */
export const now = computed(() => here.value + ahead.value);

/** The server's time at this moment, for who waits for one: reading it follows no tick. */
export function timeThere(): number {
  return Date.now() + ahead.peek();
}

/** How far the clocks are apart, to be held with an answer that is shown again later. */
export function clockAhead(): number {
  return ahead.peek();
}

/** Takes the clocks to be so far apart (milliseconds). */
export function setAhead(milliseconds: number): void {
  here.value = Date.now();
  ahead.value = milliseconds;
}

/** Takes the `Date` of an answer that has just come; without one, or with nonsense, the clocks stay as they are. */
export function learnTime(date: string | null): void {
  const there = Date.parse(date ?? "") + HALF_A_SECOND;
  if (!Number.isNaN(there)) setAhead(there - Date.now());
}

/** Lets the time go on, in a page that is seen; the answer ends it. */
export function keepTime(): () => void {
  const tick = (): void => {
    if (!document.hidden) here.value = Date.now();
  };
  const timer = window.setInterval(tick, TICK);
  document.addEventListener("visibilitychange", tick);
  return () => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", tick);
  };
}

/** Whole minutes since a moment (UTC, ISO 8601), in milliseconds; 0 for less, for what is still to come, and for nonsense. */
export function ageOf(iso: string): number {
  const age = now.value - Date.parse(iso);
  return age >= MINUTE ? Math.floor(age / MINUTE) * MINUTE : 0;
}
