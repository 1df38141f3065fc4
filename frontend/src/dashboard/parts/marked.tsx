/** A sentence of the catalogue in which `*words*` stand out, so that a translation says itself which ones. */

import { Fragment } from "preact";

export function Marked({ text, as: Tag = "strong" }: { readonly text: string; readonly as?: "strong" | "code" }) {
  return (
    <>
      {text.split("*").map((part, place) => (place % 2 ? <Tag key={place}>{part}</Tag> : <Fragment key={place}>{part}</Fragment>))}
    </>
  );
}
