/** Figures, days and months as this visitor writes them (Intl). Formatters are made once: making one costs more than using it. */

import { figures, locale } from "./i18n";
import { exponent } from "./money";
import type { Minor } from "./wire";

const made = new Map<string, Formatter>();

type Formatter = Intl.NumberFormat | Intl.DateTimeFormat | Intl.ListFormat | Intl.RelativeTimeFormat;

function once<T extends Formatter>(key: string, make: (locale: string) => T, tag = locale.value): T {
  const name = `${tag} ${key}`;
  let formatter = made.get(name) as T | undefined;
  if (formatter === undefined) {
    formatter = make(tag);
    made.set(name, formatter);
  }
  return formatter;
}

/** Minor units as money: "$1,234.50". A currency that Intl does not know is written with its code. */
export function money(minor: Minor, currency: string, { whole = false }: { whole?: boolean } = {}): string {
  const digits = exponent(currency);
  const fraction = whole ? 0 : digits;
  const known = /^[A-Z]{3}$/.test(currency);
  const formatter = once(`money ${currency} ${fraction}`, (tag) =>
    new Intl.NumberFormat(tag, {
      ...(known ? { style: "currency" as const, currency, currencyDisplay: "narrowSymbol" as const } : {}),
      minimumFractionDigits: fraction,
      maximumFractionDigits: fraction,
      useGrouping: "always", // 1.234,56 in Spanish too, which leaves four digits bare: figures stand in columns
    }),
    figures.value,
  );
  // A decimal as text: Intl reads it exactly, where a binary fraction would not be. "-0" is nothing owed.
  const text = formatter.format(decimal(minor, digits) as unknown as number);
  return known ? text : `${text} ${currency}`;
}

/** Money in few characters, for the ticks of an axis: "$2.5K". */
export function axisMoney(minor: Minor, currency: string): string {
  const known = /^[A-Z]{3}$/.test(currency);
  const formatter = once(`axis ${currency}`, (tag) =>
    new Intl.NumberFormat(tag, {
      ...(known ? { style: "currency" as const, currency, currencyDisplay: "narrowSymbol" as const } : {}),
      notation: "compact",
      minimumFractionDigits: 0,
      maximumFractionDigits: 1,
    }),
    figures.value,
  );
  return formatter.format(minor / 10 ** exponent(currency));
}

/** 123456 with 2 digits is "1234.56". */
export function decimal(minor: Minor, digits: number): string {
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  const sign = minor < 0 ? "-" : "";
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

export function count(number: number): string {
  return once("count", (tag) => new Intl.NumberFormat(tag, { useGrouping: "always" }), figures.value).format(number);
}

/** Per mille as percent: 473 is "47.3 %" or as the locale writes it; without decimals from 100 % on and where `whole`. */
export function percent(perMille: number, { whole = false }: { whole?: boolean } = {}): string {
  const digits = whole || Math.abs(perMille) >= 1000 ? 0 : 1;
  return once(`percent ${digits}`, (tag) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: digits }), figures.value).format(perMille / 1000);
}

/** A yearly rate in basis points: 2499 is "24.99%". */
export function rate(basisPoints: number): string {
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  return once("rate", (tag) => new Intl.NumberFormat(tag, { style: "percent", ...digits }), figures.value).format(basisPoints / 10_000);
}

type DayStyle = "long" | "yearless" | "medium" | "short" | "weekday" | "numeric";
const DAY_STYLES: Readonly<Record<DayStyle, Intl.DateTimeFormatOptions>> = {
  long: { day: "numeric", month: "long", year: "numeric" },
  yearless: { day: "numeric", month: "long" },
  medium: { day: "numeric", month: "short", year: "numeric" },
  short: { day: "numeric", month: "short" },
  weekday: { weekday: "short", day: "numeric", month: "short" },
  numeric: { day: "2-digit", month: "2-digit", year: "numeric" },
};

/** A day (days since 1970-01-01, a calendar date without a zone). */
export function day(days: number, style: DayStyle = "long"): string {
  return once(`day ${style}`, (tag) => new Intl.DateTimeFormat(tag, { ...DAY_STYLES[style], timeZone: "UTC" })).format(days * 86_400_000);
}

/** "2026-11" as "November 2026", or "Nov" where `short`. */
export function month(key: string, { short = false }: { short?: boolean } = {}): string {
  const options: Intl.DateTimeFormatOptions = short ? { month: "short" } : { month: "long", year: "numeric" };
  return once(`month ${short}`, (tag) => new Intl.DateTimeFormat(tag, { ...options, timeZone: "UTC" })).format(Date.parse(`${key}-01T00:00:00Z`));
}

/** A moment (UTC, ISO 8601) as time and day in the visitor's own zone. */
export function moment(iso: string): string {
  return once("moment", (tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" })).format(Date.parse(iso));
}

/** A moment as a short day and a time, in the visitor's own zone. */
export function clock(iso: string): string {
  const options: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" };
  return once("clock", (tag) => new Intl.DateTimeFormat(tag, options)).format(Date.parse(iso));
}

/** The time of a moment (UTC, ISO 8601) in the visitor's own zone. */
export function time(iso: string): string {
  return once("time", (tag) => new Intl.DateTimeFormat(tag, { timeStyle: "short" })).format(Date.parse(iso));
}

const MINUTE = 60_000;

/** A moment (UTC, ISO 8601) rounded up to the minute: what is said to come by then is not late. */
export function minuteAfter(iso: string): string {
  return new Date(Math.ceil(Date.parse(iso) / MINUTE) * MINUTE).toISOString();
}

const UNITS = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]] as const;

/** So many milliseconds in their largest unit, from minutes to days, rounded down. */
function inUnits(milliseconds: number): readonly [number, (typeof UNITS)[number][0]] {
  const [unit, length] = UNITS.find(([, each]) => milliseconds >= each) ?? UNITS[2];
  return [Math.floor(milliseconds / length), unit];
}

/** How long ago, in minutes, hours or days: "3 minutes ago". */
export function ago(milliseconds: number): string {
  const [number, unit] = inUnits(milliseconds);
  return once("ago", (tag) => new Intl.RelativeTimeFormat(tag)).format(-number, unit);
}

/** A length of time in minutes, hours or days: "3 days". */
export function lasting(milliseconds: number): string {
  const [number, unit] = inUnits(milliseconds);
  return once(`lasting ${unit}`, (tag) => new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long" })).format(number);
}

/** "October" of "2026-10". */
export function monthName(key: string): string {
  return once("month name", (tag) => new Intl.DateTimeFormat(tag, { month: "long", timeZone: "UTC" })).format(Date.parse(`${key}-01T00:00:00Z`));
}

/** Whole days from today in words: "today", "tomorrow", "in 5 days", "3 days ago". */
export function inDays(days: number): string {
  return once("in days", (tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" })).format(days, "day");
}

/** "A, B and C". */
export function list(names: readonly string[]): string {
  return once("list", (tag) => new Intl.ListFormat(tag)).format(names);
}

/** "512 bytes" as the locale writes it. */
export function bytes(size: number): string {
  return once("bytes", (tag) => new Intl.NumberFormat(tag, { style: "unit", unit: "byte", unitDisplay: "long" })).format(size);
}
