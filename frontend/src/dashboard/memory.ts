/**
 * The page's side of the worker that holds the last answer while a page reloads (src/worker.ts).
 *
 * A reload within half a minute is then not asked of the banks again: Plaid counts every call. Everything here is a
 * convenience: where it fails, or is not there, the banks are asked.
 */

import type { Held, Message } from "./held";

const SCRIPT = "/static/worker.js";
const SCOPE = "/static/"; // the pages are not in it: the worker answers messages, it stands between nothing
const PATIENCE = 300; // milliseconds; a worker that has to start has nothing to tell

/** Whether this page was here a moment ago. Whoever comes anew, as after connecting a bank, sees the banks asked. */
export function isReload(): boolean {
  const [arrival] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return arrival?.type === "reload" || arrival?.type === "back_forward";
}

/** What is held of the session of this mark; null where nothing is. */
export async function recall(mark: string): Promise<Held | null> {
  const worker = await running();
  if (worker === null) return null;
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(null), PATIENCE);
    port1.onmessage = ({ data }: MessageEvent<Held | null>) => {
      clearTimeout(late);
      resolve(data);
    };
    worker.postMessage({ type: "recall", mark } satisfies Message, [port2]);
  });
}

/** Holds a complete stream in place of the one before. */
export function keep(held: Held): void {
  void navigator.serviceWorker
    ?.register(SCRIPT, { scope: SCOPE })
    .then(({ active, waiting, installing }) => (active ?? waiting ?? installing)?.postMessage({ type: "keep", held } satisfies Message))
    .catch(() => undefined);
}

export function forget(): void {
  void running().then((worker) => worker?.postMessage({ type: "forget" } satisfies Message));
}

/** Forgets, and takes the worker itself out of the browser: when nothing is held about the visitor any more. */
export async function dismiss(): Promise<void> {
  const registration = await registered();
  registration?.active?.postMessage({ type: "forget" } satisfies Message);
  await registration?.unregister();
}

async function running(): Promise<ServiceWorker | null> {
  return (await registered())?.active ?? null;
}

async function registered(): Promise<ServiceWorkerRegistration | null> {
  try {
    return (await navigator.serviceWorker?.getRegistration(SCOPE)) ?? null;
  } catch {
    return null; // a browser that forbids workers
  }
}
