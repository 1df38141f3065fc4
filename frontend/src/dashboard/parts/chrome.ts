/** What the server wrote around the page, in the language that was chosen: the head, the foot, the page's own language. */

import { language, words } from "../i18n";
import { view } from "../state";
import { farewell } from "../views/banks/remove";

function label(selector: string, text: string): void {
  const element = document.querySelector(selector);
  if (element !== null && element.textContent !== text) element.textContent = text;
}

function name(selector: string, text: string): void {
  document.querySelector(selector)?.setAttribute("aria-label", text);
}

/** Run as an effect: again whenever the language or the view changes. */
export function writeChrome(): void {
  const { account, addBank, logOut, logOutMore, logOutTitle, main, signOut, signOutTitle, skip, start, status, title, views, yourData } = words.value.common;
  document.documentElement.lang = language.value;
  document.title = title(farewell.value ? words.value.banks.farewell.title : views[view.value]);
  label(".skip", skip);
  name(".mark", start);
  name(".top nav", main);
  label(".top a[href='/setup']", addBank);
  label(".top a[href='/account']", "hasAccounts" in document.body.dataset ? account : yourData);
  label(".held a[href='/status']", status);
  const form = document.querySelector<HTMLFormElement>("form[action='/logout']");
  if (form !== null) form.hidden = farewell.value; // nothing is left to log out of
  const button = document.querySelector<HTMLButtonElement>("form[action='/logout'] button");
  if (button !== null && "signedIn" in document.body.dataset) {
    button.textContent = signOut;
    button.title = signOutTitle;
  } else if (button !== null) {
    const rest = document.createElement("span");
    rest.className = "wide-only";
    rest.textContent = logOutMore;
    button.replaceChildren(`${logOut} `, rest);
    button.title = logOutTitle;
  }
}
