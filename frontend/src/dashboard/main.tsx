/** The dashboard's program. It fills the shell at once; a whole statement stays until there is something newer to show. */

import { effect } from "@preact/signals";
import { render } from "preact";
import { App } from "./app";
import { writeChrome } from "./parts/chrome";
import { Foot } from "./parts/foot";
import { Tools } from "./parts/tools";
import { preferences } from "./preferences";
import { answered, fault, load } from "./state";

/** Where the session ended before anything was shown, the set-up page says how and what to do. */
function leaveWithoutSession(): void {
  if (fault.value?.code.startsWith("session_") && answered.value.length === 0) window.location.replace("/setup");
}

function takeOver(main: HTMLElement): void {
  main.replaceChildren();
  render(<App />, main);
  const navigation = document.querySelector(".top nav");
  if (navigation !== null) {
    const tools = document.createElement("div");
    tools.className = "tools";
    navigation.prepend(tools);
    render(<Tools />, tools);
  }
  const held = document.querySelector<HTMLElement>(".held");
  if (held !== null) {
    held.replaceChildren();
    render(<Foot />, held);
  }
  effect(writeChrome);
  effect(leaveWithoutSession);
  // The address after the # is the view and the filter: the way to the content must not overwrite it.
  document.querySelector(".skip")?.addEventListener("click", (event) => {
    event.preventDefault();
    main.focus();
  });
}

effect(() => {
  document.documentElement.toggleAttribute("data-incognito", preferences.value.incognito);
});

const main = document.querySelector<HTMLElement>("#main");
if (main !== null) {
  void load();
  if (main.querySelector("#app") !== null) {
    takeOver(main);
  } else {
    // A statement that someone is already using is left to them.
    const stop = answered.subscribe((banks) => {
      if (banks.length === 0 || main.contains(document.activeElement)) return;
      stop();
      takeOver(main);
    });
  }
}
