/** Offered once, right after a bank was connected: the file that leads back to it when the cookies are gone. */

import { signal } from "@preact/signals";
import { takeConnected } from "../../connected";
import { words } from "../i18n";
import { view } from "../state";
import { rescueFocus } from "./heading";

const offered = signal(takeConnected());

export function Offer() {
  if (!offered.value) return null;
  const { why, save, later } = words.value.common.recovery;
  const decline = (): void => {
    offered.value = false;
    requestAnimationFrame(() => rescueFocus(view.value));
  };
  return (
    <section class="notice waiting offer" aria-label={save}>
      <p>{why}</p>
      <div class="acts">
        <a href="/recovery">{save}</a>
        <button type="button" class="text" onClick={decline}>{later}</button>
      </div>
    </section>
  );
}
