/** What `/api/trends` sends and takes. The server's side is keepless/web/trends.py; minor units of the currency beside them. */

import type { IsoDate, Minor } from "../wire";

/** Where a month comes from: the banks now, a copy of theirs, what this browser kept, or more than one of these. */
export type Source = "banks" | "copy" | "capsule" | "mixed";
/** Seen near the month's end, worked back from what is owed now, or kept by this browser. */
export type CardSource = "seen" | "worked_back" | "capsule";

export type Stored = "here" | "elsewhere";

export interface TrendMonth {
  /** "YYYY-MM". */
  readonly month: string;
  readonly currency: string;
  readonly source: Source;
  /** Not where days of it are still to come, or not known of some bank. */
  readonly complete: boolean;
  readonly spent: Minor;
  readonly income: Minor;
  readonly debt_payments: Minor;
  readonly cash: Minor;
  /** Largest first. */
  readonly by_category: readonly { readonly key: string; readonly spent: Minor }[];
}

export interface CardMonth {
  readonly month: string;
  readonly day: IsoDate;
  readonly balance: Minor;
  readonly limit: Minor | null;
  /** Of the limit (2500 is 25 %); null without a limit. */
  readonly basis_points: number | null;
  readonly source: CardSource;
}

export interface TrendCard {
  readonly key: string;
  readonly bank: string;
  readonly name: string;
  readonly mask: string | null;
  readonly currency: string;
  readonly months: readonly CardMonth[];
}

/** Months of each currency, oldest first. One that is not there is not known; a zero is known. */
export interface Trends {
  readonly today: IsoDate;
  readonly months: readonly TrendMonth[];
  readonly cards: readonly TrendCard[];
  readonly problems: readonly { readonly bank: { readonly name: string } }[];
  /** Whether a sealed capsule is stored with the account, and whether this browser's key opens it; null: none is. */
  readonly stored: Stored | null;
}

export interface Kept {
  /** What this browser is to keep from now on. */
  readonly capsule: string;
  /** Its first month; null where there is none. */
  readonly kept_from: string | null;
  /** How many of the oldest months no longer fit. */
  readonly dropped: number;
}
