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

/** The month `away` months after "YYYY-MM", before it where `away` is below zero. */
export function monthAfter(month: string, away = 1): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + away;
  return `${String(Math.floor(index / 12)).padStart(4, "0")}-${String((index % 12) + 1).padStart(2, "0")}`;
}

/** Every month from `first` to `last`, both included; none where `last` is before `first`. */
export function monthsBetween(first: string, last: string): readonly string[] {
  const months: string[] = [];
  for (let month = first; month <= last; month = monthAfter(month)) months.push(month);
  return months;
}

/** From the first of the month to `today`. */
export function monthSoFar(today: number): readonly [first: number, last: number] {
  return [daysOfMonth(monthOf(today))[0], today];
}

/** Last month from its first to the day of today's number, cut at its end (31 March: 1 to 28 or 29 February). */
export function sameDaysLastMonth(today: number): readonly [first: number, last: number] {
  const [start] = monthSoFar(today);
  const [first, last] = daysOfMonth(monthAfter(monthOf(today), -1));
  return [first, Math.min(first + today - start, last)];
}

/** About how many months so many days are. */
export function monthsOf(days: number): number {
  return Math.round(days / (365 / 12));
}
