/** Where a row went when fresher rows took the place of those on screen, so that whoever reads it need not look for it. */

import type { Book } from "../../book";

/** The rows of a table: places in a book, in the table's order. */
export interface Rows {
  readonly book: Book;
  readonly rows: ArrayLike<number>;
}

/** What names a row in every book: its account's id and its own. */
export function keyIn({ accounts, account, id }: Book, place: number): string {
  return `${accounts[account[place]!]!.id} ${id[place]}`;
}

/** For a position in the table of before, that of the same row now; of the next one that is still there where it is gone. */
export function follow(before: Rows, now: Rows): (at: number) => number {
  const positions = new Map(Array.from(now.rows, (place, at) => [keyIn(now.book, place), at]));
  return (at) => {
    for (let each = at; each < before.rows.length; each += 1) {
      const to = positions.get(keyIn(before.book, before.rows[each]!));
      if (to !== undefined) return to;
    }
    return Math.max(0, now.rows.length - 1);
  };
}
