/** What needs a hand, each with the next step: the stream itself, banks that failed, permissions that end, double ones. */

import { useSignalEffect } from "@preact/signals";
import { ageOf } from "../age";
import { NO_FILTER } from "../filter";
import { clock, day, lasting, list, minuteAfter, time } from "../format";
import { words } from "../i18n";
import { address, answered, ask, asking, banks, fault, load, problems, reach, today, view } from "../state";
import { askAgain, comesBy, waitForBanks, wasUsed } from "./again";
import { FaultNotice } from "./fault";
import { rescueFocus } from "./heading";
import { Marked } from "./marked";
import { missingOf } from "./missing";
import type { BankState } from "../state";
import type { LiveBank, LiveProblem } from "../wire";
import type { ComponentChildren } from "preact";

const RENEW_AHEAD = 14; // days
const A_DAY = 86_400_000;
/** What is Plaid's own fault (docs/outages.md), and one notice for all banks that it keeps back. */
const OF_PLAID: readonly string[] = ["TIMEOUT", "DEADLINE", "UNREACHABLE", "PLANNED_MAINTENANCE", "INTERNAL_SERVER_ERROR"];

async function askEvery(): Promise<void> {
  await (reach.value === 0 ? load() : ask(reach.value));
  rescueFocus(view.value);
}

export function Notices() {
  useSignalEffect(waitForBanks);
  const silent = asking.value ? [] : [...banks.value.values()].filter(({ answer }) => answer === null);
  const soon = answered.value.flatMap((bank) => {
    const ends = bank.renew_by === null ? Number.NaN : localDay(bank.renew_by);
    return ends >= today.value && ends <= today.value + RENEW_AHEAD ? [{ bank, ends }] : [];
  });
  const partly = answered.value.filter((bank) => missingOf(bank).failed.length > 0);
  const twice = connectedTwice(answered.value);
  if (fault.value === null && problems.value.length + silent.length + soon.length + partly.length + twice.length === 0) return null;
  const alone = answered.value.length === 0 && !asking.value;
  return (
    <section class={alone ? "notices alone" : "notices"} aria-label={words.value.banks.notices.label}>
      {fault.value !== null && <FaultNotice fault={fault.value} onRetry={() => void askEvery()} />}
      {together(problems.value).map((lines) => <Problem key={sharedBy(lines[0])} lines={lines} />)}
      {fault.value === null && silent.map((each) => <Silent key={each.asked.key} {...each} />)}
      {soon.map(({ bank, ends }) => <Soon key={bank.key} bank={bank} ends={ends} />)}
      {twice.map((name) => <Twice key={name} name={name} />)}
      {partly.map((bank) => <Partly key={bank.key} bank={bank} />)}
    </section>
  );
}

function Notice({ state = "", title, children }: { state?: "" | "waiting" | "broken"; title: string; children: ComponentChildren }) {
  return (
    <article class={`notice ${state}`}>
      <h2>{title}</h2>
      {children}
    </article>
  );
}

/** At least one. */
type Lines = readonly [LiveProblem, ...LiveProblem[]];

/** What tells the notice of this problem from others: its cause where that is Plaid's, else its bank. */
function sharedBy({ key, problem }: LiveProblem): string {
  return problem.action === "retry" && OF_PLAID.includes(problem.code) ? problem.code : key;
}

function together(every: readonly LiveProblem[]): readonly Lines[] {
  const groups = new Map<string, Lines>();
  for (const line of every) groups.set(sharedBy(line), [...(groups.get(sharedBy(line)) ?? []), line] as unknown as Lines);
  return [...groups.values()];
}

function Problem({ lines }: { lines: Lines }) {
  const { problem, title, detail, next_step: nextStep } = lines[0];
  const { problems: said, notices, someBank } = words.value.banks;
  const bank = list([...new Set(lines.map((line) => line.problem.bank.name || someBank))]);
  // The server's own words, in English, where a code or an action is newer than this page.
  const known = (said[problem.code] ?? said[problem.action])?.(bank, lines.length) ?? { title: `${bank}: ${title}`, detail, next: nextStep };
  const waits = problem.action === "wait";
  return (
    <Notice state={waits ? "waiting" : problem.action === "retry" ? "" : "broken"} title={known.title}>
      <p>
        {[known.detail, waits ? notices.asksItself : whenAgain(lines) || known.next, remainder(lines)].filter(Boolean).join(" ")}
      </p>
      <div class="acts">
        <NextStep problem={problem} bank={bank} bankKeys={lines.map(({ key }) => key)} />
        <small>
          <Marked
            as="code"
            text={problem.request_id === null ? notices.code(problem.code) : notices.codeAndRequest(problem.code, problem.request_id)}
          />
        </small>
      </div>
    </Notice>
  );
}

/** What is on the page in spite of these banks. */
function remainder(lines: Lines): string {
  const { earlier, earlierAged, earlierOfThem, earlierOfThemAged, others } = words.value.banks.notices;
  const ages = lines.flatMap(({ key }) => {
    const answer = banks.value.get(key)?.answer;
    return answer?.type === "bank" ? [ageOf(answer.fetched_at)] : [];
  });
  const [age] = ages;
  if (age === undefined) return answered.value.length > 0 ? others : "";
  if (lines.length === 1) return age > 0 ? earlierAged(lasting(age)) : earlier;
  const isAlike = ages.length === lines.length && age > 0 && ages.every((each) => lasting(each) === lasting(age));
  return isAlike ? earlierOfThemAged(lasting(age)) : earlierOfThem;
}

/** When asking again can help, in the visitor's zone; nothing where nobody knows, or it was tried then. */
function whenAgain(lines: Lines): string {
  const { asksItselfAt, askLater } = words.value.banks.notices;
  const line = lines.find((each) => Date.parse(each.problem.retry_at ?? "") > 0 && !wasUsed(each));
  if (line === undefined) return "";
  const moment = minuteAfter(line.problem.retry_at!);
  if (comesBy(line) !== null) return asksItselfAt(time(moment), lines.length);
  return line.problem.action === "retry" ? askLater(clock(moment)) : "";
}

function NextStep({ problem, bank, bankKeys }: { problem: LiveProblem["problem"]; bank: string; bankKeys: readonly string[] }) {
  const { again, notices, remove } = words.value.banks;
  switch (problem.action) {
    case "reconnect":
      return <a class="button" href={`/setup#reconnect=${problem.bank.item_id}`}>{again(bank)}</a>;
    case "retry":
    case "wait":
      return <Retry bank={bank} bankKeys={bankKeys} />;
    case "relink":
    case "drop":
      return (
        <>
          <a class="button" href="/setup">{notices.anew}</a>
          <a href={address("banks", NO_FILTER)}>{remove.open(bank)}</a>
        </>
      );
    case "operator":
      return <a href="/status">{words.value.common.status}</a>;
    default:
      return <a href={address("banks", NO_FILTER)}>{remove.open(bank)}</a>;
  }
}

/** Asks these banks alone. Stays where it is while they are asked: a button that vanishes would drop the focus. */
function Retry({ bank, bankKeys }: { bank: string; bankKeys: readonly string[] }) {
  const { askingBank, retry: retryOne, retryThem } = words.value.banks;
  const busy = bankKeys.some((key) => banks.value.get(key)?.asking);
  const retry = async (): Promise<void> => {
    await Promise.all(bankKeys.map(askAgain));
    rescueFocus(view.value);
  };
  return (
    <button type="button" class="quiet" aria-busy={busy} aria-disabled={busy} onClick={() => busy || void retry()}>
      {busy ? askingBank(bank) : bankKeys.length === 1 ? retryOne(bank) : retryThem}
    </button>
  );
}

function Silent({ asked }: BankState) {
  const { notices, someBank } = words.value.banks;
  const bank = asked.name || someBank;
  return (
    <Notice title={notices.silent(bank)}>
      <p>{notices.silentDetail}</p>
      <div class="acts"><Retry bank={bank} bankKeys={[asked.key]} /></div>
    </Notice>
  );
}

function Soon({ bank: { bank }, ends }: { bank: LiveBank; ends: number }) {
  const { again, notices } = words.value.banks;
  return (
    <Notice title={notices.soon(bank.name)}>
      <p>{notices.soonDetail(day(ends))}</p>
      <div class="acts"><a class="button" href={`/setup#reconnect=${bank.item_id}`}>{again(bank.name)}</a></div>
    </Notice>
  );
}

function Twice({ name }: { name: string }) {
  const { notices } = words.value.banks;
  return (
    <Notice title={notices.twice(name)}>
      <p>{notices.twiceDetail}</p>
      <div class="acts"><a class="button" href={address("banks", NO_FILTER)}>{notices.toBanks}</a></div>
    </Notice>
  );
}

function Partly({ bank }: { bank: LiveBank }) {
  return (
    <Notice title={words.value.banks.notices.partly(bank.bank.name)}>
      {missingOf(bank).failed.map((sentence) => <p key={sentence}>{sentence}</p>)}
      <div class="acts"><Retry bank={bank.bank.name} bankKeys={[bank.key]} /></div>
    </Notice>
  );
}

/** The calendar day of a moment here, in days since 1970-01-01. */
function localDay(iso: string): number {
  const moment = new Date(iso);
  return Date.UTC(moment.getFullYear(), moment.getMonth(), moment.getDate()) / A_DAY;
}

/** Names of institutions of which the same account, by name and number, came through two connections. */
function connectedTwice(every: readonly LiveBank[]): readonly string[] {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { bank, accounts } of every) {
    const own = accounts.filter(({ mask }) => mask).map(({ name, mask }) => JSON.stringify([bank.institution_id, name, mask]));
    if (own.some((account) => seen.has(account))) twice.add(bank.name);
    own.forEach((account) => seen.add(account));
  }
  return [...twice];
}
