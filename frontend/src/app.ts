/** What the pages do with JavaScript. Every page is whole without it. */

import { offerConnect } from "./connect";
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
document.querySelector("#token")?.addEventListener("submit", tellTimeZone);
document.querySelectorAll("[data-without-script]").forEach((words) => words.remove());
document.querySelectorAll<HTMLButtonElement>("button[data-connect]").forEach(offerConnect);
document.querySelectorAll<HTMLFormElement>("form[method=post]").forEach(submitOnce);
document.querySelector<HTMLFormElement>("form[data-sends-itself]")?.requestSubmit();
