/**
 * One use of Plaid Link, from its token to what comes of it.
 *
 * The link token and the public token live in variables and in request bodies only: never in an address, never in the
 * browser's storage. Where the person leaves the page for their bank's own, the server's sealed cookie holds the former.
 */

import { Failure, post } from "./api";
import { tellConnected } from "./connected";
import type { LinkError, LinkHandler } from "./plaid";
import { words } from "./words";
import { tellTimeZone } from "./zone";

/** `item_id` is there where Link logs in to a bank again. */
export interface LinkToken {
  readonly link_token: string;
  readonly item_id?: string;
  readonly keep_connected?: boolean;
}

export interface Ending {
  /** The bank is connected, or its login repaired. */
  done(): void;
  /** Nothing came of it; `reason` is "" where the person closed Link. */
  failed(reason: string): void;
}

/** Asks for a link token with `asked` and opens Link. Rejects where Link could not be opened. */
export async function openLink(asked: object, ending: Ending, receivedRedirectUri?: string): Promise<void> {
  const plaid = window.Plaid;
  if (plaid === undefined) {
    throw new Failure(words.noDialog);
  }
  const token = await post<LinkToken>("/api/link-token", asked);
  const link: LinkHandler = plaid.create({
    token: token.link_token,
    ...(receivedRedirectUri === undefined ? {} : { receivedRedirectUri }),
    onSuccess: (publicToken) => {
      link.destroy();
      finish(token, publicToken).then(ending.done, (error: unknown) => ending.failed(textOf(error)));
    },
    onExit: (error) => {
      link.destroy();
      // Nothing waits any more. Heard before anyone can begin anew, or it would take that beginning out of the browser;
      // where it is not heard, what was sealed ends by itself.
      const failed = (): void => ending.failed(error === null ? "" : exitText(error));
      post("/api/link-done", {}).then(failed, failed);
    },
  });
  link.open();
}

export function textOf(error: unknown): string {
  return error instanceof Failure ? error.message : words.broken;
}

async function finish(token: LinkToken, publicToken: string): Promise<void> {
  if (token.item_id !== undefined) {
    // In update mode the bank's token stays the same: there is nothing to exchange.
    await post("/api/link-done", { repaired: token.item_id });
    return;
  }
  tellTimeZone();
  await post("/api/exchange", { public_token: publicToken, keep_connected: token.keep_connected ?? false });
  tellConnected();
}

function exitText(error: LinkError): string {
  return words.exit(error.display_message ?? "", error.error_code);
}
