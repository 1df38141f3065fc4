/** The capsule is kept, renewed, left alone and dropped exactly when it should be. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

type State = typeof import("../../../src/dashboard/trends/state");
type Capsule = typeof import("../../../src/dashboard/trends/capsule");

const NAME = "keepless-trends";
const MONTHS = { today: "2026-11-22", months: [], cards: [], problems: [], stored: null };
let stored: Map<string, string>;
let asked: { path: string; method: string; body: unknown }[];
let answers: Record<string, () => Response>;
let isFull = false;
let state: State;
let capsule: Capsule;
let tellOfStorage: (event: { key: string | null }) => void;

async function open(kept?: string): Promise<void> {
  stored = new Map(kept === undefined ? [] : [[NAME, kept]]);
  vi.resetModules();
  capsule = await import("../../../src/dashboard/trends/capsule");
  state = await import("../../../src/dashboard/trends/state");
}

const kept = (text: string): Response => Response.json({ ...MONTHS, capsule: text, kept_from: "2024-05", dropped: 0 });
const refuses = (code: string, status = 400) => () => Response.json({ code, title: code }, { status });
const calls = (): string[] => asked.map(({ method, path }) => `${method} ${path}`);

beforeEach(() => {
  asked = [];
  isFull = false;
  answers = {
    "GET /api/trends": () => Response.json(MONTHS),
    "POST /api/trends": () => kept("newer"),
    "POST /api/trends/import": () => Response.json({ capsule: "merged", months: 30, cards: 1, kept_from: "2024-05", dropped: 0 }),
    "POST /api/trends/forget": () => new Response(null, { status: 204 }),
  };
  vi.stubGlobal("window", { addEventListener: (_: string, listener: typeof tellOfStorage) => (tellOfStorage = listener) });
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => stored.get(name) ?? null,
    setItem: (name: string, text: string) => {
      if (isFull) throw new DOMException("", "QuotaExceededError");
      stored.set(name, text);
    },
    removeItem: (name: string) => stored.delete(name),
  });
  vi.stubGlobal("fetch", async (path: string, { method = "GET", body }: RequestInit) => {
    asked.push({ path, method, body: body === undefined ? undefined : JSON.parse(String(body)) });
    return answers[`${method} ${path}`]!();
  });
});
afterEach(() => vi.unstubAllGlobals());

test("who chose nothing has nothing kept, and the server is only asked", async () => {
  await open();
  await state.visit("mark");
  expect(calls()).toEqual(["GET /api/trends"]);
  expect([state.trends.value, stored.size, state.keeping.value]).toEqual([MONTHS, 0, "untouched"]);
});

test("a capsule is renewed once a visit, and again when the session, its banks or the day are others", async () => {
  await open("older");
  await state.visit("mark");
  await state.visit("mark");
  expect(asked).toEqual([{ path: "/api/trends", method: "POST", body: { capsule: "older" } }]);
  expect([stored.get(NAME), state.keptFrom.value]).toEqual(["newer", "2024-05"]);
  await state.visit("another");
  expect(asked[1]!.body).toEqual({ capsule: "newer" });
});

test("what the account stores for this browser comes back where the browser lost its own", async () => {
  await open();
  answers["GET /api/trends"] = () => Response.json({ ...MONTHS, stored: "here" });
  await state.visit("mark");
  expect(asked.map(({ body }) => body)).toEqual([undefined, { capsule: null }]);
  expect([stored.get(NAME), state.keeping.value, state.keptFrom.value]).toEqual(["newer", "kept", "2024-05"]);
});

test("what the account stores for another browser is left to that one", async () => {
  await open();
  answers["GET /api/trends"] = () => Response.json({ ...MONTHS, stored: "elsewhere" });
  await state.visit("mark");
  expect(calls()).toEqual(["GET /api/trends"]);
  expect([stored.size, state.trends.value?.stored]).toEqual([0, "elsewhere"]);
});

describe("a capsule that cannot be opened", () => {
  beforeEach(async () => {
    await open("sealed for another");
    answers["POST /api/trends"] = refuses("capsule_unreadable");
    await state.visit("mark");
  });

  test("stays as it is, beside what the banks tell", () => {
    expect(calls()).toEqual(["POST /api/trends", "GET /api/trends"]);
    expect([stored.get(NAME), state.keeping.value, state.trends.value]).toEqual(["sealed for another", "unreadable", MONTHS]);
  });

  test("stays also where the account stores one that opens: replacing is the person's to say", async () => {
    answers["GET /api/trends"] = () => Response.json({ ...MONTHS, stored: "here" });
    await state.visit("another");
    expect([stored.get(NAME), state.keeping.value]).toEqual(["sealed for another", "unreadable"]);
  });

  test("is replaced where the person says so", async () => {
    answers["POST /api/trends"] = () => kept("anew");
    await state.keep();
    expect(asked.at(-1)!.body).toEqual({ capsule: null });
    expect([stored.get(NAME), state.keeping.value]).toEqual(["anew", "kept"]);
  });

  test("is replaced by a file, and is no part of it", async () => {
    answers["POST /api/trends"] = () => kept("with the file");
    await state.bring("{}", "a long passphrase");
    expect(asked[2]!.body).toEqual({ file: "{}", passphrase: "a long passphrase", capsule: null });
    expect(asked[3]!.body).toEqual({ capsule: "merged" });
    expect(stored.get(NAME)).toBe("with the file");
  });

  test("stays where the file is refused", async () => {
    answers["POST /api/trends/import"] = refuses("trends_file_unreadable");
    await expect(state.bring("{}", "wrong")).rejects.toMatchObject({ code: "trends_file_unreadable" });
    expect(stored.get(NAME)).toBe("sealed for another");
  });
});

test("any other refusal leaves the capsule alone and is told", async () => {
  await open("older");
  answers["POST /api/trends"] = refuses("banks_unavailable", 503);
  await state.visit("mark");
  expect([stored.get(NAME), state.trends.value, state.refused.value?.code]).toEqual(["older", null, "banks_unavailable"]);
  answers["POST /api/trends"] = () => kept("newer");
  await state.read();
  expect([stored.get(NAME), state.trends.value?.today, state.refused.value]).toEqual(["newer", "2026-11-22", null]);
});

test("a browser that lets nothing be written keeps nothing and says so", async () => {
  await open();
  isFull = true;
  await state.keep();
  expect([stored.size, state.keeping.value, capsule.capsule.value]).toEqual([0, "blocked", null]);
});

test("stopping takes the key back first, and the text then", async () => {
  await open("older");
  await state.visit("mark");
  answers["POST /api/trends/forget"] = refuses("", 500);
  await expect(state.stop()).rejects.toBeInstanceOf(Error);
  expect(stored.get(NAME)).toBe("newer");
  answers["POST /api/trends/forget"] = () => new Response(null, { status: 204 });
  await state.stop();
  expect([stored.size, calls().at(-1)]).toEqual([0, "GET /api/trends"]);
});

test("what another tab keeps or drops is known here", async () => {
  await open("older");
  stored.set(NAME, "of another tab");
  tellOfStorage({ key: NAME });
  expect(capsule.capsule.value).toBe("of another tab");
  stored.clear();
  tellOfStorage({ key: null });
  expect(capsule.capsule.value).toBeNull();
});
