/** The banks as they answer, on a server that answers as a test tells it to. */

import { describe, expect, test, vi } from "vitest";
import { bank, problem, row, start } from "./rows";
import { card, cookie, days, loaded, many, state, streams, told } from "./served";
import { settled } from "./stream";
import type { Message } from "../../src/dashboard/held";
import type { Line } from "../../src/dashboard/wire";

test("each bank is there as soon as it answers, and it is known which are missing", async () => {
  void state.load();
  await settled();
  expect(state.asking.value).toBe(true);
  await streams[0]!.say(start("one", "two"));
  expect([...state.banks.value.keys()]).toEqual(["one", "two"]);
  await streams[0]!.say(bank("two", [row()]));
  expect(state.answered.value.map(({ key }) => key)).toEqual(["two"]);
  expect(state.banks.value.get("one")!.asking).toBe(true);
  expect(state.book.value.size).toBe(1);
});

test("a light history is asked for as far back as it goes, and meanwhile nothing that is there goes away", async () => {
  const done = state.load();
  await settled();
  expect(days(streams[0])).toBeNull(); // as many as the server reads unasked
  await streams[0]!.say(start("one"), bank("one", many(3), { cards: [card(5)] }));
  await streams[0]!.end();
  expect(days(streams[1])).toBe("730");
  expect(state.asking.value).toBe(true);
  await streams[1]!.say(start("one"));
  expect(state.cards.value).toHaveLength(1);
  expect(state.book.value.size).toBe(3);
  await streams[1]!.say(bank("one", many(9), { cards: [card(5)] }));
  await streams[1]!.end();
  await done;
  expect([state.book.value.size, state.reach.value, state.asking.value]).toEqual([9, 730, false]);
});

test("a heavy history is not: the rest is offered", async () => {
  const done = state.load();
  await settled();
  await streams[0]!.say(start("one"), bank("one", many(1_001)));
  await streams[0]!.end();
  await done;
  expect(streams).toHaveLength(1);
  expect([state.reach.value, state.asking.value]).toEqual([90, false]);
});

test("a bank that fails when asked again keeps what it had, beside what is wrong", async () => {
  await loaded();
  void state.ask(730, "one");
  await settled();
  expect(streams[0]!.query.get("bank")).toBe("one");
  await streams[0]!.say(start("one"), problem("one"));
  await streams[0]!.end();
  expect(state.answered.value.map(({ key }) => key)).toEqual(["one", "two"]);
  expect(state.problems.value.map(({ key }) => key)).toEqual(["one"]);
  void state.ask(730, "one");
  await settled();
  await streams[1]!.say(start("one"), bank("one", many(2)));
  await streams[1]!.end();
  expect(state.problems.value).toEqual([]);
  expect(state.book.value.size).toBe(3);
});

test("a bank that answers only in part keeps the other part, of its own time", async () => {
  await loaded(bank("one", many(4), { cards: [card(7)] }));
  void state.ask(730);
  await settled();
  const later = "2026-11-22T13:00:00Z";
  await streams[0]!.say(
    start("one", "two"),
    bank("one", [], { cards: [card(8)], transactions_problem: "TRANSACTIONS_LIMIT", fetched_at: later }),
    bank("two", many(1), { fetched_at: later }),
  );
  await streams[0]!.end();
  const [one, two] = state.answered.value;
  expect([one!.rows.length, one!.cards[0]!.owed, one!.transactions_problem]).toEqual([4, 8, "TRANSACTIONS_LIMIT"]);
  expect([one!.fetched_at, two!.fetched_at]).toEqual(["2026-11-22T12:00:00Z", later]);
});

test.each([
  ["credit", "liabilities_problem", many(2)],
  ["transactions", "transactions_problem", []],
])("a bank that never tells of %s is as new as its last answer", async (_, field, rows) => {
  const untold = { [field]: "PRODUCTS_NOT_SUPPORTED" };
  await loaded(bank("one", rows, untold));
  void state.ask(730);
  await settled();
  const later = "2026-11-22T13:00:00Z";
  await streams[0]!.say(start("one"), bank("one", rows, { ...untold, fetched_at: later }));
  await streams[0]!.end();
  expect(state.answered.value[0]).toMatchObject({ fetched_at: later, ...untold });
});

test("of a bank that is asked twice at once, the second asking counts", async () => {
  await loaded();
  void state.ask(730, "one");
  void state.ask(730, "one");
  await settled();
  await streams[0]!.say(start("one"), bank("one", many(9)));
  expect(state.book.value.size).toBe(2);
  await streams[1]!.say(start("one"), bank("one", many(4)));
  await streams[1]!.end();
  expect(state.book.value.size).toBe(5);
});

test("asking one bank does not end what is asked of the others", async () => {
  void state.load();
  await settled();
  await streams[0]!.say(start("one", "two"), problem("one", "wait"));
  void state.ask(90, "one");
  void state.ask(90, "two"); // is being asked already
  await settled();
  expect(streams).toHaveLength(2);
  await streams[1]!.say(start("one"), bank("one", [row()]));
  await streams[1]!.end();
  expect(state.banks.value.get("two")!.asking).toBe(true);
  await streams[0]!.say(bank("two", [row()]));
  expect(state.answered.value).toHaveLength(2);
});

test("asking all of them ends what was asked before, whose late answer counts no more", async () => {
  await loaded();
  void state.ask(730, "one");
  await settled();
  void state.ask(730);
  await settled();
  await streams[0]!.say(start("one"), problem("one"));
  await streams[1]!.say(start("one", "two"), bank("one", many(5)), bank("two", []));
  await streams[1]!.end();
  expect(state.problems.value).toEqual([]);
  expect(state.book.value.size).toBe(5);
  expect(state.fault.value).toBeNull();
});

test("a bank asked alone is asked for as much as all of them are at that moment", async () => {
  await loaded();
  void state.ask(730);
  await settled();
  await streams[0]!.say(start("one", "two"), problem("one"));
  void state.ask(90, "one");
  await settled();
  expect(days(streams[1])).toBe("730");
});

test("a bank that is asked alone is still being asked when all the others are done", async () => {
  const done = state.load();
  await settled();
  await streams[0]!.say(start("one", "two"), problem("one"));
  void state.ask(0, "one");
  await settled();
  await streams[0]!.say(bank("two", many(1_500)));
  await streams[0]!.end();
  await done;
  expect(state.banks.value.get("one")!.asking).toBe(true);
  expect(state.asking.value).toBe(true);
});

describe("where the page is of before, asking one bank asks all of them:", () => {
  async function expectAllAsked(done: Promise<void>): Promise<void> {
    expect(state.book.value.size).toBe(2); // nothing of another day or session stands beside the rest
    const every = streams.at(-1)!;
    expect([days(every), every.query.get("bank")]).toEqual(["730", null]);
    await every.say({ ...start("two"), today: "2026-11-23" }, bank("two", []));
    await every.end();
    await done;
    expect([...state.banks.value.keys()]).toEqual(["two"]);
    expect([state.fault.value, state.asking.value, state.start.value!.today]).toEqual([null, false, "2026-11-23"]);
  }

  test("it is another day by now, or another session", async () => {
    await loaded();
    const done = state.ask(730, "one");
    await settled();
    await streams[0]!.say({ ...start("one"), mark: "another" }, bank("one", many(7)));
    expect(streams).toHaveLength(2);
    await expectAllAsked(done);
  });

  test("the bank was removed in another tab", async () => {
    await loaded();
    const answers = fetch;
    vi.stubGlobal("fetch", async (address: string, how: RequestInit) =>
      address.includes("bank=") ? Response.json({ code: "unknown_bank" }, { status: 404 }) : answers(address, how),
    );
    const done = state.ask(730, "one");
    await settled();
    await expectAllAsked(done);
  });
});

test("what the worker holds for a reload is what the page shows, to the line", async () => {
  await loaded();
  expect(told.at(-1)).toMatchObject({ type: "keep", held: { mark: "mark", days: 730 } });
  const kept = (told.at(-1) as Extract<Message, { type: "keep" }>).held.texts.map((text) => JSON.parse(text) as Line);
  expect(kept.map(({ type }) => type)).toEqual(["start", "bank", "bank", "end"]);
});

test.each([
  ["fails", async () => streams[0]!.say(problem("one"))],
  ["answers only in part, which leaves earlier rows on the page", async () => streams[0]!.say(bank("one", [], { transactions_problem: "TIMEOUT" }))],
  ["is asked once more by itself meanwhile", async () => {
    await streams[0]!.say(bank("one", many(1)));
    void state.ask(730, "one");
    await settled();
    await streams[1]!.say(start("one", "two"), bank("one", many(2)));
    await streams[1]!.end();
  }],
])("an answer of which a bank %s is held for no reload", async (_, answer) => {
  await loaded();
  void state.ask(730);
  await settled();
  await streams[0]!.say(start("one", "two"));
  await answer();
  await streams[0]!.say(bank("two", []));
  await streams[0]!.end();
  expect(told.at(-1)).toEqual({ type: "forget" });
});

test("the answer of one bank alone is held for no reload, and ends what was held", async () => {
  await loaded();
  const done = state.ask(730, "one");
  await settled();
  await streams[0]!.say(start("one"), bank("one", many(2)));
  await streams[0]!.end();
  await done;
  expect(told.at(-1)).toEqual({ type: "forget" });
});

test("a question mark in an address that was typed is part of what is searched for", async () => {
  vi.stubGlobal("window", { ...window, location: { hash: "#transactions?q=why?" } });
  vi.resetModules();
  const { filter, view } = await import("../../src/dashboard/state");
  expect([view.value, filter.value.q]).toEqual(["transactions", "why?"]);
});

test("a stream that breaks off is a fault that can be tried again, and nobody is being asked any more", async () => {
  const done = state.load();
  await settled();
  await streams[0]!.say(start("one", "two"), bank("one", [row()]));
  await streams[0]!.break();
  await done;
  expect(state.fault.value?.code).toBe("broken_off");
  expect([state.asking.value, state.reach.value, state.answered.value.length]).toEqual([false, 0, 1]);
  const again = state.load();
  await settled();
  expect(state.fault.value).toBeNull();
  await streams[1]!.say(start("one", "two"), bank("one", many(1_500)), bank("two", []));
  await streams[1]!.end();
  await again;
  expect(state.book.value.size).toBe(1_500);
});

test("a session that is over is told by the server's code, before anything and after", async () => {
  await loaded();
  vi.stubGlobal("fetch", async () => Response.json({ code: "session_expired", title: "Over" }, { status: 401 }));
  await state.ask(730);
  expect(state.fault.value?.code).toBe("session_expired");
  expect(state.answered.value).toHaveLength(2);
  expect(state.asking.value).toBe(false);
});

test("a bank that is no longer of the session goes with the next answer", async () => {
  await loaded();
  void state.ask(730);
  await settled();
  await streams[0]!.say(start("two"), bank("two", [row()]));
  await streams[0]!.end();
  expect([...state.banks.value.keys()]).toEqual(["two"]);
});

test("hints are kept in their cookie, and only where there are new ones", async () => {
  void state.ask(90);
  await settled();
  await streams[0]!.say(start("one"), bank("one", []));
  await streams[0]!.end("1.abcdefgh.3");
  expect(cookie).toContain("keepless-hints=1.abcdefgh.3; Path=/;");
  document.cookie = "";
  void state.ask(90);
  await settled();
  await streams[1]!.say(start("one"), bank("one", []));
  await streams[1]!.end();
  expect(cookie).toBe("");
});
