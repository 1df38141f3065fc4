/** The 30 % mark of a limit. */

import { HIGH_USE } from "../../credit";
import type { Minor } from "../../wire";

/** What has to be paid of `owed` so that no more than 30 % of `limit` is used; 0 where that is so. Minor units. */
export function toMark(owed: Minor, limit: Minor): Minor {
  return Math.max(0, owed - Number((BigInt(limit) * BigInt(HIGH_USE)) / 1000n));
}
