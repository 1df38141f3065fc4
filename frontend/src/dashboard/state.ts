/** What the page knows, as signals: the banks as they answer, the place in the address, and all that follows from both. */

import { batch, computed, signal } from "@preact/signals";
import { clockAhead, setAhead, timeThere } from "./age";
import { analyse } from "./analysis";
import { bookOf } from "./book";
import { dayOf } from "./dates";
import { FeedFault, readFeed } from "./feed";
import { formatFilter, parseFilter, select } from "./filter";
import { forget, isReload, keep, recall } from "./memory";
import { exponent } from "./money";
import type { Filter } from "./filter";
import type { AskedBank, LiveBank, LiveProblem, LiveSame, Line, Start } from "./wire";

// The banks

/** A bank of this session: being asked, here with its data, or not readable now. A bank asked again keeps what it had. */
export interface BankState {
  readonly asked: AskedBank;
  readonly asking: boolean;
  /** Its data, be it of an earlier time; the problem only where there never was any. */
  readonly answer: LiveBank | LiveProblem | null;
  /** Why it could not be read the last time; null where it could. */
  readonly problem: LiveProblem | null;
}

export const start = signal<Start | null>(null);
export const banks = signal<ReadonlyMap<string, BankState>>(new Map());
/** Why the stream itself failed; null where it did not. */
export const fault = signal<FeedFault | null>(null);
/** Days of history that were asked for. */
export const reach = signal(0);
/** Whether `load` is not done yet: between its two askings, no bank is being asked. */
const loading = signal(false);
/** When newer data last took the place of an older copy, by the server's clock (milliseconds); 0 where none has. */
export const updated = signal(0);
export const asking = computed(() => loading.value || [...banks.value.values()].some((bank) => bank.asking));

export const answered = computed(() =>
  [...banks.value.values()].flatMap(({ answer }) => (answer?.type === "bank" ? [answer] : [])),
);
export const problems = computed(() =>
  [...banks.value.values()].flatMap(({ problem }) => (problem === null ? [] : [problem])),
);
/** The visitor's day, as the server says; days since 1970-01-01. */
export const today = computed(() => dayOf(start.value?.today ?? "1970-01-01"));

/** Days to ask for: as many as the server reads unasked, and as far back as Plaid goes. */
export const HISTORY = { short: 0, long: 730 } as const;
/** As far back as the visitor may look: their tier may have less than Plaid. */
export const longest = computed(() => Math.min(start.value?.history_days ?? HISTORY.long, HISTORY.long));
/** Beyond this many rows in the short history, the long one would be too many calls at Plaid: it is offered, not taken. */
const LIGHT = 1_000;

interface Asking {
  readonly days: number;
  readonly abort: AbortController;
  /** Whether its lines alone are what the page shows: only then a reload may be served with them. */
  whole: boolean;
}

/** What is being asked now: by the key of a bank asked alone, EVERY for all of them. */
const underway = new Map<string, Asking>();
const EVERY = "";

/**
 * Takes what this browser still holds of a moment ago; otherwise asks all banks, then, where that is light, once more for
 * all the history there is for them.
 */
export async function load(): Promise<void> {
  loading.value = true;
  try {
    await loadAll();
  } finally {
    loading.value = false;
  }
}

async function loadAll(): Promise<void> {
  const mark = document.querySelector<HTMLElement>("#app")?.dataset["mark"];
  const held = mark && isReload() ? await recall(mark) : null;
  if (held) {
    batch(() => {
      setAhead(held.ahead);
      for (const text of held.texts) take(JSON.parse(text) as Line);
      settle(EVERY, false);
      reach.value = held.days;
      updated.value = 0; // it was said when it happened
    });
  } else {
    await ask(HISTORY.short);
  }
  const isLight = book.value.size <= LIGHT && answered.value.length > 0;
  if (isLight && fault.value === null && reach.value < longest.value) await ask(longest.value);
}

/** Asks all banks, or the one of this key, for `days` of history. What is there stays until its bank answers anew. */
export async function ask(days: number, bank: string = EVERY): Promise<void> {
  if (bank === EVERY) {
    underway.forEach(({ abort }) => abort.abort());
    underway.clear();
  }
  const everyBank = underway.get(EVERY);
  if (everyBank && banks.value.get(bank)?.asking) return; // it is being asked already
  underway.get(bank)?.abort.abort();
  if (everyBank) everyBank.whole = false;
  const its: Asking = { days: Math.max(days, everyBank?.days ?? 0), abort: new AbortController(), whole: bank === EVERY };
  underway.set(bank, its);
  batch(() => {
    fault.value = null;
    settle(bank, true);
  });
  const taken = (line: Line): void => {
    if (bank !== EVERY && line.type === "start") return stillOurs(line);
    take(line);
    its.whole &&= line.type === "bank" ? answerOf(line.key) === line : line.type !== "problem";
  };
  try {
    const texts = await readFeed(bank === EVERY ? { days } : { days: its.days, bank }, taken, its.abort.signal);
    if (bank === EVERY) reach.value = days || daysRead();
    if (its.whole) keep({ mark: start.value?.mark ?? "", days: reach.value, texts, ahead: clockAhead() });
    else forget(); // of before this answer
  } catch (error) {
    if (its.abort.signal.aborted) return; // whoever asked after us goes on
    if (!(error instanceof FeedFault)) throw error;
    if (OUTDATED.includes(error.code)) return await ask(reach.value);
    // The tier has got smaller since the page was opened: what every tier has is asked for.
    if (error.code === "not_in_tier" && its.days !== HISTORY.short) return await ask(HISTORY.short);
    fault.value = error;
  } finally {
    if (underway.get(bank) === its) {
      underway.delete(bank);
      settle(bank, false);
    }
  }
}

/** What a bank asked alone is told where the page is of before: its banks, its session or its day are others now. */
const OUTDATED: readonly string[] = ["outdated", "unknown_bank"];

/** Throws where a bank's figures would stand beside those of another day, or of a session that was changed in another tab. */
function stillOurs({ mark }: Start): void {
  if (mark !== start.value?.mark) throw new FeedFault("outdated");
}

function daysRead(): number {
  return start.value === null ? 0 : dayOf(start.value.period.end) - dayOf(start.value.period.start) + 1;
}

function settle(bank: string, isAsking: boolean): void {
  batch(() => {
    for (const key of bank === EVERY ? banks.value.keys() : [bank]) {
      if (isAsking || !underway.has(key)) change(key, { asking: isAsking });
    }
  });
}

function take(line: Line): void {
  switch (line.type) {
    case "start":
      batch(() => {
        start.value = line;
        banks.value = new Map(
          line.banks.map((asked) => [asked.key, { answer: null, problem: null, ...banks.value.get(asked.key), asked, asking: true }]),
        );
      });
      break;
    case "bank":
      takeBank(line);
      break;
    case "same":
      takeSame(line);
      break;
    case "problem":
      change(line.key, { asking: false, answer: (line.copy_stands ? answerOf(line.key) : null) ?? line, problem: line });
      break;
    case "end":
      if (line.hints !== null) remember(line.hints);
  }
}

/** A copy of the server's leaves the bank as one that is being asked: what is newer comes with a second line. */
function takeBank(line: LiveBank): void {
  const before = answerOf(line.key);
  const isCopy = line.cache === "stale";
  batch(() => {
    if (before?.cache === "stale" && Date.parse(before.fetched_at) < Date.parse(line.fetched_at)) updated.value = timeThere();
    change(line.key, { asking: isCopy, answer: withWhatItHad(line), ...(isCopy ? {} : { problem: null }) });
  });
}

/** What is shown is as new as this: nothing else changes. */
function takeSame({ key, fetched_at }: LiveSame): void {
  const answer = answerOf(key);
  change(key, { asking: false, problem: null, ...(answer === null ? {} : { answer: { ...answer, cache: "hit", fetched_at } }) });
}

function answerOf(key: string): LiveBank | null {
  const answer = banks.value.get(key)?.answer;
  return answer?.type === "bank" ? answer : null;
}

/** A bank that answered in part keeps the other part as it was; the line goes on to say that this was not read anew. */
function withWhatItHad(line: LiveBank): LiveBank {
  const before = answerOf(line.key);
  if (before === null) return line;
  const { cards, loans, rows, categories, account_ids, recurring, fetched_at } = before;
  const keepsCredit = line.liabilities_problem !== null && cards.length + loans.length > 0;
  const keepsRows = line.transactions_problem !== null && rows.length > 0;
  if (!keepsCredit && !keepsRows) return line; // what a bank never tells is none of it: such a line is as new as any
  return {
    ...line,
    ...(keepsCredit && { cards, loans, fetched_at }),
    ...(keepsRows && { rows, categories, account_ids, recurring, fetched_at }),
  };
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

export const VIEWS = ["overview", "credit", "spending", "trends", "recurring", "transactions", "banks"] as const;
export type View = (typeof VIEWS)[number];

const hash = signal(window.location.hash);
window.addEventListener("hashchange", () => {
  hash.value = window.location.hash;
});

const place = computed(() => {
  const [, name, text = ""] = /^#?([^?]*)(?:\?(.*))?$/s.exec(hash.value) ?? [];
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

// What follows

const kinds = computed(() => start.value?.kinds ?? []);
export const book = computed(() => bookOf(answered.value, kinds.value));
/** The rows that the whole filter leaves. */
export const selection = computed(() => select(book.value, filter.value, exponent));
/** The same without its days: for figures that have days of their own (this month, the usual month). */
export const undated = computed(() =>
  filter.value.from || filter.value.to ? select(book.value, { ...filter.value, from: "", to: "" }, exponent) : selection.value,
);
export const analysis = computed(() => analyse(book.value, selection.value));
export const cards = computed(() => answered.value.flatMap((bank) => bank.cards));
export const loans = computed(() => answered.value.flatMap((bank) => bank.loans));
export const recurring = computed(() => answered.value.flatMap((bank) => bank.recurring));
