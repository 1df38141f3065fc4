/**
 * What `GET /api/live` sends: a line of JSON for each of these. The server's side is keepless/web/live.py.
 *
 * Amounts are integers in minor units of the currency beside them. Days in rows are whole days since 1970-01-01 of the
 * bank's own calendar; dates elsewhere are "YYYY-MM-DD", moments UTC.
 */

export type Minor = number;
export type IsoDate = string;
export type Kind = "spending" | "income" | "transfer" | "card_payment" | "debt_payment" | "cash";

export interface BankRef {
  readonly item_id: string;
  readonly institution_id: string;
  readonly name: string;
}

export interface AskedBank {
  readonly key: string;
  readonly item_id: string;
  readonly name: string;
}

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly mask: string | null;
  readonly type: string;
  readonly subtype: string | null;
  readonly currency: string;
  readonly current: Minor | null;
  readonly available: Minor | null;
  readonly limit: Minor | null;
  readonly official_name: string | null;
}

export interface Apr {
  readonly type: string;
  readonly basis_points: number;
  readonly balance: Minor | null;
  readonly interest: Minor | null;
}

export interface Card {
  readonly account: Account;
  readonly bank: string;
  readonly owed: Minor | null;
  readonly credit_balance: Minor | null;
  readonly limit: Minor | null;
  readonly available: Minor | null;
  /** Per mille of the limit. */
  readonly utilisation: number | null;
  readonly over_30: boolean | null;
  readonly aprs: readonly Apr[];
  readonly statement_balance: Minor | null;
  readonly statement_date: IsoDate | null;
  readonly minimum_payment: Minor | null;
  readonly due: IsoDate | null;
  readonly days_until_due: number | null;
  readonly overdue: boolean | null;
  readonly last_payment_amount: Minor | null;
  readonly last_payment_date: IsoDate | null;
  readonly interest_if_carried: Minor | null;
}

export interface Loan {
  readonly account: Account;
  readonly bank: string;
  readonly kind: string;
  readonly name: string;
  readonly owed: Minor | null;
  readonly basis_points: number | null;
  readonly minimum_payment: Minor | null;
  readonly due: IsoDate | null;
  readonly days_until_due: number | null;
  readonly overdue: boolean | null;
  readonly last_payment_amount: Minor | null;
  readonly last_payment_date: IsoDate | null;
}

export interface Recurring {
  readonly key: string;
  readonly merchant: string;
  readonly account_id: string;
  readonly currency: string;
  readonly kind: "bill" | "subscription" | "income";
  readonly primary: string;
  readonly detailed: string;
  readonly frequency: string;
  readonly state: "active" | "late" | "ended";
  readonly is_new: boolean;
  readonly first_date: IsoDate;
  readonly last_date: IsoDate;
  readonly last_amount: Minor;
  readonly usual_amount: Minor;
  readonly next_date: IsoDate | null;
  readonly yearly_cost: Minor;
  readonly price_change: { readonly before: Minor; readonly after: Minor; readonly since: IsoDate } | null;
  /** Newest first, at most 30: date and amount. */
  readonly occurrences: readonly (readonly [IsoDate, Minor])[];
  readonly transaction_ids: readonly string[];
  readonly source: "own" | "plaid";
}

/** id, account, day, posted, amount, currency, merchant, name ("" as merchant), category, kind, pending. */
export type Row = readonly [
  id: string,
  account: number,
  day: number,
  posted: number,
  amount: Minor,
  currency: string,
  merchant: string,
  name: string,
  category: number,
  kind: number,
  pending: 0 | 1,
];

/** Plaid's primary and detailed code ("" where none), and the two that spending is filed under. */
export type Category = readonly [primary: string, detailed: string, filedPrimary: string, filedDetailed: string];

export interface Start {
  readonly type: "start";
  readonly today: IsoDate;
  readonly period: { readonly start: IsoDate; readonly end: IsoDate };
  readonly banks: readonly AskedBank[];
  readonly connected: number;
  readonly until: string;
  /** Stands for this session, its banks and its day: a page with another mark is another's. */
  readonly mark: string;
  /** How far back the visitor may look, in days, and whether they may look at trends: as their tier allows. */
  readonly history_days: number;
  readonly trends: boolean;
  readonly kinds: readonly Kind[];
}

/** What the server's sealed cache did for an answer. "stale": an older copy, and the bank is being asked behind it. */
export type CacheUse = "none" | "hit" | "stale" | "miss" | "bypass";

/** A bank's data. After a "stale" one, the same stream has a second line of its key: newer data, no news, or a problem. */
export interface LiveBank {
  readonly type: "bank";
  readonly key: string;
  readonly bank: BankRef;
  readonly cache: CacheUse;
  /** When the bank told it. */
  readonly fetched_at: string;
  readonly accounts: readonly Account[];
  readonly cards: readonly Card[];
  readonly loans: readonly Loan[];
  readonly recurring: readonly Recurring[];
  readonly liabilities_problem: string | null;
  readonly transactions_problem: string | null;
  readonly unreadable: number;
  readonly renew_by: string | null;
  readonly account_ids: readonly string[];
  readonly categories: readonly Category[];
  readonly rows: readonly Row[];
}

/** The bank has no news: its line before tells how it was at `fetched_at`. */
export interface LiveSame {
  readonly type: "same";
  readonly key: string;
  readonly fetched_at: string;
}

export type Action = "retry" | "wait" | "reconnect" | "relink" | "drop" | "operator" | "none";

export interface LiveProblem {
  readonly type: "problem";
  readonly key: string;
  /** Whether what the bank told before may go on being shown; not where its permission is withdrawn. */
  readonly copy_stands: boolean;
  readonly problem: {
    readonly bank: BankRef;
    readonly code: string;
    readonly retryable: boolean;
    readonly action: Action;
    readonly request_id: string | null;
    /** When asking again can help; null where nobody knows. */
    readonly retry_at: string | null;
  };
  readonly title: string;
  readonly detail: string;
  readonly next_step: string;
}

export interface End {
  readonly type: "end";
  readonly hints: string | null;
}

export type Line = Start | LiveBank | LiveSame | LiveProblem | End;
