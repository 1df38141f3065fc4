import { expect, test, vi } from "vitest";
import { account } from "./rows";

vi.stubGlobal("window", { location: { hash: "" }, addEventListener: () => undefined });
const { accountName } = await import("../../src/dashboard/names");

test("a name from right to left stands apart, so that its account's digits stay behind it", () => {
  expect(accountName({ ...account("بطاقة"), mask: "0007" })).toBe("\u2068بطاقة\u2069 ··0007");
  expect(accountName({ ...account("Everyday Checking"), mask: "4401" })).toBe("Everyday Checking ··4401");
});
