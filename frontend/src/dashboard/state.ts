/** What the page knows, as signals: the banks as they answer, the place in the address, and all that follows from both. */

import { batch, computed, signal } from "@preact/signals";
import { analyse } from "./analysis";
import { bookOf } from "./book";
import { dayOf } from "./dates";
import { FeedFault, readFeed } from "./feed";
import { NO_FILTER, formatFilter, parseFilter, select } from "./filter";
import { exponent } from "./money";
import type { Filter } from "./filter";
import type { AskedBank, LiveBank, LiveProblem, Line, Start } from "./wire";

// The banks

/** A bank of this session: being asked, here with its data, or not readable now. A bank asked again keeps what it had. */
export interface BankState {
  readonly asked: AskedBank;
  readonly asking: boolean;
  readonly answer: LiveBank | LiveProblem | null;
}

export const start = signal<Start | null>(null);
export const banks = signal<ReadonlyMap<string, BankState>>(new Map());
/** Why the stream itself failed; null where it did not. */
export const fault = signal<FeedFault | null>(null);
/** Days of history that were asked for. */
export const reach = signal(0);
export const asking = computed(() => start.value === null || [...banks.value.values()].some((bank) => bank.asking));

export const answered = computed(() =>
  [...banks.value.values()].flatMap(({ answer }) => (answer?.type === "bank" ? [answer] : [])),
);
export const problems = computed(() =>
  [...banks.value.values()].flatMap(({ answer }) => (answer?.type === "problem" ? [answer] : [])),
);
/** The visitor's day, as the server says; days since 1970-01-01. */
export const today = computed(() => dayOf(start.value?.today ?? "1970-01-01"));

export const HISTORY = { short: 90, long: 730 } as const;
/** Beyond this many rows in the short history, the long one would be too many calls at Plaid: it is offered, not taken. */
const LIGHT = 1_000;

let listening: AbortController | null = null;

/** Asks all banks, then, where that is light, once more for all the history there is. Never rejects. */
export async function load(): Promise<void> {
  await ask(HISTORY.short);
  if (fault.value === null && book.value.size <= LIGHT && answered.value.length > 0) await ask(HISTORY.long);
}

/** Asks all banks, or the one of this key, for `days` of history. What is there stays until its bank answers anew. */
export async function ask(days: number, bank?: string): Promise<void> {
  if (bank === undefined) {
    listening?.abort();
    listening = new AbortController();
  }
  const signal = (bank === undefined ? listening : null)?.signal ?? new AbortController().signal;
  batch(() => {
    fault.value = null;
    for (const key of bank === undefined ? banks.value.keys() : [bank]) change(key, { asking: true });
  });
  try {
    await readFeed(bank === undefined ? { days } : { days, bank }, (line) => take(line, bank === undefined), signal);
    if (bank === undefined) reach.value = days;
  } catch (error) {
    if (error instanceof FeedFault) fault.value = error;
    else if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
  } finally {
    if (!signal.aborted) for (const [key, state] of banks.value) if (state.asking) change(key, { asking: false });
  }
}

function take(line: Line, everyBank: boolean): void {
  switch (line.type) {
    case "start":
      if (everyBank) {
        batch(() => {
          start.value = line;
          banks.value = new Map(
            line.banks.map((asked) => [asked.key, { asked, asking: true, answer: banks.value.get(asked.key)?.answer ?? null }]),
          );
        });
      }
      break;
    case "bank":
    case "problem":
      change(line.key, { asking: false, answer: line });
      break;
    case "end":
      if (line.hints !== null) remember(line.hints);
  }
}

function change(key: string, changes: Partial<BankState>): void {
  const known = banks.value.get(key);
  if (known) banks.value = new Map(banks.value).set(key, { ...known, ...changes });
}

/** Keeps the counts that make the next visit one round trip; the cookie holds no secret (keepless/web/hints.py). */
function remember(hints: string): void {
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `keepless-hints=${hints}; Path=/; Max-Age=34560000; SameSite=Lax${secure}`;
}

// The place: "#spending?category=TRAVEL"

export const VIEWS = ["overview", "credit", "spending", "recurring", "transactions", "banks"] as const;
export type View = (typeof VIEWS)[number];

const hash = signal(window.location.hash);
window.addEventListener("hashchange", () => {
  hash.value = window.location.hash;
});

const place = computed(() => {
  const [name = "", text = ""] = hash.value.replace(/^#/, "").split("?", 2);
  return { view: VIEWS.find((each) => each === name) ?? "overview", text };
});
export const view = computed<View>(() => place.value.view);
const filterText = computed(() => place.value.text);
export const filter = computed<Filter>(() => parseFilter(filterText.value));

/** The address of a view, with a filter: for `href`. */
export function address(to: View, chosen: Filter = filter.value): string {
  const text = formatFilter(chosen);
  return `#${to}${text ? `?${text}` : ""}`;
}

/** Changes the filter. Typing in a field replaces the entry in the history, so that "back" leaves the page of before. */
export function setFilter(changes: Partial<Filter>, { to = view.value, replace = false }: { to?: View; replace?: boolean } = {}): void {
  const next = address(to, { ...filter.value, ...changes });
  if (replace) {
    window.history.replaceState(null, "", next);
    hash.value = next;
  } else {
    window.location.hash = next;
  }
}

export function clearFilter(): void {
  setFilter(NO_FILTER);
}

// What follows

const kinds = computed(() => start.value?.kinds ?? []);
export const book = computed(() => bookOf(answered.value, kinds.value));
/** The rows that the whole filter leaves. */
export const selection = computed(() => select(book.value, filter.value, exponent));
/** The same without its days: for figures that have days of their own (this month, the usual month). */
export const undated = computed(() => select(book.value, { ...filter.value, from: "", to: "" }, exponent));
export const analysis = computed(() => analyse(book.value, selection.value));
export const cards = computed(() => answered.value.flatMap((bank) => bank.cards));
export const loans = computed(() => answered.value.flatMap((bank) => bank.loans));
export const recurring = computed(() => answered.value.flatMap((bank) => bank.recurring));
