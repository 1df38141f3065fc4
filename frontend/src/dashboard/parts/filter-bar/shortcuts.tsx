/** The keys of the page: what they do, and a way to turn off those that speech input may set off (WCAG 2.1.4). */

import { useEffect, useRef } from "preact/hooks";
import { words } from "../../i18n";
import { prefer, preferences } from "../../preferences";
import { SEARCH_ID } from "./fields";

const KEYS = {
  search: ["/"],
  clear: ["Esc"],
  help: ["?"],
  hide: ["Alt I"],
  table: ["↑", "↓", "←", "→"],
  page: ["PgUp", "PgDn"],
  ends: ["Ctrl Home", "Ctrl End"],
  enter: ["Enter"],
  escape: ["Esc"],
} as const;

/** Whether a key pressed there is text, not a command. */
function takesText(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, select, textarea"));
}

export function Shortcuts() {
  const say = words.value.filter.keys;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const busy = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || takesText(event.target);
      if (busy || !preferences.value.keys || document.querySelector("dialog[open]")) return;
      if (event.key === "/") {
        const search = document.getElementById(SEARCH_ID);
        if (search) event.preventDefault();
        search?.focus();
      } else if (event.key === "?") {
        dialog.current?.showModal();
      }
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  return (
    <>
      <button type="button" class="text keys-open" aria-haspopup="dialog" aria-keyshortcuts="?" onClick={() => dialog.current?.showModal()}>
        {say.open} <kbd aria-hidden="true">?</kbd>
      </button>
      <dialog ref={dialog} class="keys" aria-labelledby="keys-title">
        <h2 id="keys-title">{say.title}</h2>
        <dl>
          {(Object.keys(KEYS) as (keyof typeof KEYS)[]).map((what) => (
            <div key={what}>
              <dt>{KEYS[what].map((key) => <kbd key={key}>{key}</kbd>)}</dt>
              <dd>{say.list[what]}</dd>
            </div>
          ))}
        </dl>
        <label class="check">
          <input type="checkbox" checked={preferences.value.keys} onChange={({ currentTarget }) => prefer({ keys: currentTarget.checked })} />
          <span>{say.use} <small>{say.useWhy}</small></span>
        </label>
        <form method="dialog"><button class="quiet">{say.close}</button></form>
      </dialog>
    </>
  );
}
