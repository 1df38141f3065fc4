/** The signature line: what is held now, and the way to all of it. */

import { words } from "../i18n";
import { farewell } from "../views/banks/remove";
import { opened } from "./holding";
import { Marked } from "./marked";

export function Foot() {
  const { held, heldNoted, heldNothing, status } = words.value.common;
  const now = document.body.dataset["noted"] === undefined ? held : heldNoted;
  return (
    <>
      <a href="/promise"><Marked text={farewell.value ? heldNothing : now} /></a>
      <span class="acts">
        <button type="button" class="text" aria-haspopup="dialog" onClick={() => (opened.value = true)}>
          {words.value.privacy.question}
        </button>
        <a href="/status">{status}</a>
      </span>
    </>
  );
}
