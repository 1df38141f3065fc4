/** The banks of a server that keeps sealed copies: shown at once, and renewed behind what is shown. */

import { beforeEach, describe, expect, test } from "vitest";
import { bank, problem, start } from "./rows";
import { many, state, streams, told } from "./served";
import { settled } from "./stream";
import type { LiveBank } from "../../src/dashboard/wire";

describe("a server that keeps sealed copies", () => {
  const OLD = "2026-11-19T12:00:00Z";
  const copy = (changes: Partial<LiveBank> = {}): LiveBank => bank("one", many(1_500), { cache: "stale", fetched_at: OLD, ...changes });
  const shown = () => state.banks.value.get("one")!;

  beforeEach(async () => {
    void state.load();
    await settled();
    await streams[0]!.say(start("one"), copy());
  });

  test("shows a copy at once, and is known to be asking behind it", () => {
    expect([state.book.value.size, shown().asking, state.asking.value, state.updated.value]).toEqual([1_500, true, true, 0]);
  });

  test("puts what is newer in its place, and that is news", async () => {
    await streams[0]!.say(bank("one", many(1_501), { cache: "miss" }));
    await streams[0]!.end();
    expect([state.book.value.size, shown().asking, state.asking.value]).toEqual([1_501, false, false]);
    expect(state.updated.value).toBeGreaterThan(0);
    expect(told.at(-1)?.type).toBe("keep");
  });

  test("may know of no news: what is shown is then as new as that", async () => {
    await streams[0]!.say({ type: "same", key: "one", fetched_at: "2026-11-22T12:00:00Z" });
    await streams[0]!.end();
    expect(state.answered.value[0]).toMatchObject({ cache: "hit", fetched_at: "2026-11-22T12:00:00Z" });
    expect([state.book.value.size, state.updated.value, state.asking.value]).toEqual([1_500, 0, false]);
  });

  test("may not reach the bank: the copy stays, and what is wrong stands beside it", async () => {
    await streams[0]!.say(problem("one"));
    await streams[0]!.end();
    expect([state.answered.value.length, state.problems.value.length, state.asking.value]).toEqual([1, 1, false]);
    expect(told.at(-1)?.type).toBe("forget"); // a reload is to ask again
  });

  test("lets a copy go whose bank the person has withdrawn", async () => {
    await streams[0]!.say({ ...problem("one", "drop"), copy_stands: false });
    await streams[0]!.end();
    expect([state.answered.value.length, state.book.value.size, state.problems.value.length]).toEqual([0, 0, 1]);
  });

  test("may learn nothing at all: the end alone ends the asking", async () => {
    await streams[0]!.end();
    expect([shown().asking, state.answered.value.length, state.fault.value]).toEqual([false, 1, null]);
  });

  test("may break off: the copy stays, with the fault", async () => {
    await streams[0]!.break();
    expect([shown().asking, state.answered.value.length, state.fault.value?.code]).toEqual([false, 1, "broken_off"]);
  });

  test("does not take back what is wrong with a bank before it knows better", async () => {
    await streams[0]!.say(problem("one"));
    await streams[0]!.end();
    void state.ask(730, "one");
    await settled();
    await streams[1]!.say(start("one"), copy());
    expect(state.problems.value).toHaveLength(1);
    await streams[1]!.say(bank("one", many(3), { cache: "miss" }));
    await streams[1]!.end();
    expect([state.problems.value.length, state.book.value.size]).toEqual([0, 3]);
  });
});
