/** What this browser remembers between visits: preferences only, in localStorage, never a figure or a name. */

import { effect, signal } from "@preact/signals";

export type Language = "en" | "es";

export interface Preferences {
  /** "" follows the browser. */
  readonly language: Language | "";
  readonly incognito: boolean;
}

export const STORED = "keepless.preferences";
const DEFAULTS: Preferences = { language: "", incognito: false };

function stored(): Preferences {
  try {
    const { language, incognito } = JSON.parse(localStorage.getItem(STORED) ?? "{}") as Partial<Preferences>;
    return { language: language === "en" || language === "es" ? language : "", incognito: incognito === true };
  } catch {
    return DEFAULTS; // storage that is blocked, or not ours
  }
}

export const preferences = signal<Preferences>(stored());

effect(() => {
  try {
    const text = JSON.stringify(preferences.value);
    if (text === JSON.stringify(DEFAULTS)) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, text);
  } catch {
    // Storage that is blocked: the choice lives as long as the page.
  }
});

export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.value, ...changes };
}
