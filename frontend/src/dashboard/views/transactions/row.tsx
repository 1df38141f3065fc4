/**
 * One transaction: a row of the table, and what opens beneath it.
 *
 * The parts of a row are plain functions and not components: dozens of rows change at once with the filter, and a
 * component for each of their cells would wake up by itself for what its table knows already.
 */

import { computed } from "@preact/signals";
import { categoryName } from "../../categories";
import { dayOf, isoOf } from "../../dates";
import { UNCATEGORIZED } from "../../filter";
import { day, money } from "../../format";
import { words } from "../../i18n";
import { narrow } from "../../parts/narrow";
import { address, book, filter, today } from "../../state";
import type { Filter } from "../../filter";
import type { ComponentChildren } from "preact";

export const COLUMNS = 6;
/** A day of this year goes without its year. */
const newYear = computed(() => dayOf(`${isoOf(today.value).slice(0, 4)}-01-01`));

export interface RowProps {
  /** The row's place in the book. */
  readonly place: number;
  /** Its position in the table, from 0. */
  readonly at: number;
  /** `aria-rowindex`. */
  readonly index: number;
  readonly isOpen: boolean;
  /** Whether the row before has the same day. */
  readonly sameDay: boolean;
  readonly onTurn: (place: number) => void;
}

export function rowOf({ place, at, index, isOpen, sameDay, onTurn }: RowProps) {
  const say = words.value.transactions;
  const rows = book.value;
  const { who, raw, date, category, account, mask } = inWords(place);
  const kind = rows.kinds[rows.kind[place]!]!;
  const turn = (
    <button type="button" class="turn" {...STOP} aria-expanded={isOpen} aria-label={say.details(who, date)} onClick={() => onTurn(place)}>
      <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false"><path d="M3.5 1.5L7 5L3.5 8.5" /></svg>
    </button>
  );
  const tag = kind === "spending" ? "" : say.tags[kind];
  return (
    <tr role="row" aria-rowindex={index} data-at={at} class={`row${isOpen ? " open" : ""}${sameDay ? " again" : ""}`} onClick={(event) => fromRow(event) && onTurn(place)}>
      <td role="gridcell" class="what">{turn}</td>
      <td role="gridcell" class="when">{date}</td>
      <th role="rowheader" scope="row" class="who">
        <span class="line">
          <span class="clip">
            {narrow.value ? who : only("merchant", rows.merchants[rows.merchant[place]!]!, who, STOP)}
            {raw && <small class="raw soft">{raw}</small>}
          </span>
          {rows.pending[place] === 1 && <small class="tag pending">{say.pending}</small>}
        </span>
      </th>
      <td role="gridcell" class="where">
        {narrow.value ? (
          tag || category
        ) : (
          <span class="line">
            <span class="clip">{only("category", codeOf(place), category, STOP)}</span>
            {tag && !isSame(tag, category) && <small class="tag kind">{tag}</small>}
          </span>
        )}
      </td>
      <td role="gridcell" class="where account">
        <span class="line">
          <span class="clip">{narrow.value ? account : only("account", rows.accounts[rows.account[place]!]!.id, account, STOP)}</span>
          {mask && <span>{mask}</span>}
        </span>
      </td>
      <td role="gridcell" class="figure amount">{amountOf(place)}</td>
    </tr>
  );
}

/** All that is known of a row, each with its name; what can be filtered by is a link. */
export function Details({ place }: { place: number }) {
  const say = words.value.transactions;
  const rows = book.value;
  const { who, category, account, mask } = inWords(place);
  const amount = rows.amount[place]!;
  const currency = rows.currencies[rows.currency[place]!]!;
  const kind = rows.kinds[rows.kind[place]!]!;
  const { bank, id } = rows.accounts[rows.account[place]!]!;
  const [primary, detailed] = rows.categories[rows.category[place]!]!;
  const figure = money(Math.abs(amount), currency);
  return (
    <dl class="known">
      <Term name={say.fields.date}>{day(rows.day[place]!, "long")}</Term>
      <Term name={say.fields.posted}>{rows.pending[place] === 1 ? say.fields.notYet : day(rows.posted[place]!, "long")}</Term>
      <Term name={say.fields.amount} isFigure>{amount < 0 ? say.comes(figure, currency) : say.leaves(figure, currency)}</Term>
      <Term name={say.fields.kind}>{kind === "spending" && amount < 0 ? say.kinds.refund : say.kinds[kind]}</Term>
      <Term name={say.fields.merchant}>{only("merchant", rows.merchants[rows.merchant[place]!]!, who)}</Term>
      <Term name={say.fields.name}>{rows.name[place]}</Term>
      <Term name={say.fields.category}>
        {only("category", codeOf(place), detailed && primary ? say.within(categoryName(primary), category) : category)}
      </Term>
      <Term name={say.fields.account}>{only("account", id, `${account} ${mask}`)}</Term>
      <Term name={say.fields.bank}>{bank}</Term>
    </dl>
  );
}

function Term({ name, isFigure = false, children }: { name: string; isFigure?: boolean; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd data-figure={isFigure || undefined}>{children}</dd>
    </div>
  );
}

/** What makes an element one that the table's arrow keys reach. */
const STOP = { "data-stop": true, tabIndex: -1 };

/** A value as a link to its rows; plain text where those are shown already, or where the value cannot be asked for. */
function only(field: keyof Filter, value: string, text: string, stop: object = {}) {
  if (value === "" || filter.value[field] === value) return <span>{text}</span>;
  return <a href={address("transactions", { ...filter.value, [field]: value })} {...stop}>{text}</a>;
}

function amountOf(place: number) {
  const say = words.value.transactions;
  const amount = book.value.amount[place]!;
  const figure = money(Math.abs(amount), book.value.currencies[book.value.currency[place]!]!);
  if (amount >= 0) return <>{figure}</>;
  return (
    <>
      <span aria-hidden="true" class="good">{say.arrives(figure)}</span>
      <span class="unseen">{say.arrivesSpoken(figure)}</span>
    </>
  );
}

function inWords(place: number) {
  const rows = book.value;
  const merchant = rows.merchants[rows.merchant[place]!]!;
  const name = rows.name[place]!;
  const [primary, detailed] = rows.categories[rows.category[place]!]!;
  const { account } = rows.accounts[rows.account[place]!]!;
  return {
    who: merchant || name,
    raw: saysMore(name, merchant) ? name : "",
    date: day(rows.day[place]!, rows.day[place]! >= newYear.value ? "short" : "medium"),
    category: categoryName(detailed || primary),
    // Apart, so that a long name never hides the digits that tell two cards apart.
    account: account?.name ?? words.value.transactions.unknownAccount,
    mask: account?.mask ? `··${account.mask}` : "",
  };
}

function codeOf(place: number): string {
  const [primary, detailed] = book.value.categories[book.value.category[place]!]!;
  return detailed || primary || UNCATEGORIZED;
}

/** Whether the bank's own words begin otherwise than the merchant's name, as in "SQ *CORNER" for "Corner Bakery". */
function saysMore(name: string, merchant: string): boolean {
  return merchant !== "" && name.split(" ", 1)[0]!.toLowerCase() !== merchant.split(" ", 1)[0]!.toLowerCase();
}

/** Whether a category says by itself what the row is. */
function isSame(tag: string, category: string): boolean {
  return tag.toLowerCase() === category.toLowerCase();
}

/** A press on the row itself, not on what is in it, nor the end of choosing text. */
function fromRow(event: MouseEvent): boolean {
  return event.target instanceof Element && !event.target.closest("a, button") && !window.getSelection()?.toString();
}
