import { beforeEach, describe, expect, test, vi } from "vitest";
import taxonomy from "../../../keepless/sandbox/taxonomy.py?raw";
import { categoryName } from "../../src/dashboard/categories";
import { categories as spanish } from "../../src/dashboard/i18n/es-categories";
import { prefer } from "../../src/dashboard/preferences";
import { categories as english } from "../../src/dashboard/i18n/en-categories";

// Version 1 names these differently (docs/plaid.md, section 7).
const VERSION_ONE = ["INCOME_WAGES", "INCOME_OTHER_INCOME", "TRANSFER_IN_CASH_ADVANCES_AND_LOANS"];

/** The detailed codes of the local Plaid's list: "PRIMARY": "DETAIL DETAIL" or ("DETAIL " "DETAIL"). */
function codes(): string[] {
  const list = taxonomy.slice(taxonomy.indexOf("_DETAILS"), taxonomy.indexOf("PRIMARY_OF"));
  return [...list.matchAll(/"([A-Z_]+)": (\([^)]*\)|"[^"]*")/g)].flatMap(([, primary, details]) =>
    [...details!.matchAll(/[A-Z_]+/g)].map(([detail]) => `${primary}_${detail}`),
  );
}

beforeEach(() => vi.stubGlobal("document", { documentElement: { lang: "en" } }));

test("the list is read whole", () => {
  expect(codes().length).toBeGreaterThan(115);
  expect(codes()).toContain("FOOD_AND_DRINK_GROCERIES");
  expect(codes()).toContain("OTHER_OTHER");
});

test("no code of either version lacks a Spanish name", () => {
  const named = spanish.detailed;
  expect([...codes(), ...VERSION_ONE].filter((code) => !named[code])).toEqual([]);
});

test("both languages name the same primaries", () => {
  expect(Object.keys(spanish.primaries)).toEqual(Object.keys(english.primaries));
});

describe("a code in English", () => {
  test.each([
    ["FOOD_AND_DRINK", "Food and drink"],
    ["FOOD_AND_DRINK_FAST_FOOD", "Fast food"],
    ["FOOD_AND_DRINK_BEER_WINE_AND_LIQUOR", "Beer, wine and liquor"],
    ["BANK_FEES_ATM_FEES", "ATM fees"],
    ["ENTERTAINMENT_TV_AND_MOVIES", "TV and movies"],
    ["TRANSFER_IN_TRANSFER_IN_FROM_APPS", "Transfer in from apps"],
    ["", "Uncategorised"],
    ["PET_CARE", "Pet care"],
    ["PET_CARE_VET", "Pet care vet"],
    ["_", "_"],
    ["12", "12"],
    ["constructor", "Constructor"],
    ["__proto__", "Proto"],
    ["CONSTRUCTOR_FEES", "Constructor fees"],
  ])("%s is %s", (code, name) => {
    expect(categoryName(code)).toBe(name);
  });
});

test("a code in Spanish has a name that is Spanish", () => {
  prefer({ language: "es" });
  expect(categoryName("FOOD_AND_DRINK_GROCERIES")).toBe("Supermercado");
  expect(categoryName("FOOD_AND_DRINK")).toBe("Comida y bebida");
});
