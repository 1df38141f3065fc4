/** A field with its name, what it is for, and what is wrong with it. */

import { useId } from "preact/hooks";

interface Named {
  readonly name: string;
  readonly type: "password" | "file";
  readonly accept?: string;
  /** What a browser that keeps passwords may do: offer a new one, or nothing. */
  readonly autocomplete?: "new-password" | "off";
  readonly label: string;
  readonly why?: string;
  /** "" where nothing is wrong. */
  readonly wrong: string;
}

export function Field({ label, why, wrong, ...input }: Named) {
  const id = useId();
  const described = [...(why ? [`${id}-why`] : []), ...(wrong ? [`${id}-wrong`] : [])].join(" ");
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input {...input} id={id} aria-invalid={wrong !== ""} aria-describedby={described || undefined} />
      {why && <small id={`${id}-why`}>{why}</small>}
      {wrong && <p class="error" id={`${id}-wrong`}>{wrong}</p>}
    </div>
  );
}
