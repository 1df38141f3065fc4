/** Banks made of rows, for tests: everything has a plain default, a test names only what it is about. */

import type { Account, Kind, LiveBank, LiveProblem, Row, Start } from "../../src/dashboard/wire";

export const KINDS: readonly Kind[] = ["spending", "income", "transfer", "card_payment", "debt_payment", "cash"];
export const TODAY = 20_779; // 2026-11-22

export function account(id: string, type = "depository"): Account {
  return {
    id, type, name: id, mask: null, subtype: null, currency: "USD", current: null, available: null, limit: null, official_name: null,
  };
}

export interface Told {
  readonly day?: number;
  readonly amount?: number;
  readonly currency?: string;
  readonly merchant?: string;
  readonly name?: string;
  readonly kind?: Kind;
  readonly account?: number;
  readonly category?: number;
  readonly pending?: boolean;
}

let number = 0;

export function row(told: Told = {}): Row {
  const { day = TODAY, amount = 1_000, currency = "USD", merchant = "Corner Bakery", name = "", kind = "spending" } = told;
  number += 1;
  return [
    `row-${number}`, told.account ?? 0, day, day + 1, amount, currency, merchant, name, told.category ?? 0, KINDS.indexOf(kind),
    told.pending ? 1 : 0,
  ];
}

export function bank(key: string, rows: readonly Row[], changes: Partial<LiveBank> = {}): LiveBank {
  return {
    type: "bank", key,
    bank: { item_id: `item-${key}`, institution_id: "ins_1", name: `Bank ${key}` },
    cache: "none",
    fetched_at: "2026-11-22T12:00:00Z",
    accounts: [account("checking"), account("card", "credit")],
    cards: [], loans: [], recurring: [],
    liabilities_problem: null, transactions_problem: null, unreadable: 0, renew_by: null,
    account_ids: ["checking", "card"],
    categories: [
      ["FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE", "FOOD_AND_DRINK", "FOOD_AND_DRINK_COFFEE"],
      ["", "", "UNCATEGORIZED", "UNCATEGORIZED"],
    ],
    rows,
    ...changes,
  };
}

export function problem(key: string, action: LiveProblem["problem"]["action"] = "retry"): LiveProblem {
  return {
    type: "problem", key, copy_stands: true,
    problem: { bank: bank(key, []).bank, code: "TIMEOUT", retryable: true, action, request_id: null, retry_at: null },
    title: "It did not answer", detail: "", next_step: "",
  };
}

export function start(...keys: readonly string[]): Start {
  return {
    type: "start",
    today: "2026-11-22",
    period: { start: "2026-08-25", end: "2026-11-22" },
    banks: keys.map((key) => ({ key, item_id: `item-${key}`, name: `Bank ${key}` })),
    connected: keys.length,
    until: "2026-11-29T12:00:00Z",
    mark: "mark",
    history_days: 730,
    trends: true,
    kinds: KINDS,
  };
}
