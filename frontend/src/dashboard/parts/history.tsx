/** The way to more history than was read: how much there is, and a button that asks the banks for the rest. */

import { count } from "../format";
import { words } from "../i18n";
import { HISTORY, ask, asking, longest, reach } from "../state";

/** Nothing where all was asked for. `says` is the sentence before the button, or before what the visitor's tier has. */
export function ReadMore({ says }: { readonly says: string }) {
  if (reach.value >= longest.value) return longest.value < HISTORY.long ? <TierEnds says={says} /> : null;
  return (
    <p class="read-more soft">
      {says}{" "}
      <button type="button" class="text" aria-disabled={asking.value} onClick={() => asking.value || void ask(longest.value)}>
        {words.value.spending.readMore}
      </button>
    </p>
  );
}

function TierEnds({ says }: { readonly says: string }) {
  const { tier } = words.value.common;
  return (
    <p class="read-more soft">
      {says} {tier.history(count(longest.value))} <a href="/account">{tier.see}</a>
    </p>
  );
}
