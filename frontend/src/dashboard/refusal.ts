/** Why the server did not do what the page asked of it, and the files that it hands out. */

/** `code` is the server's own (RFC 9457), "offline" or "broken"; `status` 0 where none came. The texts can be shown. */
export class Refusal extends Error {
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

export interface ServedFile {
  readonly name: string;
  readonly content: Blob;
}

/** The answer, where it is one of success. Raises Refusal. */
export async function reached(path: string, options: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Refusal("offline");
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

/** The whole file of an answer. Raises Refusal; nothing is there of a file that broke off. */
export async function fileOf(response: Response): Promise<ServedFile> {
  try {
    return { name: nameIn(response.headers.get("Content-Disposition")), content: await response.blob() };
  } catch {
    throw new Refusal("broken", response.status);
  }
}

/** Gives the file to the browser, as a link to it would. */
export function hand({ name, content }: ServedFile): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const said = (await response.json()) as { code?: string; title?: string; detail?: string; next_step?: string };
    return new Refusal(said.code ?? "", response.status, said.title, said.detail, said.next_step);
  } catch {
    return new Refusal("", response.status);
  }
}

function nameIn(disposition: string | null): string {
  return /filename="([\w.-]+)"/.exec(disposition ?? "")?.[1] ?? "keepless";
}
