/**
 * A button with `data-connect` connects a bank through Plaid Link; `data-connect="<item id>"` logs in to that one again
 * (update mode).
 */

import { openLink, textOf } from "./link";

export function offerConnect(button: HTMLButtonElement): void {
  const item = button.dataset["connect"] || undefined;
  const says = alertBeside(button);
  let busy = false;

  const rest = (message: string): void => {
    busy = false;
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
    says(message);
  };

  button.hidden = false;
  button.addEventListener("click", () => {
    if (busy) {
      return; // a second click while the first is under way
    }
    busy = true;
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
    says("");
    const asked = item === undefined ? { keep_connected: wantsToStay() } : { item_id: item };
    openLink(asked, { done: () => window.location.assign("/"), failed: rest }).catch((error: unknown) => rest(textOf(error)));
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      rest(""); // back from a bank's own page, by the browser's own cache
    }
  });
}

function wantsToStay(): boolean {
  return document.querySelector<HTMLInputElement>("[data-keep-connected]")?.checked ?? false;
}

/** Fills the empty `role=alert` element that the template put beside the button. */
function alertBeside(button: HTMLButtonElement): (message: string) => void {
  const place = document.getElementById(button.getAttribute("aria-describedby") ?? "");
  return (message) => {
    if (place !== null) {
      place.textContent = message;
    }
  };
}
