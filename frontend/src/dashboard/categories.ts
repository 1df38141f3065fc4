/** Plaid's personal finance categories in the visitor's words. Codes are free strings: an unknown one is titled. */

import { words } from "./i18n";
import { UNCATEGORIZED } from "./filter";

const INITIALS = new Set(["atm", "tv", "bnpl", "ewa"]);

/** A primary or a detailed code in words; a detailed one without its primary ("FOOD_AND_DRINK_FAST_FOOD": "Fast food"). */
export function categoryName(code: string): string {
  const { primaries, detailed } = words.value.categories;
  return own(primaries, code || UNCATEGORIZED) ?? own(detailed, code) ?? titled(code.slice(primaryIn(code, primaries).length));
}

/** An address may name any category, "constructor" too. */
function own(names: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(names, code) ? names[code] : undefined;
}

function primaryIn(code: string, primaries: Readonly<Record<string, string>>): string {
  return Object.keys(primaries).reduce((best, each) => (each.length > best.length && code.startsWith(`${each}_`) ? each : best), "");
}

/** First letter upper, known initials in capitals; a code without a word in it stays as it is. */
function titled(code: string): string {
  const text = code.toLowerCase().split("_").filter(Boolean).map((word) => (INITIALS.has(word) ? word.toUpperCase() : word)).join(" ");
  return text ? text[0]!.toUpperCase() + text.slice(1) : code;
}
