/** Removing a bank: at Plaid first, by the server; then its figures leave this page. */

import { batch, signal } from "@preact/signals";
import { FeedFault } from "../../feed";
import { dismiss, forget as forgetMemory } from "../../memory";
import { banks, fault } from "../../state";
import type { BankState } from "../../state";

/** A bank that is gone. `request` is Plaid's id for it, null where the connection had ended before. */
export interface Receipt {
  readonly bank: string;
  readonly request: string | null;
}

interface Answer {
  readonly request_id: string | null;
  readonly connected: number;
}

interface Refusal {
  readonly code?: string;
  readonly plaid_code?: string;
  readonly plaid_request_id?: string;
}

/** Receipts of this page, the latest first. */
export const receipts = signal<readonly Receipt[]>([]);
/** Whether the last bank was removed here: then nothing is held any more. */
export const farewell = signal(false);

/** The bank was not removed, and stays. `code` and `request` are Plaid's where Plaid answered. */
export class NotRemoved extends Error {
  constructor(
    readonly code: string,
    readonly request: string | null,
  ) {
    super(code);
  }
}

/** Rejects with NotRemoved. */
export async function removeBank({ asked }: BankState): Promise<void> {
  let response: Response;
  try {
    response = await fetch("/api/disconnect", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify({ item_id: asked.item_id }),
    });
  } catch {
    throw new NotRemoved("offline", null);
  }
  const told = (await response.json().catch(() => ({}))) as Answer & Refusal;
  if (response.ok) {
    forget(asked.key, { bank: asked.name, request: told.request_id }, told.connected);
  } else if (told.code === "unknown_bank") {
    forget(asked.key, { bank: asked.name, request: null }, banks.value.size - 1); // removed in another tab
  } else {
    if (told.code?.startsWith("session_")) fault.value = new FeedFault(told.code);
    throw new NotRemoved(told.plaid_code ?? told.code ?? `http_${response.status}`, told.plaid_request_id ?? null);
  }
}

function forget(key: string, receipt: Receipt, connected: number): void {
  batch(() => {
    banks.value = new Map([...banks.value].filter(([each]) => each !== key));
    receipts.value = [receipt, ...receipts.value];
    farewell.value = connected === 0;
  });
  // What the worker holds has this bank's figures too.
  if (connected === 0) void dismiss();
  else forgetMemory();
}
