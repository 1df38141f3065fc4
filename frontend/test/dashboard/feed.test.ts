import { afterEach, expect, test, vi } from "vitest";
import { FeedFault, readFeed } from "../../src/dashboard/feed";
import { bank, row, start } from "./rows";
import type { Line } from "../../src/dashboard/wire";

const LINES: readonly Line[] = [start("one"), bank("one", [row({ merchant: "Straße 🍕" })]), { type: "end", hints: null }];
const TEXT = LINES.map((line) => `${JSON.stringify(line)}\n`).join("");

function answers(...parts: readonly (Uint8Array<ArrayBuffer> | "breaks")[]): void {
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(stream) {
      for (const part of parts) {
        if (part === "breaks") {
          stream.error(new TypeError("network error"));
          return;
        }
        stream.enqueue(part);
      }
      stream.close();
    },
  });
  vi.stubGlobal("fetch", async () => new Response(body));
}

async function read(): Promise<{ lines: Line[]; fault: FeedFault | null; texts: readonly string[] }> {
  const lines: Line[] = [];
  try {
    return { lines, texts: await readFeed({ days: 90 }, (line) => lines.push(line), new AbortController().signal), fault: null };
  } catch (fault) {
    return { lines, texts: [], fault: fault as FeedFault };
  }
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

afterEach(() => vi.unstubAllGlobals());

test.each([1, 2, 7, 64, 100_000])("lines are whole however the bytes are cut, %i at a time", async (size) => {
  const every = bytes(TEXT);
  answers(...Array.from({ length: Math.ceil(every.length / size) }, (_, i) => every.slice(i * size, (i + 1) * size)));
  const { lines, texts, fault } = await read();
  expect(fault).toBeNull();
  expect(lines).toEqual(LINES);
  expect(texts.map((text) => `${text}\n`).join("")).toBe(TEXT);
});

test("a stream without its last line has broken off, and what came is there", async () => {
  answers(bytes(TEXT.split("\n").slice(0, 2).join("\n") + "\n"));
  const { lines, fault } = await read();
  expect(lines).toHaveLength(2);
  expect(fault?.code).toBe("broken_off");
});

test("a last line that is cut is no last line", async () => {
  answers(bytes(TEXT.slice(0, -3)));
  expect((await read()).fault?.code).toBe("broken_off");
});

test.each(["<!doctype html>", "null", "{", "\ufffd"])("what is no line of ours has broken off: %s", async (text) => {
  answers(bytes(`${TEXT.split("\n")[0]}\n${text}\n`));
  const { lines, fault } = await read();
  expect(fault?.code).toBe("broken_off");
  expect(lines).toHaveLength(1);
});

test("a stream of which nobody reads on is ended, so that the server asks no bank for nothing", async () => {
  const ended = vi.fn();
  vi.stubGlobal("fetch", async () => new Response(new ReadableStream({ start: (stream) => stream.enqueue(bytes("nonsense\n")), cancel: ended })));
  expect((await read()).fault?.code).toBe("broken_off");
  expect(ended).toHaveBeenCalledOnce();
});

test("a line of a kind that is newer than this page is left to newer pages", async () => {
  answers(bytes(TEXT.replace("\n", '\n {"type":"weather","sun":1}\n')));
  expect((await read()).fault).toBeNull();
});

test("a connection that is lost is told from a stream that ended", async () => {
  answers(bytes(TEXT.slice(0, 40)), "breaks");
  expect((await read()).fault?.code).toBe("offline");
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("no network")));
  expect((await read()).fault?.code).toBe("offline");
});

test("a refusal is told in the server's words, and a page of someone else's by its status", async () => {
  vi.stubGlobal("fetch", async () => Response.json({ code: "session_expired", title: "Over", next_step: "Connect" }, { status: 401 }));
  expect((await read()).fault).toMatchObject({ code: "session_expired", title: "Over", nextStep: "Connect" });
  vi.stubGlobal("fetch", async () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  expect((await read()).fault?.code).toBe("http_502");
});
