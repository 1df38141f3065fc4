/** That a bank has just been connected: told by the page that did it to the one that comes next, and by no other. */

const JUST = "keepless-connected";

export function tellConnected(): void {
  try {
    sessionStorage.setItem(JUST, "yes");
  } catch {
    // Storage that is blocked: the next page then offers nothing by itself.
  }
}

/** Whether it was; the word is gone with the asking. */
export function takeConnected(): boolean {
  try {
    const just = sessionStorage.getItem(JUST) !== null;
    sessionStorage.removeItem(JUST);
    return just;
  } catch {
    return false;
  }
}
