/**
 * Figures leave the screen with the session: in the other tabs of this browser, and in a page that the browser kept aside
 * as it was (its back/forward cache). Such a page asks the server anew, which shows what there is now.
 */

const CHANNEL = "keepless";

/** On a page with figures. */
export function goWithTheSession(): void {
  window.addEventListener("pagehide", ({ persisted }) => {
    document.body.hidden = persisted; // what is kept aside shows nothing in the moment before it is asked anew
  });
  window.addEventListener("pageshow", ({ persisted }) => {
    if (persisted) window.location.reload();
  });
  if (!("BroadcastChannel" in window)) return;
  new BroadcastChannel(CHANNEL).addEventListener("message", () => window.location.reload());
}

/** On a page that says that nothing is held. */
export function tellThatItIsGone(): void {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("");
  channel.close();
}
