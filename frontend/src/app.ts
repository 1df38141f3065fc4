/** What the pages do with JavaScript. Every page is whole without it. */

import { offerConnect } from "./connect";
import { dismiss } from "./dashboard/memory";
import { goWithTheSession, tellThatItIsGone } from "./gone";
import { offerReconnect } from "./reconnect";
import { dropWithoutKey } from "./kept";
import { finishConnection } from "./returned";
import { tellTimeZone } from "./zone";

/** One submit is enough: a form that is on its way does not go twice. */
function submitOnce(form: HTMLFormElement): void {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) {
      event.preventDefault();
    }
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false; // back from the next page, by the browser's own cache
  });
}

// The zone is told while a bank is connected; the server takes it back with the session.
if (document.body.dataset["held"] === "cookie") {
  tellTimeZone();
}
if (document.body.dataset["held"] === "nothing") {
  void dismiss();
  void dropWithoutKey();
  tellThatItIsGone();
}
// The pages with figures are those that one can log out of.
if (document.querySelector(".top form[action='/logout']") !== null) {
  goWithTheSession();
}
document.querySelector("#token")?.addEventListener("submit", tellTimeZone);
document.querySelectorAll("[data-without-script]").forEach((words) => words.remove());
document.querySelectorAll<HTMLButtonElement>("button[data-connect]").forEach(offerConnect);
offerReconnect();
document.querySelectorAll<HTMLElement>("[data-oauth-return]").forEach(finishConnection);
// A form that leads to a download leaves its page where it is, to be sent again as often as one likes.
document.querySelectorAll<HTMLFormElement>("form[method=post]:not([data-stays])").forEach(submitOnce);
document.querySelector<HTMLFormElement>("form[data-sends-itself]")?.requestSubmit();
