/** Ages by the server's clock, whatever the browser's says. */

import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Age = typeof import("../../src/dashboard/age");

const HERE = Date.parse("2026-11-22T12:00:00Z");
let age: Age;
let isHidden = false;
let seen: () => void = () => undefined;

beforeEach(async () => {
  vi.useFakeTimers({ now: HERE });
  isHidden = false;
  vi.stubGlobal("window", globalThis);
  vi.stubGlobal("document", {
    get hidden() {
      return isHidden;
    },
    addEventListener: (_: string, listener: () => void) => (seen = listener),
    removeEventListener: () => (seen = () => undefined),
  });
  vi.resetModules();
  age = await import("../../src/dashboard/age");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const minutes = (number: number): number => number * 60_000;

test.each([
  ["2026-11-22T11:57:00Z", 3],
  ["2026-11-22T11:57:40Z", 2],
  ["2026-11-22T11:59:01Z", 0],
  ["2026-11-22T12:05:00Z", 0], // from the future: clocks that differ, or nonsense
  ["yesterday", 0],
])("what was told at %s is %i minutes old at noon", (told, old) => {
  expect(age.ageOf(told)).toBe(minutes(old));
});

test("a browser's clock that is hours wrong is put right by the server's date", () => {
  age.learnTime("Sun, 22 Nov 2026 15:00:00 GMT");
  expect(age.ageOf("2026-11-22T14:40:00Z")).toBe(minutes(20));
  expect(age.timeThere() - HERE).toBe(minutes(180) + 500); // in the middle of the second that the date names
});

test.each([null, "", "soon"])("an answer dated %s leaves the clock as it is", (date) => {
  age.learnTime("Sun, 22 Nov 2026 15:00:00 GMT");
  age.learnTime(date);
  expect(age.clockAhead()).toBe(minutes(180) + 500);
});

test("time goes on while the page is seen, stands while it is hidden, and is right again at once", () => {
  const end = age.keepTime();
  vi.advanceTimersByTime(minutes(4));
  expect(age.ageOf("2026-11-22T12:00:00Z")).toBe(minutes(4));
  isHidden = true;
  vi.advanceTimersByTime(minutes(60));
  expect(age.ageOf("2026-11-22T12:00:00Z")).toBe(minutes(4));
  isHidden = false;
  seen();
  expect(age.ageOf("2026-11-22T12:00:00Z")).toBe(minutes(64));
  end();
  vi.advanceTimersByTime(minutes(5));
  expect(age.ageOf("2026-11-22T12:00:00Z")).toBe(minutes(64));
});
