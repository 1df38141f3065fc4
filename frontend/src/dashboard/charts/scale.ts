/** Where an amount or a day stands on a line of pixels. */

export type Scale = (value: number) => number;
type Ends = readonly [first: number, last: number];

/** `from` stands at `start` and `to` at `end`, exactly; what lies beyond them goes on in the same step. */
export function linear([from, to]: Ends, [start, end]: Ends): Scale {
  return (value) => {
    const part = (value - from) / (to - from);
    return start * (1 - part) + end * part;
  };
}
