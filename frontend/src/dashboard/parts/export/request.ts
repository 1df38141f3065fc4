/** `POST /api/export`: the fields it takes, and the file or the fault that comes back. The server's side is keepless/web/export.py. */

import { dayOf, isoOf } from "../../dates";
import { FIELDS } from "../../filter";
import type { Filter } from "../../filter";

export type Format = "csv" | "json" | "ofx";

export interface Wanted {
  readonly format: Format;
  /** The first day, in days since 1970-01-01. */
  readonly first: number;
  readonly today: number;
  /** Whether what cannot be read now is left out, instead of refusing. */
  readonly partial: boolean;
}

export interface ExportFile {
  readonly name: string;
  readonly content: Blob;
}

/** Why there is no file. `code` is the server's own (RFC 9457), "offline" or "broken"; `status` 0 where none came. */
export class ExportFault extends Error {
  constructor(
    readonly code: string,
    readonly status = 0,
    readonly title = "",
    readonly detail = "",
    readonly nextStep = "",
  ) {
    super(code);
  }
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

/** The whole file. Raises ExportFault; nothing is saved of a file that broke off. */
export async function fetchFile(fields: URLSearchParams): Promise<ExportFile> {
  let response: Response;
  try {
    response = await fetch("/api/export", { method: "POST", body: fields, headers: { Accept: "application/problem+json, */*" } });
  } catch {
    throw new ExportFault("offline");
  }
  if (!response.ok) throw await faultOf(response);
  try {
    return { name: nameIn(response.headers.get("Content-Disposition")), content: await response.blob() };
  } catch {
    throw new ExportFault("broken", response.status);
  }
}

async function faultOf(response: Response): Promise<ExportFault> {
  try {
    const said = (await response.json()) as { code?: string; title?: string; detail?: string; next_step?: string };
    return new ExportFault(said.code ?? "", response.status, said.title, said.detail, said.next_step);
  } catch {
    return new ExportFault("", response.status);
  }
}

function nameIn(disposition: string | null): string {
  return /filename="([\w.-]+)"/.exec(disposition ?? "")?.[1] ?? "keepless";
}
