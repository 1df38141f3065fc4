/** What the worker remembers: one stream of one session, for a minute at most. */

/**
 * A complete stream: the texts of its lines, the days that were asked for, the mark of the session it belongs to, and how
 * far the server's clock was ahead of this browser's (milliseconds).
 */
export interface Held {
  readonly mark: string;
  readonly days: number;
  readonly texts: readonly string[];
  readonly ahead: number;
}

export type Message =
  | { readonly type: "keep"; readonly held: Held }
  | { readonly type: "recall"; readonly mark: string }
  | { readonly type: "forget" };

const LONGEST = 60_000; // milliseconds

export class Memory {
  #held: Held | null = null;
  #end: ReturnType<typeof setTimeout> | undefined;

  /** Does what the message says. The answer to a recall: what is held of the session of that mark. */
  hear(message: Message): Held | null {
    switch (message.type) {
      case "keep":
        this.#forget();
        this.#held = message.held;
        this.#end = setTimeout(() => this.#forget(), LONGEST);
        return null;
      case "recall":
        if (this.#held?.mark !== message.mark) this.#forget(); // another's, or of before a bank came or went
        return this.#held;
      default:
        this.#forget();
        return null;
    }
  }

  #forget(): void {
    clearTimeout(this.#end);
    this.#held = null;
  }
}
