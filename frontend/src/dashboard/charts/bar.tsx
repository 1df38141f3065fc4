/** A bar in a table's cell. The figure stands beside it, so the drawing is hidden from screen readers. */

import type { Minor } from "../wire";

/** `amount` of `largest`; nothing is drawn at or below zero. */
export function Bar({ amount, largest }: { readonly amount: Minor; readonly largest: Minor }) {
  const width = largest > 0 ? 100 * Math.min(Math.max(amount / largest, 0), 1) : 0;
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect width={width.toFixed(2)} height="10" />
    </svg>
  );
}
