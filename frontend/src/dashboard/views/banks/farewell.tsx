/** The page after the last bank was removed: nothing is held, and nothing is shown. */

import { useEffect, useRef } from "preact/hooks";
import { words } from "../../i18n";
import { capsule } from "../../trends/capsule";
import { Receipt } from "../banks";
import { receipts } from "./remove";

export function Farewell() {
  const heading = useRef<HTMLHeadingElement>(null);
  const { title, detail, detailKept, next } = words.value.banks.farewell;
  useEffect(() => heading.current?.focus(), []);
  return (
    <div class="hero slim">
      <h1 ref={heading} tabIndex={-1}>{title}</h1>
      <p>{capsule.value === null ? detail : detailKept}</p>
      {receipts.value.map((receipt) => <Receipt key={receipt.request ?? receipt.bank} {...receipt} />)}
      <p class="acts"><a class="button" href="/setup">{next}</a></p>
    </div>
  );
}
