/** Days as whole numbers since 1970-01-01, months as "YYYY-MM". No clock: "today" is the server's word. */

const DAY = 86_400_000;

/** The day of "YYYY-MM-DD"; NaN for what is no such date. */
export function dayOf(iso: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return Number.NaN;
  const day = Date.parse(`${iso}T00:00:00Z`) / DAY;
  return isoOf(day) === iso ? day : Number.NaN; // 31 February is no date
}

export function isoOf(day: number): string {
  return Number.isFinite(day) ? new Date(day * DAY).toISOString().slice(0, 10) : "";
}

export function monthOf(day: number): string {
  return isoOf(day).slice(0, 7);
}

/** First and last day of "YYYY-MM". */
export function daysOfMonth(month: string): readonly [first: number, last: number] {
  const first = dayOf(`${month}-01`);
  return [first, dayOf(`${monthOf(first + 31)}-01`) - 1];
}
