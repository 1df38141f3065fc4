/** The page that a bank's own login sends the person back to: ends what was begun, or shows the way on. */

import { openLink, textOf } from "./link";
import { words } from "./words";

export function finishConnection(page: HTMLElement): void {
  const address = window.location.href;

  const stop = (reason: string): void => {
    // The bank's answer is used up: neither a reload nor the browser's history is to bring it again.
    window.history.replaceState(null, "", window.location.pathname);
    const title = page.querySelector("h1");
    if (title !== null) {
      title.textContent = words.nothingConnected;
    }
    page.querySelector("[data-while]")?.remove();
    const says = page.querySelector("[data-says]");
    if (says !== null) {
      says.textContent = reason;
    }
    page.querySelector<HTMLElement>("[data-way-on]")?.removeAttribute("hidden");
  };

  const ending = {
    done: () => window.location.replace("/"), // in place of this address, which history then does not hold
    failed: (reason: string) => stop(reason || words.denied),
  };
  openLink({ resume: true }, ending, address).catch((error: unknown) => stop(textOf(error)));
}
