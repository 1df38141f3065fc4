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

/** The language of the page: the visitor's choice, else the first of the browser's that we have, else English. */
export const language = computed<Language>(() => {
  const { language: chosen } = preferences.value;
  const offered = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
  return chosen || ((offered.find((tag) => tag in CATALOGUES) ?? "en") as Language);
});

/** The locale for figures and dates: the browser's own where it is of that language, for its region's habits. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.toLowerCase().startsWith(language.value)) ?? language.value,
);

export const words = computed<Words>(() => CATALOGUES[language.value]);
