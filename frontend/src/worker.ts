/**
 * Holds the last complete answer of the banks for as long as a reload takes, in its memory and nowhere else.
 *
 * A service worker outlives the page by half a minute, and its memory dies with it: nothing is written anywhere. It
 * intercepts no request (its scope is its own folder); it answers our own pages only.
 */

import { Memory } from "./dashboard/held";
import type { Message } from "./dashboard/held";

interface WorkerScope {
  addEventListener(type: "install", listener: () => void): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Message>) => void): void;
  skipWaiting(): Promise<void>;
}

const scope = globalThis as unknown as WorkerScope;
const memory = new Memory();

scope.addEventListener("install", () => void scope.skipWaiting());
scope.addEventListener("message", ({ data, ports }) => {
  const answer = memory.hear(data);
  ports[0]?.postMessage(answer);
});
