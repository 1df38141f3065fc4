import { describe, expect, it } from "vitest";
import { led } from "../../../../src/dashboard/views/transactions/stops";

const key = (name: string, held: Partial<KeyboardEvent> = {}): KeyboardEvent =>
  ({ key: name, altKey: false, metaKey: false, shiftKey: false, ctrlKey: false, ...held }) as KeyboardEvent;
const to = (event: KeyboardEvent, from = { at: 50, column: 1 }) => led(event, from, 4, 100, 20);

describe("the keys of the table", () => {
  it.each([
    ["ArrowDown", { at: 51, column: 1 }],
    ["ArrowUp", { at: 49, column: 1 }],
    ["ArrowRight", { at: 50, column: 2 }],
    ["ArrowLeft", { at: 50, column: 0 }],
    ["PageDown", { at: 70, column: 1 }],
    ["PageUp", { at: 30, column: 1 }],
    ["Home", { at: 50, column: 0 }],
    ["End", { at: 50, column: 3 }],
  ])("%s leads there", (name, place) => expect(to(key(name))).toEqual(place));

  it("lead to the first and the last row with Ctrl", () => {
    expect(to(key("Home", { ctrlKey: true }))).toEqual({ at: 0, column: 1 });
    expect(to(key("End", { ctrlKey: true }))).toEqual({ at: 99, column: 1 });
  });

  it("end at the table's ends", () => {
    expect(to(key("ArrowDown"), { at: 99, column: 0 })).toEqual({ at: 99, column: 0 });
    expect(to(key("PageUp"), { at: 3, column: 0 })).toEqual({ at: 0, column: 0 });
    expect(to(key("ArrowRight"), { at: 3, column: 3 })).toEqual({ at: 3, column: 3 });
  });

  it("leave the browser its own", () => {
    for (const event of [key("Tab"), key("Enter"), key("a"), key("ArrowLeft", { altKey: true }), key("c", { ctrlKey: true }), key("ArrowDown", { shiftKey: true })]) {
      expect(to(event)).toBeNull();
    }
  });
});
