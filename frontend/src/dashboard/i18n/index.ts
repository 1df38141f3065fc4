/**
 * The page's words, one catalogue for each language. A sentence is a function of what it says: languages order words
 * differently, so nothing is ever glued together from parts. A language that lacks a word does not compile.
 */

import { computed } from "@preact/signals";
import { preferences } from "../preferences";
import { en } from "./en";
import { es } from "./es";
import type { Language } from "../preferences";

export type Words = typeof en;

export const CATALOGUES: Readonly<Record<Language, Words>> = { en, es };
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** The language of the page: the visitor's choice on it, else the one that the server wrote it in. */
export const language = computed<Language>(() => preferences.value.language || written());

/** The server goes by the same choice of an earlier visit, and by what the browser asks for. */
function written(): Language {
  const { lang } = document.documentElement;
  return lang in CATALOGUES ? (lang as Language) : "en";
}

/** Where dates and lists are written: in this language, with the habits of the visitor's region. */
export const locale = computed(() => localesOf(language.value, navigator.languages).words);
/** Where figures are written: as the visitor reads them at home, whatever the language of the words. */
export const figures = computed(() => localesOf(language.value, navigator.languages).figures);

/**
 * The browser's own tag of the language. English stands in most browsers' lists as what is left when all else fails,
 * and says nothing of a visitor who reads German first: English words then go with days as "en-DE" and figures as in
 * Germany. (Not "en-DE" for both: browsers write its numbers in the German and its money in the American way.)
 */
export function localesOf(wanted: string, languages: readonly string[]): { readonly words: string; readonly figures: string } {
  const tags = languages.flatMap(readable);
  const own = tags.find((tag) => tag.language === wanted);
  const [first] = tags;
  if (first === undefined) return { words: wanted, figures: wanted };
  if (own !== undefined && (own === first || wanted !== "en")) return { words: own.toString(), figures: own.toString() };
  return { words: `${wanted}-${first.maximize().region}`, figures: `${first.toString()}-u-nu-latn` };
}

/** A tag that Intl would refuse ("en-US@posix", which Chromium gives without a locale of the system) counts for nothing. */
function readable(tag: string): Intl.Locale[] {
  try {
    return [new Intl.Locale(tag)];
  } catch {
    return [];
  }
}

export const words = computed<Words>(() => CATALOGUES[language.value]);
