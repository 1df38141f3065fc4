/** The button that removes a bank, and the question before it. Escape keeps the bank; the focus stays with the question. */

import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../../i18n";
import { Marked } from "../../parts/marked";
import { NotRemoved, removeBank } from "./remove";
import type { BankState } from "../../state";

export function Removal({ bank }: { readonly bank: BankState }) {
  const step = useSignal<"closed" | "asked" | "busy">("closed");
  const failed = useSignal<NotRemoved | null>(null);
  const id = useId();
  const opener = useRef<HTMLButtonElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const { remove, someBank, notices } = words.value.banks;
  const name = bank.asked.name || someBank;
  const open = step.value !== "closed";

  useEffect(() => {
    if (open) keep.current?.focus();
  }, [open]);

  const close = (): void => {
    step.value = "closed";
    // The button is back with the next painting.
    requestAnimationFrame(() => opener.current?.focus());
  };
  const confirm = async (): Promise<void> => {
    step.value = "busy";
    failed.value = null;
    try {
      await removeBank(bank);
    } catch (error) {
      if (!(error instanceof NotRemoved)) throw error;
      failed.value = error;
      step.value = "asked";
    }
  };

  if (!open) {
    return (
      <button type="button" class="text" ref={opener} onClick={() => (step.value = "asked")}>
        {remove.open(name)}
      </button>
    );
  }
  const busy = step.value === "busy";
  return (
    <div
      class="notice broken removal"
      role="group"
      aria-labelledby={`${id}-question`}
      aria-describedby={`${id}-detail`}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !busy) close();
      }}
    >
      <p class="state" id={`${id}-question`}>{remove.question(name)}</p>
      <p id={`${id}-detail`}>{remove.detail}</p>
      <div class="acts">
        <button type="button" class="quiet" ref={keep} aria-disabled={busy} onClick={() => busy || close()}>
          {remove.cancel}
        </button>
        <button type="button" aria-busy={busy} aria-disabled={busy} onClick={() => busy || void confirm()}>
          {busy ? remove.busy(name) : remove.confirm(name)}
        </button>
      </div>
      <p class="error" role="alert">
        {failed.value !== null && (
          <>
            {remove.kept(name)}{" "}
            <Marked
              as="code"
              text={failed.value.request === null ? notices.code(failed.value.code) : notices.codeAndRequest(failed.value.code, failed.value.request)}
            />
          </>
        )}
      </p>
    </div>
  );
}
