import { describe, expect, test } from "vitest";
import faults from "../../../../keepless/web/plaid_faults.py?raw";
import { en } from "../../../src/dashboard/i18n/en";
import { es } from "../../../src/dashboard/i18n/es";

/** Every text of a catalogue with its place; functions of figures are given their own names. */
function texts(words: unknown, place = ""): [place: string, text: string][] {
  if (typeof words === "string") return [[place, words]];
  if (typeof words === "function") {
    const given = Array.from({ length: words.length }, (_, each) => `«${each}»`);
    return texts((words as (...given: string[]) => unknown)(...given), place);
  }
  return Object.entries(words as object).flatMap(([key, each]) => texts(each, `${place}.${key}`));
}

// English titles most categories by their codes, and names the others only.
const english = new Map(texts({ ...en, categories: {} }));
const spanish = new Map(texts({ ...es, categories: {} }));
const marks = (text: string): number => text.split("*").length - 1;
const given = (text: string): string[] => [...new Set(text.match(/«\d»/g) ?? [])].sort();

test("both languages say the same things", () => {
  expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
});

test("no sentence is empty, and none ends in a blank", () => {
  for (const [place, text] of [...english, ...spanish]) expect(`${place}: ${text.trim()}`).toBe(`${place}: ${text || "?"}`);
});

test("what stands out in a sentence has a beginning and an end, in both languages as often", () => {
  for (const [place, text] of english) {
    expect([place, marks(text) % 2]).toEqual([place, 0]);
    expect([place, marks(spanish.get(place)!)]).toEqual([place, marks(text)]);
  }
});

test("a bank, a code or an amount that one language names, the other names too", () => {
  for (const [place, text] of english) expect([place, given(spanish.get(place)!)]).toEqual([place, given(text)]);
});

describe("what can happen to a bank", () => {
  const codes = [...faults.matchAll(/^ {4}"([A-Z_]+)": (?:Fault\(|[A-Z_]+,)/gm)].map(([, code]) => code!).filter((code) => !code.startsWith("INVALID_"));
  const actions = [...faults.matchAll(/^ {4}Action\.([A-Z]+): Fault\(/gm)].map(([, action]) => action!.toLowerCase());

  test("is read whole from the server's table", () => {
    expect(codes).toEqual(expect.arrayContaining(["TIMEOUT", "PLANNED_MAINTENANCE"]));
    expect(actions).toContain("reconnect");
    expect(codes.length + actions.length).toBeGreaterThanOrEqual(12);
  });

  test.each([...codes, ...actions])("%s has its words", (key) => {
    expect(Object.keys(en.banks.problems)).toContain(key);
    expect(Object.keys(es.banks.problems)).toContain(key);
  });
});
