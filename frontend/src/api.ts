/** Calls to our own server. Every failure becomes a `Failure` whose text can be shown as it is. */

import { words } from "./words";

export class Failure extends Error {}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly next_step?: string;
}

export async function post<Answer>(path: string, body: object): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Failure(words.offline);
  }
  if (!response.ok) {
    throw new Failure(await reasonOf(response));
  }
  return (await response.json()) as Answer;
}

async function reasonOf(response: Response): Promise<string> {
  try {
    const { title, detail = "", next_step: next = "" } = (await response.json()) as Problem;
    if (title) {
      return `${title}. ${detail} ${next}`.trim();
    }
  } catch {
    // Not JSON: something between us and the server answered.
  }
  return words.status(response.status);
}
