/** What the server would not do, in its own words, and another try. */

import { words } from "../i18n";
import type { Refusal } from "../refusal";

export function Refused({ refusal, onRetry }: { readonly refusal: Refusal; readonly onRetry?: () => void }) {
  const { askAgain, faults } = words.value.common;
  const isOver = refusal.status === 401;
  const own = refusal.code === "offline" ? faults.offline : isOver ? faults.session : faults.other;
  const isTold = refusal.title !== "" && !isOver;
  return (
    <div class="notice broken" role="alert">
      <h3>{isTold ? refusal.title : own.title}</h3>
      <p>{isTold ? `${refusal.detail} ${refusal.nextStep}`.trim() : own.detail}</p>
      {isOver && <p class="acts"><a class="button" href="/setup">{faults.session.next}</a></p>}
      {!isOver && onRetry && <p class="acts"><button type="button" class="quiet" onClick={onRetry}>{askAgain}</button></p>}
    </div>
  );
}
