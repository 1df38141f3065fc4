/** Reads `GET /api/live`: a line of JSON for each bank, handed on as it comes. */

import type { Line } from "./wire";

export interface Asked {
  /** Days of history, counted back from today. */
  readonly days: number;
  /** The key of one bank; all of them where it is left out. */
  readonly bank?: string;
}

/** Why nothing, or no more, came. `code` is the server's own (RFC 9457 `code`), "offline" or "broken_off". */
export class FeedFault extends Error {
  constructor(
    readonly code: string,
    readonly title = "",
    readonly nextStep = "",
  ) {
    super(code);
  }
}

/** Hands each line to `take` as it arrives. Rejects with a FeedFault, or with an AbortError where `signal` says so. */
export async function readFeed(asked: Asked, take: (line: Line) => void, signal: AbortSignal): Promise<void> {
  const query = new URLSearchParams({ days: String(asked.days), ...(asked.bank ? { bank: asked.bank } : {}) });
  const response = await reached(fetch(`/api/live?${query}`, { signal, headers: { Accept: "application/x-ndjson, application/problem+json" } }));
  if (!response.ok || response.body === null) {
    throw await faultOf(response);
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let ended = false;
  for (;;) {
    const { done, value } = await reached(reader.read());
    if (done) break;
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) {
      const line = JSON.parse(text) as Line;
      ended ||= line.type === "end";
      take(line);
    }
  }
  if (!ended) throw new FeedFault("broken_off");
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
