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

const CATALOGUES: Readonly<Record<Language, Words>> = { en, es };
export const LANGUAGES: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** The language of the page: the visitor's choice on it, else the one that the server wrote it in. */
export const language = computed<Language>(() => preferences.value.language || written());

/** The server goes by the same choice of an earlier visit, and by what the browser asks for. */
function written(): Language {
  const { lang } = document.documentElement;
  return lang in CATALOGUES ? (lang as Language) : "en";
}

/** The locale for figures and dates: the browser's own where it is of that language, for its region's habits. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.toLowerCase().startsWith(language.value)) ?? language.value,
);

export const words = computed<Words>(() => CATALOGUES[language.value]);
