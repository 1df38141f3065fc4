/** In the page's head: hide figures, choose the language. */

import { useSignalEffect } from "@preact/signals";
import { LANGUAGES, language, words } from "../i18n";
import { choose, prefer, preferences } from "../preferences";
import { narrow } from "./narrow";
import type { Language } from "../preferences";

function toggle(): void {
  prefer({ incognito: !preferences.value.incognito });
}

/** Alt+I: a letter alone would be typed into fields, and speech input would say it by accident (WCAG 2.1.4). */
function onShortcut(event: KeyboardEvent): void {
  if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyI") {
    event.preventDefault();
    toggle();
  }
}

export function Tools() {
  const { incognito, incognitoTitle } = words.value.privacy;
  useSignalEffect(() => {
    document.addEventListener("keydown", onShortcut);
    return () => document.removeEventListener("keydown", onShortcut);
  });
  return (
    <>
      <button
        type="button"
        class="text toggle"
        aria-pressed={preferences.value.incognito}
        aria-keyshortcuts="Alt+I"
        title={incognitoTitle}
        onClick={toggle}
      >
        {incognito}
      </button>
      <select
        class="language"
        aria-label={words.value.common.language}
        value={language.value}
        onChange={(event) => choose(event.currentTarget.value as Language)}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code} title={name}>{narrow.value ? code.toUpperCase() : name}</option>
        ))}
      </select>
    </>
  );
}
