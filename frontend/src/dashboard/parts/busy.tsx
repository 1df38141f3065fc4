/** The place of what is on its way. It stands still: the progress line says how far it is. */

import { words } from "../i18n";

const WIDTHS = [62, 88, 74, 81, 56]; // per cent, as lines of a statement are: not all the same

export function Skeleton({ lines = 5 }: { readonly lines?: number }) {
  return (
    <div class="skeleton">
      <span class="unseen">{words.value.common.skeleton}</span>
      {Array.from({ length: lines }, (_, line) => (
        <svg key={line} aria-hidden="true" focusable="false" width="100%" height="14">
          <rect width={`${WIDTHS[line % WIDTHS.length]}%`} height="14" rx="2" />
        </svg>
      ))}
    </div>
  );
}
