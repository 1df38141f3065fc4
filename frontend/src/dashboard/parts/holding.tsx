/** "What do you hold about me?": what the server says it holds, what this browser holds, what this page holds. */

import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { bytes, count, moment } from "../format";
import { words } from "../i18n";
import { preferences } from "../preferences";
import { recall } from "../memory";
import { book, start } from "../state";
import { CAPSULE, ITS_KEY } from "../../kept";
import { capsule } from "../trends/capsule";
import { Skeleton } from "./busy";
import type { ComponentChildren } from "preact";

/** Whether the panel is on screen. */
export const opened = signal(false);

/** The answer of GET /api/what-you-hold (keepless/web/holding.py). */
interface Held {
  readonly on_server: readonly { readonly bank: { readonly name: string }; readonly renew_by: string }[];
  /** Null where the cache cannot be asked now. */
  readonly in_cache: readonly HeldCopy[] | null;
  readonly at_plaid: readonly { readonly item_id: string; readonly name: string }[];
  readonly in_browser: readonly HeldCookie[];
  readonly session: { readonly issued_at: string; readonly expires_at: string } | null;
}

/** A sealed copy of a bank's last answer; of no use from `until` on. */
interface HeldCopy {
  readonly bank: { readonly item_id: string; readonly name: string };
  readonly bytes: number;
  readonly fetched_at: string;
  readonly until: string;
}

interface HeldCookie {
  readonly name: string;
  readonly purpose: string;
  readonly bytes: number;
  readonly sealed: boolean;
  readonly value?: string;
}

export function Holding() {
  const dialog = useRef<HTMLDialogElement>(null);
  const held = useSignal<Held | "asking" | "failed">("asking");
  useEffect(() => {
    dialog.current?.showModal();
    void ask().then((answer) => (held.value = answer));
  }, []);
  const { question, close, asking, failed } = words.value.privacy;
  return (
    <dialog ref={dialog} class="panel" aria-labelledby="holding-title" onClose={() => (opened.value = false)}>
      <header>
        <h2 id="holding-title">{question}</h2>
        <button type="button" class="quiet" onClick={() => dialog.current?.close()}>{close}</button>
      </header>
      {held.value === "asking" && (
        <div aria-busy="true">
          <p class="unseen" role="status">{asking}</p>
          <Skeleton lines={4} />
        </div>
      )}
      {held.value === "failed" && <p class="error" role="alert">{failed}</p>}
      {typeof held.value === "object" && <Everything held={held.value} />}
    </dialog>
  );
}

async function ask(): Promise<Held | "failed"> {
  try {
    const response = await fetch("/api/what-you-hold", { headers: { Accept: "application/json" } });
    return response.ok ? ((await response.json()) as Held) : "failed";
  } catch {
    return "failed";
  }
}

function Everything({ held }: { held: Held }) {
  const { server, serverCopy, serverNothing, serverNote, serverUnknown, plaid, plaidConnections, session } = words.value.privacy;
  return (
    <>
      <Part title={server}>
        {held.on_server.length === 0 && held.in_cache?.length === 0 && <p>{serverNothing}</p>}
        {held.in_cache?.map(({ bank, bytes: size, fetched_at: told, until }) => (
          <p key={bank.item_id}>{serverCopy(bank.name || words.value.banks.someBank, bytes(size), moment(told), moment(until))}</p>
        ))}
        {held.in_cache === null && <p>{serverUnknown}</p>}
        {held.on_server.map(({ bank, renew_by: until }) => <p key={bank.name}>{serverNote(bank.name, moment(until))}</p>)}
      </Part>
      <Part title={plaid}>
        <p>{plaidConnections(held.at_plaid.length)}</p>
        {held.at_plaid.length > 0 && (
          <ul class="rows">
            {held.at_plaid.map(({ item_id: item, name }) => (
              <li key={item}>
                {name || words.value.banks.someBank} <code>{item}</code>
              </li>
            ))}
          </ul>
        )}
        {held.session !== null && <p>{session(moment(held.session.issued_at), moment(held.session.expires_at))}</p>}
      </Part>
      <Browser cookies={held.in_browser} />
    </>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Browser({ cookies }: { cookies: readonly HeldCookie[] }) {
  const say = words.value.privacy;
  return (
    <Part title={say.browser}>
      {cookies.length === 0 ? <p>{say.noCookies}</p> : <Cookies cookies={cookies} />}
      <h4>{say.storage}</h4>
      <Stored />
      <h4>{say.memory}</h4>
      <p>{say.memoryHolds(book.value.size, count(book.value.size))}</p>
      <Worker />
      <h4>{say.caches}</h4>
      <Caches />
    </Part>
  );
}

function Cookies({ cookies }: { cookies: readonly HeldCookie[] }) {
  const say = words.value.privacy;
  return (
    <table>
      <caption>{say.cookies}</caption>
      <thead>
        <tr>
          <th scope="col">{say.cookie}</th>
          <th scope="col">{say.purpose}</th>
          <th scope="col" class="size">{say.bytes}</th>
        </tr>
      </thead>
      <tbody>
        {cookies.map((cookie) => (
          <tr key={cookie.name}>
            <th scope="row"><code>{cookie.name}</code></th>
            <td>
              {purposeOf(cookie)}
              <small>{cookie.sealed ? say.sealed : say.plain(cookie.value ?? "")}</small>
            </td>
            <td class="size">{bytes(cookie.bytes)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const PURPOSES = [
  [/-tz$/, "zone"],
  [/-hints$/, "hints"],
  [/-lang$/, "language"],
  [/-bank-/, "arrival"],
  [/-link$/, "link"],
  [ITS_KEY, "trends"],
  [/^(__Host-keepless|keepless-local)$/, "session"],
] as const;

/** What a cookie is for; in the server's own words where its name is newer than this page. */
function purposeOf({ name, purpose }: HeldCookie): string {
  const known = PURPOSES.find(([pattern]) => pattern.test(name));
  return known === undefined ? purpose : words.value.privacy.purposes[known[1]];
}

/** localStorage as it is, whatever is in it; of the trends their length, which is all that can be read of them. */
function Stored() {
  void [preferences.value, capsule.value]; // written whenever they change: shown anew then
  let entries: readonly (readonly [string, string])[] = [];
  try {
    entries = Object.entries({ ...window.localStorage }) as [string, string][];
  } catch {
    // Storage that is blocked holds nothing.
  }
  if (entries.length === 0) return <p>{words.value.privacy.noStorage}</p>;
  return (
    <ul class="rows">
      {entries.map(([name, value]) => (
        <li key={name}>
          <code>{name}</code> {name === CAPSULE ? <span>{words.value.privacy.trends(bytes(value.length))}</span> : <code>{value}</code>}
        </li>
      ))}
    </ul>
  );
}

/** What src/worker.ts holds of this session for the time of a reload. */
function Worker() {
  const holds = useSignal(false);
  useEffect(() => {
    void recall(start.value?.mark ?? "").then((held) => (holds.value = held !== null));
  }, []);
  const { worker, workerHolds, workerNothing } = words.value.privacy;
  return (
    <>
      <h4>{worker}</h4>
      <p>{holds.value ? workerHolds : workerNothing}</p>
    </>
  );
}

function Caches() {
  const names = useSignal<readonly string[]>([]);
  useEffect(() => {
    if ("caches" in window) void caches.keys().then((found) => (names.value = found), () => undefined);
  }, []);
  const { cachesHold, noCaches } = words.value.privacy;
  return <p>{names.value.length === 0 ? noCaches : cachesHold(names.value.join(", "))}</p>;
}
