import { beforeEach, describe, expect, test, vi } from "vitest";
import { ago, axisMoney, bytes, count, day, inDays, lasting, list, minuteAfter, money, monthName, percent } from "../../src/dashboard/format";
import { prefer } from "../../src/dashboard/preferences";
import { TODAY } from "./rows";

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

beforeEach(() => vi.stubGlobal("navigator", { languages: ["en-US", "es-ES"] }));

describe("in English", () => {
  beforeEach(() => prefer({ language: "en" }));

  test.each([
    [123_456, "USD", "$1,234.56"],
    [-5, "USD", "-$0.05"],
    [0, "EUR", "€0.00"],
    [1_200, "JPY", "¥1,200"],
    [1_234_567, "KWD", "KWD 1,234.567"],
    [500_000, "BTC", "BTC 0.00500000"],
    [-0, "USD", "$0.00"],
    [9_007_199_254_740_991, "USD", "$90,071,992,547,409.91"],
    [100, "POINTS", "1.00 POINTS"],
    [100, "", "1.00 "],
  ])("%d minor units of %s are %s", (minor, currency, text) => {
    expect(plain(money(minor, currency))).toBe(text);
  });

  test.each([
    [250_000, "USD", "$2.5K"],
    [0.5, "USD", "$0"], // between two cents: a tick of an axis that is two cents long
    [-1_500_000, "JPY", "-¥1.5M"],
    [0.5, "JPY", "¥0.5"],
    [1_000, "POINTS", "10"],
  ])("on an axis, %d minor units of %s are %s", (minor, currency, text) => {
    expect(plain(axisMoney(minor, currency))).toBe(text);
  });

  test("days, counts and lists are written as there", () => {
    expect(day(TODAY)).toBe("November 22, 2026");
    expect(inDays(0)).toBe("today");
    expect(inDays(9)).toBe("in 9 days");
    expect(count(20_000)).toBe("20,000");
    expect(list(["A", "B", "C"])).toBe("A, B, and C");
    expect(percent(361)).toBe("36.1%");
    expect(percent(1_500)).toBe("150%");
    expect(bytes(257)).toBe("257 bytes");
    expect(monthName("2026-10")).toBe("October");
  });
});

describe("in Spanish", () => {
  beforeEach(() => prefer({ language: "es" }));

  test("money has its thousands, four digits too, and its sign behind", () => {
    expect(plain(money(123_456, "EUR"))).toBe("1.234,56 €");
    expect(plain(money(1_234_567, "EUR"))).toBe("12.345,67 €");
  });

  test("days, counts and lists are written as there", () => {
    expect(day(TODAY)).toBe("22 de noviembre de 2026");
    expect(inDays(1)).toBe("mañana");
    expect(count(1_234)).toBe("1.234");
    expect(list(["A", "B", "C"])).toBe("A, B y C");
    expect(plain(percent(361))).toBe("36,1 %");
    expect(monthName("2026-10")).toBe("octubre");
  });
});

describe("an age", () => {
  const [minute, hour, aDay] = [60_000, 3_600_000, 86_400_000];

  test.each([
    [minute, "1 minute ago", "1 minute"],
    [59 * minute + 59_999, "59 minutes ago", "59 minutes"],
    [hour, "1 hour ago", "1 hour"],
    [23 * hour + 59 * minute, "23 hours ago", "23 hours"],
    [3 * aDay + 5 * hour, "3 days ago", "3 days"],
  ])("of %d ms is said in its largest unit, and never made more of", (age, since, span) => {
    prefer({ language: "en" });
    expect([ago(age), lasting(age)]).toEqual([since, span]);
  });

  test("is said in the page's language", () => {
    prefer({ language: "es" });
    expect([ago(3 * aDay), lasting(3 * aDay), ago(minute)]).toEqual(["hace 3 días", "3 días", "hace 1 minuto"]);
  });
});

test.each([
  ["2026-11-22T19:30:00.000Z", "2026-11-22T19:30:00.000Z"],
  ["2026-11-22T19:30:00.001Z", "2026-11-22T19:31:00.000Z"],
  ["2026-12-31T23:59:01.068925Z", "2027-01-01T00:00:00.000Z"],
])("a moment that something is said to come by is rounded up to the minute: %s", (moment, said) => {
  expect(minuteAfter(moment)).toBe(said);
});
