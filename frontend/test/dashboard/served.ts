/** The page's state, anew for each test of a file that imports this, on a server that answers as the test tells it to. */

import { afterEach, beforeEach, vi } from "vitest";
import { account, bank, row, start } from "./rows";
import { Stream, settled } from "./stream";
import type { Message } from "../../src/dashboard/held";
import type { Card, LiveBank } from "../../src/dashboard/wire";

type State = typeof import("../../src/dashboard/state");

export let streams: Stream[] = [];
export let cookie = "";
export let told: Message[] = [];
export let state: State;

beforeEach(async () => {
  streams = [];
  cookie = "";
  told = [];
  vi.stubGlobal("window", { location: { hash: "", protocol: "http:" }, addEventListener: () => undefined });
  vi.stubGlobal("document", {
    querySelector: () => null,
    get cookie() {
      return cookie;
    },
    set cookie(text: string) {
      cookie = text;
    },
  });
  const registration = { active: { postMessage: (message: Message) => told.push(message) } };
  vi.stubGlobal("navigator", { serviceWorker: { register: async () => registration, getRegistration: async () => registration } });
  vi.stubGlobal("fetch", async (address: string, { signal }: RequestInit) => {
    const stream = new Stream(new URLSearchParams(address.split("?")[1]), signal!);
    streams.push(stream);
    return stream.response;
  });
  vi.resetModules();
  state = await import("../../src/dashboard/state");
});
afterEach(() => vi.unstubAllGlobals());

export const days = (stream: Stream | undefined): string | null => stream?.query.get("days") ?? null;
export const card = (owed: number): Card => ({ account: account("card", "credit"), owed }) as Card;
export const many = (count: number): ReturnType<typeof row>[] => Array.from({ length: count }, () => row());

/** Both banks there, the long history included. */
export async function loaded(one: LiveBank = bank("one", [row()]), two: LiveBank = bank("two", [row()])): Promise<void> {
  const done = state.load();
  for (const place of [0, 1]) {
    await settled();
    await streams[place]!.say(start("one", "two"), one, two);
    await streams[place]!.end();
  }
  await done;
  streams = [];
}
