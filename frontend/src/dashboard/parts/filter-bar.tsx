/** The filter of all views: a line of fields, the conditions that are set, and what they leave. */

import "../styles/filter.css";
import { useRef, useState } from "preact/hooks";
import { NO_FILTER, isFiltered } from "../filter";
import { words } from "../i18n";
import { book, filter, setFilter, today } from "../state";
import { conditionsOf } from "./filter-bar/conditions";
import { Further, SEARCH_ID, Search, Usual, exceeds, turned } from "./filter-bar/fields";
import { Found } from "./filter-bar/found";
import { saysMore } from "./filter-bar/nonsense";
import { Shortcuts } from "./filter-bar/shortcuts";
import { narrow } from "./narrow";
import type { Condition } from "./filter-bar/conditions";

export function FilterBar() {
  // Before the first row there is nothing to look for.
  if (book.value.size === 0 && !isFiltered(filter.value)) return null;
  return <Bar />;
}

function Bar() {
  const say = words.value.filter;
  const [open, setOpen] = useState(false);
  const [choosing, setChoosing] = useState(0);
  const conditions = conditionsOf(filter.value, today.value);
  const { from, to, min, max } = filter.value;
  const chooseDays = (): void => {
    setOpen(true);
    setChoosing(choosing + 1);
  };
  const turn = (): void => {
    setOpen(!open);
    setChoosing(0);
  };
  const usual = <Usual onChosenDays={chooseDays} />;
  const toggle = (
    <button type="button" class="quiet fold" aria-expanded={open} aria-controls="filter-more" aria-label={narrow.value && conditions.length > 0 ? say.folded(conditions.length) : undefined} onClick={turn}>
      {narrow.value ? say.fold(conditions.length) : open ? say.fewer : say.more}
    </button>
  );
  return (
    <search class="filter-bar" aria-label={say.title}>
      <div class="filter-line">
        <Search />
        {!narrow.value && usual}
        {toggle}
      </div>
      <div class="filter-more" id="filter-more" hidden={!open}>
        {open && narrow.value && usual}
        {open && <Further choosing={choosing} />}
      </div>
      {turned(from, to) && <p class="error">{say.daysTurned}</p>}
      {exceeds(min, max) && <p class="error">{say.amountsTurned}</p>}
      {saysMore(window.location.hash) && <p class="soft">{say.ignored}</p>}
      <div class="filter-foot">
        {conditions.length > 0 && <Chips conditions={conditions} />}
        <Found />
        <Shortcuts />
      </div>
    </search>
  );
}

/** Each condition is a button that drops it. Where it goes, the focus goes on to the next, at the end to the search. */
function Chips({ conditions }: { conditions: readonly Condition[] }) {
  const say = words.value.filter.conditions;
  const list = useRef<HTMLUListElement>(null);
  const drop = ({ fields }: Condition, place: number): void => {
    const buttons = list.current?.querySelectorAll("button") ?? [];
    (buttons[place + 1] ?? document.getElementById(SEARCH_ID))?.focus();
    setFilter(Object.fromEntries(fields.map((field) => [field, ""])));
  };
  const clear = (): void => {
    document.getElementById(SEARCH_ID)?.focus();
    setFilter(NO_FILTER);
  };
  return (
    <ul class="chips" aria-label={say.label} ref={list}>
      {conditions.map((condition, place) => (
        <li key={condition.fields[0]}>
          <button type="button" class="chip" aria-label={say.remove(condition.text)} onClick={() => drop(condition, place)}>
            <span>{condition.text}</span>
            <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false"><path d="M2 2l6 6M8 2l-6 6" /></svg>
          </button>
        </li>
      ))}
      <li><button type="button" class="text" onClick={clear}>{say.clear}</button></li>
    </ul>
  );
}
