/**
 * Connecting a bank through Plaid Link, and logging in to one again (update mode).
 *
 * A button with `data-connect` starts it; `data-connect="<item id>"` names the bank to repair. The link token and the public
 * token live in this module's variables and in request bodies only: never in a URL, never in the browser's storage.
 */

import { Failure, post } from "./api";
import { tellTimeZone } from "./zone";
import type { LinkError, LinkHandler } from "./plaid";

interface LinkTokenAnswer {
  readonly link_token: string;
}

export function offerConnect(button: HTMLButtonElement): void {
  const item = button.dataset["connect"] || undefined;
  const says = alertBeside(button);
  let busy = false;

  const rest = (message = ""): void => {
    busy = false;
    button.removeAttribute("aria-disabled");
    button.removeAttribute("aria-busy");
    says(message);
  };

  const finish = async (publicToken: string): Promise<void> => {
    try {
      // In update mode the token stays the same: there is nothing to exchange.
      if (item === undefined) {
        tellTimeZone();
        await post("/api/exchange", { public_token: publicToken, keep_connected: wantsToStay() });
      }
      window.location.assign("/");
    } catch (error) {
      rest(textOf(error));
    }
  };

  button.hidden = false;
  button.addEventListener("click", async () => {
    if (busy) {
      return; // a second click while the first is under way
    }
    busy = true;
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-busy", "true");
    says("");
    try {
      await openLink(item, finish, rest);
    } catch (error) {
      rest(textOf(error));
    }
  });
}

async function openLink(
  item: string | undefined,
  onSuccess: (publicToken: string) => Promise<void>,
  onRest: (message: string) => void,
): Promise<void> {
  const plaid = window.Plaid;
  if (plaid === undefined) {
    throw new Failure("Plaid's connect dialog did not load. A content blocker may hold it back; reload the page to try again.");
  }
  const { link_token: token } = await post<LinkTokenAnswer>("/api/link-token", item === undefined ? {} : { item_id: item });
  const link: LinkHandler = plaid.create({
    token,
    onSuccess: (publicToken) => {
      link.destroy();
      void onSuccess(publicToken);
    },
    onExit: (error) => {
      link.destroy();
      onRest(error === null ? "" : exitText(error));
    },
  });
  link.open();
}

function exitText(error: LinkError): string {
  const message = error.display_message || "The bank could not be connected.";
  return `${message} Nothing was connected; you can try again, or choose another bank. (${error.error_code})`;
}

function wantsToStay(): boolean {
  return document.querySelector<HTMLInputElement>("[data-keep-connected]")?.checked ?? false;
}

function textOf(error: unknown): string {
  return error instanceof Failure ? error.message : "Something went wrong in this page. Reload it and try again.";
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
