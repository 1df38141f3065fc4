/** What needs a hand, each with the next step: the stream itself, banks that failed, permissions that end, double ones. */

import { useSignalEffect } from "@preact/signals";
import { ageOf } from "../age";
import { NO_FILTER } from "../filter";
import { clock, day, lasting, time } from "../format";
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
      {problems.value.map((each) => <Problem key={each.key} line={each} />)}
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

function Problem({ line }: { line: LiveProblem }) {
  const { key, problem, title, detail, next_step: nextStep } = line;
  const { problems: said, notices, someBank } = words.value.banks;
  const bank = problem.bank.name || someBank;
  // The server's own words, in English, where a code or an action is newer than this page.
  const known = (said[problem.code] ?? said[problem.action])?.(bank) ?? { title: `${bank}: ${title}`, detail, next: nextStep };
  const waits = problem.action === "wait";
  return (
    <Notice state={waits ? "waiting" : problem.action === "retry" ? "" : "broken"} title={known.title}>
      <p>
        {[known.detail, ...(waits ? [notices.asksItself] : [whenAgain(line) || known.next, remainder(key)])].filter(Boolean).join(" ")}
      </p>
      <div class="acts">
        <NextStep problem={problem} bank={bank} bankKey={key} />
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

/** What is on the page in spite of this bank. */
function remainder(key: string): string {
  const { earlier, earlierAged, others } = words.value.banks.notices;
  const answer = banks.value.get(key)?.answer;
  if (answer?.type === "bank") return ageOf(answer.fetched_at) > 0 ? earlierAged(lasting(ageOf(answer.fetched_at))) : earlier;
  return answered.value.length > 0 ? others : "";
}

/** When asking again can help, in the visitor's zone; nothing where nobody knows, or it was tried then. */
function whenAgain(line: LiveProblem): string {
  const { asksItselfAt, askLater } = words.value.banks.notices;
  const { action, retry_at: moment } = line.problem;
  if (moment === null || wasUsed(line) || Number.isNaN(Date.parse(moment))) return "";
  if (comesBy(line) !== null) return asksItselfAt(time(moment));
  return action === "retry" ? askLater(clock(moment)) : "";
}

function NextStep({ problem, bank, bankKey }: { problem: LiveProblem["problem"]; bank: string; bankKey: string }) {
  const { again, notices, remove } = words.value.banks;
  switch (problem.action) {
    case "reconnect":
      return <a class="button" href={`/setup#reconnect=${problem.bank.item_id}`}>{again(bank)}</a>;
    case "retry":
    case "wait":
      return <Retry bank={bank} bankKey={bankKey} />;
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

/** Asks this bank alone. Stays where it is while the bank is asked: a button that vanishes would drop the focus. */
function Retry({ bank, bankKey }: { bank: string; bankKey: string }) {
  const busy = banks.value.get(bankKey)?.asking ?? false;
  const retry = async (): Promise<void> => {
    await askAgain(bankKey);
    rescueFocus(view.value);
  };
  return (
    <button type="button" class="quiet" aria-busy={busy} aria-disabled={busy} onClick={() => busy || void retry()}>
      {busy ? words.value.banks.askingBank(bank) : words.value.banks.retry(bank)}
    </button>
  );
}

function Silent({ asked }: BankState) {
  const { notices, someBank } = words.value.banks;
  const bank = asked.name || someBank;
  return (
    <Notice title={notices.silent(bank)}>
      <p>{notices.silentDetail}</p>
      <div class="acts"><Retry bank={bank} bankKey={asked.key} /></div>
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
      <div class="acts"><Retry bank={bank.bank.name} bankKey={bank.key} /></div>
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
