/** The dashboard's program. It takes over the page once the first line of the stream is here. */

import { render } from "preact";
import { App } from "./app";
import { load } from "./state";

const main = document.querySelector<HTMLElement>("#main");
if (main !== null) {
  const shell = main.querySelector<HTMLElement>("#app");
  const begin = (): void => {
    main.replaceChildren();
    render(<App />, main);
  };
  if (shell !== null) {
    begin();
    void load();
  } else {
    // A whole statement is shown already: it stays until there is something newer to show.
    void load();
    begin();
  }
}
