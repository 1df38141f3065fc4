/** What an address asks for that no filter can. */

import { formatFilter, parseFilter } from "../../filter";

/** Whether the text of a filter in the address says something that is no filter, and was left out. */
export function saysMore(address: string): boolean {
  const text = address.split("?")[1] ?? "";
  const understood = new URLSearchParams(formatFilter(parseFilter(text)));
  return [...new URLSearchParams(text)].some(
    ([name, value]) => value !== "" && understood.get(name) !== value,
  );
}
