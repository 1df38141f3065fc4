import { expect, test } from "vitest";
import { localesOf } from "../../../src/dashboard/i18n";

test.each([
  ["a visitor who reads it has the habits of their region", "en", ["en-GB", "en"], "en-GB", "en-GB"],
  ["Spanish is of the region that is asked for, wherever it stands", "es", ["en-US", "es-MX"], "es-MX", "es-MX"],
  ["English words have German figures for who reads German", "en", ["de-DE", "de"], "en-DE", "de-DE-u-nu-latn"],
  ["English at the end of a German list changes nothing", "en", ["de-DE", "de", "en-US", "en"], "en-DE", "de-DE-u-nu-latn"],
  ["a language without a region has its likeliest", "en", ["fr"], "en-FR", "fr-u-nu-latn"],
  ["a tag that no one can read counts for nothing", "en", ["en-US@posix"], "en", "en"],
  ["no list at all is no fault", "es", [], "es", "es"],
])("%s", (_, language, languages, words, figures) => {
  expect(localesOf(language, languages)).toEqual({ words, figures });
});
