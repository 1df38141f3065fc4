/** The way to more history than was read: how much there is, and a button that asks the banks for the rest. */

import { words } from "../i18n";
import { HISTORY, ask, asking, reach } from "../state";

/** Nothing where all was asked for. `says` is the sentence before the button. */
export function ReadMore({ says }: { readonly says: string }) {
  if (reach.value >= HISTORY.long) return null;
  return (
    <p class="read-more soft">
      {says}{" "}
      <button type="button" class="text" aria-disabled={asking.value} onClick={() => asking.value || void ask(HISTORY.long)}>
        {words.value.spending.readMore}
      </button>
    </p>
  );
}
