/** `/setup#reconnect=<item id>`: of the banks that the page names, shows the one to log in to again, and nothing else. */

const SELECTS = "#reconnect=";

export function offerReconnect(): void {
  const title = document.querySelector("h1");
  const unknown = document.querySelector<HTMLElement>("[data-reconnect-unknown]");
  if (title === null || unknown === null) {
    return;
  }
  const banks = [...document.querySelectorAll<HTMLElement>("[data-reconnect]")];
  const rest = document.querySelectorAll<HTMLElement>("[data-unless-reconnect]");
  const [words, tab] = [title.textContent ?? "", document.title];

  const choose = (): void => {
    const { hash } = window.location;
    const item = hash.startsWith(SELECTS) ? hash.slice(SELECTS.length) : undefined;
    const chosen = item === undefined ? null : (banks.find((bank) => bank.dataset["reconnect"] === item) ?? unknown);
    for (const block of rest) {
      block.hidden = chosen !== null;
    }
    for (const block of [...banks, unknown]) {
      block.hidden = block !== chosen;
    }
    const told = chosen?.dataset["title"];
    title.textContent = told ?? words;
    document.title = told === undefined ? tab : told + tab.slice(tab.lastIndexOf(" · "));
  };

  choose();
  window.addEventListener("hashchange", () => {
    const before = title.textContent;
    choose();
    if (title.textContent !== before) {
      title.focus(); // the page is another one now, as after a navigation
    }
  });
}
