import { expect, test } from "vitest";
import { totalUtilisation } from "../../src/dashboard/credit";
import { account } from "./rows";
import type { Card } from "../../src/dashboard/wire";

test.each([
  [3_000, 10_000, 300, false],
  [30_004, 100_000, 300, true], // decided before it is rounded
  [29_996, 100_000, 300, false],
  [0, 10_000, 0, false],
])("%i of %i is %i per mille; above 30 %: %j", (owed, limit, utilisation, over30) => {
  const card = { account: account("card", "credit"), owed, limit } as Card;
  expect(totalUtilisation([card])).toMatchObject([{ utilisation, over30 }]);
});
