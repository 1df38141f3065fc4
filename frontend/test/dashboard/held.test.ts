import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Memory } from "../../src/dashboard/held";

const HELD = { mark: "mine", days: 90, texts: ["{}"], ahead: 0 };

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function holding(): Memory {
  const memory = new Memory();
  memory.hear({ type: "keep", held: HELD });
  return memory;
}

test("what is kept is told to the session it belongs to, as often as it asks", () => {
  const memory = holding();
  expect(memory.hear({ type: "recall", mark: "mine" })).toBe(HELD);
  expect(memory.hear({ type: "recall", mark: "mine" })).toBe(HELD);
});

test("another session gets nothing, and then it is gone for everyone", () => {
  const memory = holding();
  expect(memory.hear({ type: "recall", mark: "another" })).toBeNull();
  expect(memory.hear({ type: "recall", mark: "mine" })).toBeNull();
});

test("it is gone after a minute, counted from the last answer", () => {
  const memory = holding();
  vi.advanceTimersByTime(59_000);
  memory.hear({ type: "keep", held: HELD });
  vi.advanceTimersByTime(59_000);
  expect(memory.hear({ type: "recall", mark: "mine" })).toBe(HELD);
  vi.advanceTimersByTime(1_000);
  expect(memory.hear({ type: "recall", mark: "mine" })).toBeNull();
});

test("it is gone when told to forget", () => {
  const memory = holding();
  memory.hear({ type: "forget" });
  expect(memory.hear({ type: "recall", mark: "mine" })).toBeNull();
});
