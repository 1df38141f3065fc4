/** The fields of the filter bar. Each shows what the filter has and changes it at once: there is no button to send them. */

import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";
import { figures, words } from "../../i18n";
import { filter, setFilter, today } from "../../state";
import { readAmount, writeAmount } from "./amount";
import { accounts, categories, currencies, kinds } from "./choices";
import { PICKS, daysOf, pickOf } from "./periods";
import type { Group } from "./choices";
import type { Period } from "./periods";
import type { Filter } from "../../filter";
import type { ComponentChildren, TargetedEvent } from "preact";

export const SEARCH_ID = "filter-q";
const LONGEST = 100;
const CHOSEN = "chosen";

export function Search() {
  const say = words.value.filter;
  return (
    <div class="search">
      <label for={SEARCH_ID} class="unseen">{say.search}</label>
      <input
        id={SEARCH_ID}
        type="search"
        autocomplete="off"
        spellcheck={false}
        maxLength={LONGEST}
        placeholder={say.searchHint}
        aria-keyshortcuts="/"
        value={filter.value.q}
        onInput={({ currentTarget }) => setFilter({ q: currentTarget.value }, { replace: true })}
        onKeyDown={(event) => {
          if (event.key === "Escape" && filter.value.q) {
            event.preventDefault();
            setFilter({ q: "" }, { replace: true });
          }
        }}
      />
    </div>
  );
}

/** Period, category, account: what most people ask for. */
export function Usual({ onChosenDays }: { onChosenDays: () => void }) {
  const say = words.value.filter;
  const { category, account } = filter.value;
  const period = pickOf(filter.value, today.value) ?? CHOSEN;
  return (
    <>
      <Select
        label={say.period}
        value={period}
        onChoose={(chosen) => (chosen === CHOSEN ? onChosenDays() : setFilter(daysOf(chosen as Period, today.value)))}
      >
        {PICKS.map((each) => <option key={each} value={each}>{say.periods[each]}</option>)}
        <option value={CHOSEN}>{say.periods.chosen}</option>
      </Select>
      <Select label={say.category} value={category} onChoose={(chosen) => setFilter({ category: chosen })}>
        <Unlisted value={category} groups={categories.value} />
        <Grouped groups={categories.value} hasWhole />
      </Select>
      <Select label={say.account} value={account} onChoose={(chosen) => setFilter({ account: chosen })}>
        <Unlisted value={account} groups={accounts.value} />
        <Grouped groups={accounts.value} />
      </Select>
    </>
  );
}

/** The rest, which is folded away at first. Each new `choosing` but 0 puts the focus on the first day. */
export function Further({ choosing }: { choosing: number }) {
  const say = words.value.filter;
  const { from, to, min, max, kind, pending, currency } = filter.value;
  return (
    <>
      <DayField label={say.from} field="from" choosing={choosing} invalid={turned(from, to)} />
      <DayField label={say.to} field="to" invalid={turned(from, to)} />
      <AmountField label={say.min} field="min" invalid={exceeds(min, max)} />
      <AmountField label={say.max} field="max" invalid={exceeds(min, max)} />
      <Select label={say.kind} value={kind} onChoose={(chosen) => setFilter({ kind: chosen })}>
        <option value="">{say.every}</option>
        {kinds.value.map((each) => <option key={each} value={each}>{say.kinds[each]}</option>)}
      </Select>
      <Select label={say.pending} value={pending} onChoose={(chosen) => setFilter({ pending: chosen })}>
        <option value="">{say.every}</option>
        <option value="yes">{say.pendings.yes}</option>
        <option value="no">{say.pendings.no}</option>
      </Select>
      {(currencies.value.length > 1 || currency) && (
        <Select label={say.currency} value={currency} onChoose={(chosen) => setFilter({ currency: chosen })}>
          <option value="">{say.every}</option>
          {currencies.value.map((each) => <option key={each} value={each}>{each}</option>)}
        </Select>
      )}
    </>
  );
}

export function turned(from: string, to: string): boolean {
  return from !== "" && to !== "" && to < from; // ISO days compare as they stand
}

export function exceeds(min: string, max: string): boolean {
  return min !== "" && max !== "" && Number(max) < Number(min);
}

/** The choices of a list. They are many and seldom others, so they are kept while the filter changes. */
function Grouped({ groups, hasWhole = false }: { groups: readonly Group[]; hasWhole?: boolean }) {
  const say = words.value.filter;
  return useMemo(
    () => (
      <>
        <option value="">{say.every}</option>
        {groups.map(({ value, label, within }) => (
          <optgroup key={value} label={label}>
            {hasWhole && <option value={value}>{say.wholeOf(label)}</option>}
            {within.map((each) => <option key={each.value} value={each.value}>{each.label}</option>)}
          </optgroup>
        ))}
      </>
    ),
    [groups, say, hasWhole],
  );
}

/** A value from an address that no row has: it stays visible as what is asked. */
function Unlisted({ value, groups }: { value: string; groups: readonly Group[] }) {
  const listed = groups.some((group) => group.value === value || group.within.some((each) => each.value === value));
  return value && !listed ? <option value={value}>{value}</option> : null;
}

interface SelectProps {
  readonly label: string;
  readonly value: string;
  readonly onChoose: (value: string) => void;
  readonly children: ComponentChildren;
}

function Select({ label, value, onChoose, children }: SelectProps) {
  const id = useId();
  return (
    <div>
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>{children}</select>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly field: keyof Filter;
  readonly invalid: boolean;
  readonly choosing?: number;
}

function DayField({ label, field, invalid, choosing = 0 }: FieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (choosing > 0) input.current?.focus();
  }, [choosing]);
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={filter.value[field]}
        aria-invalid={invalid}
        ref={input}
        // A year being typed is many dates on the way: only one of them belongs in the history.
        onChange={({ currentTarget }) => setFilter({ [field]: currentTarget.value }, { replace: true })}
      />
    </div>
  );
}

/** What is typed stays as it is typed until the field is left; the filter has it as soon as it is an amount. */
function AmountField({ label, field, invalid }: FieldProps) {
  const id = useId();
  const typed = useRef<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const hint = words.value.filter.amountHint(writeAmount("12.50", figures.value));
  const take = ({ currentTarget }: TargetedEvent<HTMLInputElement>): void => {
    typed.current = currentTarget.value;
    const amount = readAmount(currentTarget.value, figures.value);
    setWrong(amount === null);
    if (amount !== null) setFilter({ [field]: amount }, { replace: true });
  };
  return (
    <div>
      <label for={id}>{label}</label>
      <input
        id={id}
        inputMode="decimal"
        autocomplete="off"
        maxLength={24}
        value={typed.current ?? writeAmount(filter.value[field], figures.value)}
        aria-invalid={invalid || wrong}
        aria-describedby={wrong ? `${id}-hint` : undefined}
        onInput={take}
        onBlur={() => {
          if (!wrong) typed.current = null;
        }}
      />
      {wrong && <small id={`${id}-hint`} class="error">{hint}</small>}
    </div>
  );
}
