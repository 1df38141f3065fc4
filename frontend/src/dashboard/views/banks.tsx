/** The banks: what each one tells and lacks, when it was asked; adding, reconnecting and removing one. */

import "../styles/banks.css";
import { useLayoutEffect, useRef } from "preact/hooks";
import { ageOf } from "../age";
import { ago, clock, moment, money } from "../format";
import { words } from "../i18n";
import { accountName } from "../names";
import { Title } from "../parts/heading";
import { Marked } from "../parts/marked";
import { missingOf } from "../parts/missing";
import { answered, banks, start } from "../state";
import { Removal } from "./banks/removal";
import { receipts } from "./banks/remove";
import type { BankState } from "../state";
import type { Account, CacheUse, LiveBank } from "../wire";

/** A bank that is being read is no fault, and a passing one is no alarm. */
const STATES: Readonly<Record<string, string>> = { wait: "soft", retry: "warn" };

/** Answers of a server that keeps sealed copies, and could use them. */
const COPIED: ReadonlySet<CacheUse> = new Set<CacheUse>(["hit", "stale", "miss"]);

export function Banks() {
  const { lead, leadCopied, lasts } = words.value.banks;
  const isCopied = answered.value.some(({ cache }) => COPIED.has(cache));
  const session = start.value;
  return (
    <>
      <section class="sheet first banks" aria-labelledby="banks-title">
        <header>
          <Title view="banks" />
          {session !== null && (
            <>
              <p>{(isCopied ? leadCopied : lead)(banks.value.size)}</p>
              <p>{lasts(moment(session.until))}</p>
            </>
          )}
        </header>
        <div>
          <Receipts />
          <a class="button" href="/setup">{words.value.common.addBank}</a>
        </div>
      </section>
      {[...banks.value.values()].map((bank) => <Bank key={bank.asked.key} bank={bank} />)}
    </>
  );
}

/** What was removed, with Plaid's word for it. The latest takes the focus: the button that was pressed is gone with its bank. */
function Receipts() {
  const latest = useRef<HTMLDivElement>(null);
  const count = receipts.value.length;
  const before = useRef(count);
  useLayoutEffect(() => {
    if (count > before.current) latest.current?.focus();
    before.current = count;
  }, [count]);
  if (count === 0) return null;
  return (
    <div class="notice receipts" ref={latest} tabIndex={-1}>
      {receipts.value.map((receipt) => <Receipt key={receipt.request ?? receipt.bank} {...receipt} />)}
    </div>
  );
}

export function Receipt({ bank, request }: { readonly bank: string; readonly request: string | null }) {
  const { remove, someBank } = words.value.banks;
  return (
    <p>
      <strong>{remove.done(bank || someBank)}</strong>{" "}
      {request === null ? remove.gone : <Marked as="code" text={remove.receipt(request)} />}
    </p>
  );
}

function Bank({ bank }: { bank: BankState }) {
  const { again, someBank, askingBank, notices, problems } = words.value.banks;
  const { asked, answer, asking, problem } = bank;
  const name = asked.name || someBank;
  const id = `bank-${asked.key}`;
  const isCopy = answer?.type === "bank" && answer.cache === "stale";
  return (
    <section class="sheet" aria-labelledby={id}>
      <header>
        <h2 id={id}>{name}</h2>
        {asking && <p>{askingBank(name)}</p>}
        {(!asking || isCopy) && answer?.type === "bank" && <Asked at={answer.fetched_at} />}
      </header>
      <div>
        {problem !== null && (
          <p class={STATES[problem.problem.action] ?? "bad"}>{(problems[problem.problem.code] ?? problems[problem.problem.action])?.(name, 1).title ?? problem.title}</p>
        )}
        {answer?.type === "bank" && <Told bank={answer} />}
        {answer === null && !asking && <p class="bad">{notices.silent(name)}</p>}
        <div class="acts">
          {/* A login can be renewed at any time; where it must be, the bank's notice says so as well. */}
          <a href={`/setup#reconnect=${asked.item_id}`}>{again(name)}</a>
          <Removal bank={bank} />
        </div>
      </div>
    </section>
  );
}

function Asked({ at }: { readonly at: string }) {
  const { asked } = words.value.common;
  return (
    <p>
      {asked(clock(at))}
      {ageOf(at) > 0 && `, ${ago(ageOf(at))}`}
    </p>
  );
}

function Told({ bank }: { bank: LiveBank }) {
  const { account, available, balance, caption, noAccounts } = words.value.banks;
  const { failed, notOffered } = missingOf(bank);
  return (
    <>
      {bank.accounts.length === 0 ? (
        <p class="soft">{noAccounts}</p>
      ) : (
        <table class="accounts">
          <caption class="unseen">{caption(bank.bank.name)}</caption>
          <thead>
            <tr>
              <th scope="col">{account}</th>
              <th scope="col" class="figure heading-cell">{available}</th>
              <th scope="col" class="figure heading-cell">{balance}</th>
            </tr>
          </thead>
          <tbody>{bank.accounts.map((each) => <AccountRow key={each.id} account={each} />)}</tbody>
        </table>
      )}
      {failed.map((sentence) => <p key={sentence} class="warn">{sentence}</p>)}
      {notOffered.map((sentence) => <p key={sentence} class="soft">{sentence}</p>)}
    </>
  );
}

function AccountRow({ account }: { account: Account }) {
  const { available, kinds } = words.value.banks;
  const kind = kinds[account.subtype ?? ""] ?? kinds[account.type] ?? account.subtype ?? account.type;
  return (
    <tr>
      <th scope="row">
        {accountName(account)} <small>{kind}</small>
      </th>
      <Amount minor={account.available} currency={account.currency} label={available} />
      <Amount minor={account.current} currency={account.currency} />
    </tr>
  );
}

/** What the bank does not tell is said, never shown as zero. */
function Amount({ minor, currency, label }: { minor: number | null; currency: string; label?: string }) {
  return minor === null ? (
    <td class="untold" data-label={label}>{words.value.banks.unknown}</td>
  ) : (
    <td class="figure" data-label={label}>{money(minor, currency)}</td>
  );
}
