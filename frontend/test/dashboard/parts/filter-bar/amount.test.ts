import { describe, expect, it } from "vitest";
import { readAmount, writeAmount } from "../../../../src/dashboard/parts/filter-bar/amount";

describe("an amount as it is typed", () => {
  it.each([
    ["12.50", "en-US", "12.50"],
    ["12,50", "en-US", "12.50"],
    ["1,234", "en-US", "1234"],
    ["1,234,567.89", "en-US", "1234567.89"],
    ["1.234,50", "es-ES", "1234.50"],
    ["1.000", "es-ES", "1000"],
    ["12,5", "es-ES", "12.5"],
    ["12.5", "es-ES", "12.5"],
    ["1 234,5", "fr-FR", "1234.5"],
    [" 7 ", "en-US", "7"],
    ["0.0001", "en-US", "0.0001"],
    ["", "en-US", ""],
  ])("%s in %s is %s", (typed, locale, amount) => {
    expect(readAmount(typed, locale)).toBe(amount);
  });

  it.each(["-5", "12.50.1", "1,23,4", "abc", "1e5", "0.00001", "1234567890", "12 €", "."])("%s is none", (typed) => {
    expect(readAmount(typed, "en-US")).toBeNull();
  });

  it("is written back with the locale's own point", () => {
    expect(writeAmount("12.50", "es-ES")).toBe("12,50");
    expect(writeAmount("12.50", "en-US")).toBe("12.50");
    expect(readAmount(writeAmount("1234.5678", "de-DE"), "de-DE")).toBe("1234.5678");
  });
});
