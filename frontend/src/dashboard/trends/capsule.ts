/**
 * The trend capsule: monthly totals, sealed by the server, that this browser keeps where the person chose it. A text that
 * nothing here can open; in localStorage, under a name of its own.
 */

import { signal } from "@preact/signals";
import { CAPSULE } from "../../kept";

function stored(): string | null {
  try {
    return localStorage.getItem(CAPSULE);
  } catch {
    return null; // storage that is blocked keeps nothing
  }
}

/** What is kept; null where nothing is. */
export const capsule = signal<string | null>(stored());

// Another tab has a newer one, or let it go.
window.addEventListener("storage", ({ key }) => {
  if (key === CAPSULE || key === null) capsule.value = stored();
});

/** Keeps it in place of the one before. False where this browser keeps nothing (storage that is blocked or full). */
export function keepCapsule(text: string): boolean {
  try {
    localStorage.setItem(CAPSULE, text);
  } catch {
    return false;
  }
  capsule.value = text;
  return true;
}

export function dropCapsule(): void {
  try {
    localStorage.removeItem(CAPSULE);
  } catch {
    // Storage that is blocked holds nothing.
  }
  capsule.value = null;
}
