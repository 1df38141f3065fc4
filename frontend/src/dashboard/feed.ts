/** Reads `GET /api/live`: a line of JSON for each bank, handed on as it comes. */

import { learnTime } from "./age";
import type { Line } from "./wire";

export interface Asked {
  /** Days of history, counted back from today; 0 for as many as the server reads unasked. */
  readonly days: number;
  /** The key of one bank; all of them where it is left out. */
  readonly bank?: string;
}

/** Why nothing, or no more, came. `code` is the server's own (RFC 9457 `code`), "offline", "broken_off" or "outdated". */
export class FeedFault extends Error {
  constructor(
    readonly code: string,
    readonly title = "",
    readonly nextStep = "",
  ) {
    super(code);
  }
}

/**
 * Hands each line to `take` as it arrives; at the end, the texts of all of them.
 *
 * Rejects with a FeedFault, with an AbortError where `signal` says so, or with what `take` throws: the rest of the stream
 * is then not read.
 */
export async function readFeed(asked: Asked, take: (line: Line) => void, signal: AbortSignal): Promise<readonly string[]> {
  const query = new URLSearchParams({ ...(asked.days ? { days: String(asked.days) } : {}), ...(asked.bank ? { bank: asked.bank } : {}) });
  const response = await reached(fetch(`/api/live?${query}`, { signal, headers: { Accept: "application/x-ndjson, application/problem+json" } }));
  learnTime(response.headers.get("Date"));
  if (!response.ok || response.body === null) {
    throw await faultOf(response);
  }
  const texts: string[] = [];
  let ended = false;
  for await (const text of linesOf(response.body)) {
    const line = read(text);
    ended = line.type === "end";
    texts.push(text);
    take(line);
  }
  if (!ended) throw new FeedFault("broken_off");
  return texts;
}

/** The stream's lines. One without its end is none. A long one comes in many parts, which are looked through once each. */
async function* linesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string, void, void> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let parts: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reached(reader.read());
      if (done) return;
      let from = 0;
      for (let to = value.indexOf("\n"); to >= 0; to = value.indexOf("\n", from)) {
        yield [...parts, value.slice(from, to)].join("");
        parts = [];
        from = to + 1;
      }
      parts.push(value.slice(from));
    }
  } finally {
    // Nobody reads on: the server is to stop asking banks for it. What has ended or failed by itself refuses, which is well.
    reader.cancel().catch(() => undefined);
  }
}

function read(text: string): Line {
  try {
    const line = JSON.parse(text) as Line | null;
    if (line !== null) return line;
  } catch {
    // Said below.
  }
  throw new FeedFault("broken_off"); // something between us and the server answered
}

async function reached<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new FeedFault("offline");
  }
}

async function faultOf(response: Response): Promise<FeedFault> {
  try {
    const { code, title, next_step: nextStep } = (await response.json()) as { code?: string; title?: string; next_step?: string };
    return new FeedFault(code ?? `http_${response.status}`, title, nextStep);
  } catch {
    return new FeedFault(`http_${response.status}`);
  }
}
