/** Amounts as a visitor types them ("1.234,50") and as the filter has them ("1234.50"). Text to text: no binary fraction. */

interface Marks {
  readonly group: string;
  readonly point: string;
}

/** The filter's text of what was typed, "" for nothing; null where it is no amount, or could be two. */
export function readAmount(typed: string, locale: string): string | null {
  const text = typed.replace(/\s/g, "");
  if (text === "") return "";
  const { group, point } = marks(locale);
  const [whole = "", ...fractions] = text.split(point);
  const grouped = whole.split(group);
  // Groups of three, as this locale writes them, are a thousand and not a fraction.
  if (grouped.length > 1 && grouped.every((part, i) => (i === 0 ? /^\d{1,3}$/ : /^\d{3}$/).test(part))) {
    return plain([grouped.join(""), ...fractions].join("."));
  }
  return plain(text.replace(",", "."));
}

/** The filter's text as this locale writes it, to be typed on. */
export function writeAmount(text: string, locale: string): string {
  return text.replace(".", marks(locale).point);
}

function plain(text: string): string | null {
  return /^\d{1,9}(\.\d{1,4})?$/.test(text) ? text : null;
}

/** Making a formatter costs more than all the rest here. */
const known = new Map<string, Marks>();

function marks(locale: string): Marks {
  let found = known.get(locale);
  if (found === undefined) {
    const parts = new Intl.NumberFormat(locale, { useGrouping: "always" }).formatToParts(12_345.6);
    const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
    found = { group: of("group"), point: of("decimal") };
    known.set(locale, found);
  }
  return found;
}
