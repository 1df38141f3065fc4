/** `POST /api/export`: the fields it takes, and the file or the fault that comes back. The server's side is keepless/web/export.py. */

import { dayOf, isoOf } from "../../dates";
import { FIELDS } from "../../filter";
import { fileOf, reached } from "../../refusal";
import type { Filter } from "../../filter";
import type { ServedFile } from "../../refusal";

export type Format = "csv" | "json" | "ofx";

export interface Wanted {
  readonly format: Format;
  /** The first day, in days since 1970-01-01. */
  readonly first: number;
  readonly today: number;
  /** Whether what cannot be read now is left out, instead of refusing. */
  readonly partial: boolean;
}

/**
 * The form's fields: the filter's own, with the days that are really in the page. `null` asks for all.
 *
 * The first day is always said, as the server would otherwise count back from the last; a last day of today or later is
 * left to the server's own calendar.
 */
export function fieldsOf(filter: Filter | null, { format, first, today, partial }: Wanted): URLSearchParams {
  const fields = new URLSearchParams({ format, ...(partial ? { partial: "yes" } : {}) });
  for (const field of FIELDS) {
    const value = filter?.[field].trim();
    if (value && field !== "from" && field !== "to") fields.set(field, value);
  }
  fields.set("from", isoOf(Math.max(first, filter?.from ? dayOf(filter.from) : first)));
  if (filter?.to && dayOf(filter.to) < today) fields.set("to", filter.to);
  return fields;
}

/** The whole file. Raises Refusal; nothing is saved of a file that broke off. */
export async function fetchFile(fields: URLSearchParams): Promise<ServedFile> {
  return await fileOf(await reached("/api/export", { method: "POST", body: fields, headers: { Accept: "application/problem+json, */*" } }));
}
