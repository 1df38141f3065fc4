/** How much of a limit is used, with a mark at 30 %. The sentence beside it says the same. */

const MARK = 30; // per cent of the limit; HIGH_USE of keepless/core/credit.py

/** `perMille` of the limit; what is beyond the limit fills the whole bar. */
export function Use({ perMille, over }: { readonly perMille: number; readonly over: boolean }) {
  return (
    <svg class={over ? "use over" : "use"} viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <rect class="track" width="100" height="10" />
      <rect class="fill" width={Math.min(perMille / 10, 100)} height="10" />
      <path class="line" d={`M${MARK}-3V13`} />
    </svg>
  );
}
