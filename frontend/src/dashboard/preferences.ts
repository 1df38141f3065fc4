/**
 * What this browser remembers between visits unasked: preferences only, never a figure or a name (what it keeps on request is
 * sealed: trends/capsule.ts). In localStorage, but for the language: that is a cookie, so that the server's own pages go by it too (keepless/web/choice.py).
 */

import { effect, signal } from "@preact/signals";

export type Language = "en" | "es";

export interface Preferences {
  /** "" is the one that the server wrote the page in. */
  readonly language: Language | "";
  readonly incognito: boolean;
  /** Whether single keys ("/", "?") do something: they can be in the way of speech input (WCAG 2.1.4). */
  readonly keys: boolean;
}

export const STORED = "keepless.preferences";
const DEFAULTS: Preferences = { language: "", incognito: false, keys: true };
const LANGUAGE = "keepless-lang";
const LASTS = 34_560_000; // 400 days, the longest that browsers keep a cookie

function stored(): Preferences {
  try {
    const { incognito, keys } = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Preferences>;
    return { language: "", incognito: incognito === true, keys: keys !== false };
  } catch {
    return DEFAULTS; // storage that is blocked, or not ours
  }
}

export const preferences = signal<Preferences>(stored());

effect(() => {
  try {
    const text = JSON.stringify({ ...preferences.value, language: undefined });
    if (text === JSON.stringify({ ...DEFAULTS, language: undefined })) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, text);
  } catch {
    // Storage that is blocked: the choice lives as long as the page.
  }
});

export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
}

/** Changes the language, and keeps the choice. */
export function choose(language: Language): void {
  prefer({ language });
  const secure = window.location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${LANGUAGE}=${language}; Path=/; Max-Age=${LASTS}; SameSite=Lax${secure}`;
}
