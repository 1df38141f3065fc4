/**
 * The months as the view shows them, and what happens to the capsule. Asked once a visit: the server may have to ask the
 * banks for as far back as they go.
 */

import { batch, signal } from "@preact/signals";
import { Refusal, fileOf, hand, reached } from "../refusal";
import { capsule, dropCapsule, keepCapsule } from "./capsule";
import type { Kept, Trends } from "./wire";

/** `trends` null: they are being asked for. */
export const trends = signal<Trends | null>(null);
/** Why they are not there. */
export const refused = signal<Refusal | null>(null);
/** What became of the capsule on this visit. "unreadable": the server cannot open it, and it stays as it is. */
export type Keeping = "untouched" | "kept" | "unreadable" | "blocked";
export const keeping = signal<Keeping>("untouched");
export const keptFrom = signal<string | null>(null);
/** Months that no longer fitted, on this visit. */
export const dropped = signal(0);

const UNREADABLE = "capsule_unreadable";
/** The session, its banks and its day that were asked about last. */
let asked = "";

/** Asks, where this session, its banks or its day are others than at the last asking. */
export async function visit(mark: string): Promise<void> {
  if (mark === asked) return;
  asked = mark;
  trends.value = null;
  await read();
}

/** Asks for the months, and brings the capsule up to date where one is kept. */
export async function read(): Promise<void> {
  const its = asked;
  refused.value = null;
  try {
    const answer = await (capsule.value === null ? lookOrBringBack() : merge(capsule.value));
    if (its === asked) trends.value = answer;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (its === asked) refused.value = error;
  }
}

/** The banks' own months. What is kept, if anything, stays as it is. */
async function look(): Promise<Trends> {
  const response = await reached("/api/trends", { headers: { Accept: "application/json" } });
  return (await response.json()) as Trends;
}

/** The same; but what the account stores for this browser, which lost its own, is kept here again. */
async function lookOrBringBack(): Promise<Trends> {
  const answer = await look();
  return answer.stored === "here" ? renew(null) : answer;
}

/** The months with those of the capsule, which is then kept anew; where it does not open, those of the banks alone. */
async function merge(text: string): Promise<Trends> {
  try {
    return await renew(text);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== UNREADABLE) throw error;
    keeping.value = "unreadable";
    return look();
  }
}

async function renew(text: string | null): Promise<Trends> {
  const answer = (await (await post("/api/trends", { capsule: text })).json()) as Trends & Kept;
  take(answer);
  return answer;
}

/** Keeps what the server sealed. */
function take(answer: Kept): void {
  batch(() => {
    keeping.value = keepCapsule(answer.capsule) ? "kept" : "blocked";
    keptFrom.value = answer.kept_from;
    dropped.value = answer.dropped;
  });
}

/** Begins to keep, or begins anew in place of what cannot be opened. Raises Refusal. */
export async function keep(): Promise<void> {
  trends.value = await renew(null);
}

/** A file of what is kept, sealed by the passphrase alone, into the browser's hands; its name. Raises Refusal. */
export async function save(passphrase: string): Promise<string> {
  const file = await fileOf(await post("/api/trends/export", { capsule: capsule.value, passphrase }));
  hand(file);
  return file.name;
}

/** Merges a file into what is kept; a capsule that cannot be opened is replaced by it. Raises Refusal. */
export async function bring(file: string, passphrase: string): Promise<void> {
  const own = keeping.value === "unreadable" ? null : capsule.value;
  const answer = (await (await post("/api/trends/import", { file, passphrase, capsule: own })).json()) as Kept;
  take(answer);
  await read();
}

/** Stops keeping: the server takes the key back, then the text goes. Raises Refusal; then nothing has changed. */
export async function stop(): Promise<void> {
  await post("/api/trends/forget", {});
  dropCapsule();
  keeping.value = "untouched";
  await read();
}

function post(path: string, body: object): Promise<Response> {
  return reached(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json, application/problem+json, */*" },
    body: JSON.stringify(body),
  });
}
