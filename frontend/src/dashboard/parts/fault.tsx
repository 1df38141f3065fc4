/** Why the banks could not be asked at all, and the next step. */

import { useEffect } from "preact/hooks";
import { words } from "../i18n";
import type { FeedFault } from "../feed";

export function FaultNotice({ fault, onRetry }: { readonly fault: FeedFault; readonly onRetry: () => void }) {
  const { faults, askAgain } = words.value.common;
  const offline = fault.code === "offline";
  useEffect(() => {
    if (!offline) return undefined;
    window.addEventListener("online", onRetry);
    return () => window.removeEventListener("online", onRetry);
  });
  const over = fault.code.startsWith("session_");
  const { title, detail } = over ? faults.session : fault.code === "offline" || fault.code === "broken_off" ? faults[fault.code] : faults.other;
  return (
    <div class="notice broken" role="alert">
      <h2>{title}</h2>
      <p>{detail}</p>
      <div class="acts">
        {over ? (
          <a class="button" href="/setup">{faults.session.next}</a>
        ) : (
          <button type="button" class="quiet" onClick={onRetry}>{askAgain}</button>
        )}
        {!over && !offline && fault.code !== "broken_off" && <small><code>{fault.code}</code></small>}
      </div>
    </div>
  );
}
