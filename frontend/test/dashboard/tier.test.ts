/** The banks as far back as a visitor's tier looks. */

import { describe, expect, test, vi } from "vitest";
import { bank, start } from "./rows";
import { days, loaded, many, state, streams } from "./served";
import { settled } from "./stream";

describe("a tier that looks back 90 days", () => {
  test("is asked for no more than that, and that is all there is", async () => {
    const done = state.load();
    await settled();
    await streams[0]!.say({ ...start("one"), history_days: 90 }, bank("one", many(3)));
    await streams[0]!.end();
    await done;
    expect(streams).toHaveLength(1);
    expect([state.reach.value, state.longest.value, state.fault.value]).toEqual([90, 90, null]);
  });

  test("and that has become that since: the page asks anew for what it has", async () => {
    await loaded();
    const serve = fetch;
    const refused = Response.json({ code: "not_in_tier", title: "Your tier does not include this" }, { status: 403 });
    vi.stubGlobal("fetch", async (address: string, options: RequestInit) => (address.includes("days") ? refused : serve(address, options)));
    const done = state.ask(730, "one");
    await settled();
    expect(days(streams[0])).toBeNull();
    await streams[0]!.say({ ...start("one"), history_days: 90 }, bank("one", many(2)));
    await streams[0]!.end();
    await done;
    expect([state.fault.value, state.longest.value, state.book.value.size]).toEqual([null, 90, 2]);
  });
});
