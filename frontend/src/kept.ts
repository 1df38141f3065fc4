/** The one text that this browser may keep for a person beside preferences: the sealed trends (dashboard/trends/capsule.ts). */

export const CAPSULE = "keepless-trends";
/** The cookie with its key, over TLS and without. */
export const ITS_KEY = /^(__Host-keepless|keepless-local)-trends$/;

/**
 * Drops the text where its key is gone: nobody can open it any more. On pages that say that nothing is held.
 *
 * The key is in a cookie that no script sees, so the server is asked what came. Where it does not say, the text stays.
 */
export async function dropWithoutKey(): Promise<void> {
  try {
    if (localStorage.getItem(CAPSULE) === null) return;
    const response = await fetch("/api/what-you-hold", { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    const { in_browser: cookies } = (await response.json()) as { in_browser: readonly { name: string }[] };
    if (!cookies.some(({ name }) => ITS_KEY.test(name))) localStorage.removeItem(CAPSULE);
  } catch {
    // Storage that is blocked, or a server that cannot be reached.
  }
}
