/** A view's own heading. It takes the focus after a change of view, so that whoever listens hears where they are. */

import { words } from "../i18n";
import type { View } from "../state";

export function headingId(view: View): string {
  return `${view}-title`;
}

/** Where a button went away with what it was for, and took the focus along: the heading has it then. */
export function rescueFocus(view: View): void {
  if (document.activeElement === document.body) document.getElementById(headingId(view))?.focus({ preventScroll: true });
}

export function Title({ view }: { readonly view: View }) {
  return (
    <h1 id={headingId(view)} tabIndex={-1}>
      {words.value.common.views[view]}
    </h1>
  );
}
