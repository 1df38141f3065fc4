/** The signature line: what is held now, and the way to all of it. */

import { words } from "../i18n";
import { capsule } from "../trends/capsule";
import { farewell } from "../views/banks/remove";
import { opened } from "./holding";
import { Marked } from "./marked";

export function Foot() {
  const { held, heldInBrowser, heldOnServer, status } = words.value.common;
  const keeps = capsule.value !== null;
  const now = farewell.value
    ? held(keeps ? heldInBrowser.trends : heldInBrowser.nothing, heldOnServer)
    : held(keeps ? heldInBrowser.all : heldInBrowser.cookies, onServer());
  return (
    <>
      <a href="/promise"><Marked text={now} /></a>
      <span class="acts">
        <button type="button" class="text" aria-haspopup="dialog" onClick={() => (opened.value = true)}>
          {words.value.privacy.question}
        </button>
        <a href="/status">{status}</a>
      </span>
    </>
  );
}

/** What the server has, in the words that it wrote into the page. */
function onServer(): string {
  return document.body.dataset["onServer"] ?? words.value.common.heldOnServer;
}
