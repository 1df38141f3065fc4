/**
 * Cards and loans of all banks together: how much of the limits is used, what is due, where paying saves most.
 *
 * What one card is, the core has computed before it was sent; the rules here are those of keepless/core/credit.py (C4, C8)
 * and payoff.py (C9 to C12), held equal by golden cases. Minor units of each currency, never added over currencies.
 */

import { dayOf } from "./dates";
import { exponent, roundedShare } from "./money";
import type { Apr, Card, IsoDate, Loan, Minor } from "./wire";

/** Per mille of the limit. */
export const HIGH_USE = 300;

const PAID = 100; // major units that the saving is told of
const MONTH = 30; // days
const YEAR = 365;

/** Use of the limits of one currency, over the cards that tell both figures; `leftOut` counts the others. */
export interface Utilisation {
  readonly currency: string;
  readonly owed: Minor;
  readonly limit: Minor;
  /** Per mille, rounded. */
  readonly utilisation: number;
  /** Decided before rounding. */
  readonly over30: boolean;
  readonly cards: number;
  readonly leftOut: number;
}

/** A payment to make. `due` is null only where the bank says overdue and names no date; `amount` is the minimum. */
export interface Due {
  readonly accountId: string;
  readonly bank: string;
  readonly name: string;
  readonly kind: "card" | "loan";
  readonly currency: string;
  readonly amount: Minor | null;
  readonly statementBalance: Minor | null;
  readonly due: IsoDate | null;
  readonly days: number | null;
  readonly overdue: boolean | null;
}

/**
 * One balance of a card, at its place, which counts from 1 within the currency. `paid` is 100 of the major unit, or the
 * balance where that is less; `savesMonth` and `savesYear` are the interest that paying it now saves over 30 and 365 days.
 * Where something is not told they and `place` are null, and `reason` says what is missing.
 */
export interface PayFirst {
  readonly accountId: string;
  readonly bank: string;
  readonly name: string;
  readonly currency: string;
  readonly place: number | null;
  /** purchase_apr, cash_apr and so on; "" where no rate is told. */
  readonly rateType: string;
  readonly balance: Minor | null;
  readonly basisPoints: number | null;
  readonly paid: Minor | null;
  readonly savesMonth: Minor | null;
  readonly savesYear: Minor | null;
  readonly reason: "rate_unknown" | "balance_unknown" | null;
}

/** Use of all limits together, per currency by its code; a currency without a known limit is not there (C4). */
export function totalUtilisation(cards: readonly Card[]): readonly Utilisation[] {
  const currencies = [...new Set(cards.map((card) => card.account.currency))].sort();
  return currencies.flatMap((currency) => {
    const its = cards.filter((card) => card.account.currency === currency);
    const known = its.flatMap(({ owed, limit }) => (owed === null || limit === null ? [] : [{ owed, limit }]));
    if (known.length === 0) return [];
    const owed = known.reduce((sum, each) => sum + each.owed, 0);
    const limit = known.reduce((sum, each) => sum + each.limit, 0);
    return [{
      currency, owed, limit,
      utilisation: roundedShare(owed, limit, 1000),
      over30: BigInt(owed) * 1000n > BigInt(limit) * BigInt(HIGH_USE),
      cards: known.length,
      leftOut: its.length - known.length,
    }];
  });
}

/**
 * Payments to make: what the bank calls overdue first, then by date from `today` on (C8).
 *
 * A date that has passed on an account not called overdue says nothing and is left out, as is an account on which there
 * is nothing to pay.
 */
export function dueNext(cards: readonly Card[], loans: readonly Loan[], today: number): readonly Due[] {
  const payments = [
    ...cards.filter((card) => isOpen(card, today)).map((card) => dueOf(card, "card", card.account.name, card.statement_balance)),
    ...loans.filter((loan) => isOpen(loan, today)).map((loan) => dueOf(loan, "loan", loan.name, null)),
  ];
  return payments.sort(
    (a, b) =>
      Number(b.overdue === true) - Number(a.overdue === true) ||
      inOrder(a.due ?? "", b.due ?? "") ||
      inOrder(a.name, b.name) ||
      inOrder(a.accountId, b.accountId),
  );
}

/** The bank asks for no payment, or nothing is owed any more, whatever the next date is (C8). */
export function nothingToPay(each: Card | Loan): boolean {
  return each.minimum_payment === 0 || each.owed === 0;
}

/** Every balance on which something is owed, by currency: the highest rate first (C9), what is unknown last (C12). */
export function payingOrder(cards: readonly Card[]): readonly PayFirst[] {
  const currencies = [...new Set(cards.map((card) => card.account.currency))].sort();
  return currencies.flatMap((currency) =>
    cards
      .filter((card) => card.account.currency === currency)
      .flatMap(balancesOf)
      .sort(byRate)
      .map((each, index) => (each.reason === null ? { ...each, place: index + 1 } : each)),
  );
}

/** Of one rate the smaller balance stands first: it is gone sooner. */
function byRate(a: PayFirst, b: PayFirst): number {
  return (
    Number(a.reason !== null) - Number(b.reason !== null) ||
    Number(a.balance === null) - Number(b.balance === null) ||
    (b.basisPoints ?? 0) - (a.basisPoints ?? 0) ||
    (a.balance ?? 0) - (b.balance ?? 0) ||
    inOrder(a.accountId, b.accountId) ||
    inOrder(a.rateType, b.rateType)
  );
}

/** The balances that the bank says rates apply to; where it tells none, all that is owed, at the purchase rate (C10). */
function balancesOf(card: Card): readonly PayFirst[] {
  const told = card.aprs.flatMap((apr) => (apr.balance !== null && apr.balance > 0 ? [payFirst(card, apr.balance, apr)] : []));
  if (told.length > 0) return told;
  if (card.owed === null) return [payFirst(card, null, null)];
  if (card.owed === 0) return [];
  const purchase = card.aprs.filter((apr) => apr.type === "purchase_apr");
  const highest = purchase.length > 0 ? purchase.reduce((most, apr) => (apr.basis_points > most.basis_points ? apr : most)) : null;
  return [payFirst(card, card.owed, highest)];
}

function payFirst(card: Card, balance: Minor | null, apr: Apr | null): PayFirst {
  const currency = card.account.currency;
  const known = balance !== null && apr !== null;
  const paid = known ? Math.min(PAID * 10 ** exponent(currency), balance) : null; // C11
  const saves = (days: number): Minor | null =>
    paid === null || apr === null ? null : roundedShare(paid * apr.basis_points, 10_000 * YEAR, days);
  return {
    accountId: card.account.id,
    bank: card.bank,
    name: card.account.name,
    currency,
    place: null,
    rateType: apr?.type ?? "",
    balance,
    basisPoints: apr?.basis_points ?? null,
    paid,
    savesMonth: saves(MONTH),
    savesYear: saves(YEAR),
    reason: known ? null : balance === null ? "balance_unknown" : "rate_unknown",
  };
}

function isOpen(each: Card | Loan, today: number): boolean {
  return each.overdue === true || (each.due !== null && dayOf(each.due) >= today && !nothingToPay(each));
}

function dueOf(each: Card | Loan, kind: "card" | "loan", name: string, statementBalance: Minor | null): Due {
  return {
    accountId: each.account.id,
    bank: each.bank,
    name, kind,
    currency: each.account.currency,
    amount: each.minimum_payment,
    statementBalance,
    due: each.due,
    days: each.days_until_due,
    overdue: each.overdue,
  };
}

function inOrder(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
