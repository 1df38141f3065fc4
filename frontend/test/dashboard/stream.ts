/** A server for tests: streams that are written line by line, and may break off. */

import type { Line } from "../../src/dashboard/wire";

/** One answer of `GET /api/live`, which the test writes. */
export class Stream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly response: Response;

  constructor(readonly query: URLSearchParams, signal: AbortSignal) {
    const pipe = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
    this.#writer = pipe.writable.getWriter();
    this.#writer.closed.catch(() => undefined);
    this.response = new Response(pipe.readable);
    signal.addEventListener("abort", () => void this.#writer.abort(new DOMException("", "AbortError")).catch(() => undefined));
  }

  async say(...lines: readonly Line[]): Promise<void> {
    for (const line of lines) void this.#writer.write(new TextEncoder().encode(`${JSON.stringify(line)}\n`)).catch(() => undefined);
    await settled();
  }

  async end(hints: string | null = null): Promise<void> {
    await this.say({ type: "end", hints });
    await this.break();
  }

  async break(): Promise<void> {
    void this.#writer.close().catch(() => undefined);
    await settled();
  }
}

/** Lets everything happen that was only waiting for its turn. */
export const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
