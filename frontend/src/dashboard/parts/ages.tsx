/**
 * How old what is shown is, where it is not of this minute. Ticks while the page stays open, and is no live region: an age
 * that was read aloud every minute would drown the rest.
 */

import { useSignalEffect } from "@preact/signals";
import { ageOf, keepTime } from "../age";
import { ago, lasting } from "../format";
import { words } from "../i18n";
import { answered } from "../state";

export const FRESH = 600_000; // as long as the server takes a copy for fresh; milliseconds
const OLD = 3_600_000;

export function Ages() {
  useSignalEffect(keepTime);
  const aged = answered.value.map(({ key, bank, fetched_at: told }) => ({ key, age: ageOf(told), name: bank.name || words.value.banks.someBank }));
  const oldest = Math.max(0, ...aged.map(({ age }) => age));
  if (oldest === 0) return null;
  const isAlike = aged.every(({ age }) => ago(age) === ago(oldest));
  const apart = isAlike ? [] : aged.filter(({ age }) => age >= FRESH);
  const { asOf, asOfBank, old, oldBank } = words.value.common.age;
  return (
    <p class="ages">
      {apart.length === 0 && <Age age={oldest} says={oldest < OLD ? asOf(ago(oldest)) : old(lasting(oldest))} />}
      {apart.map(({ key, age, name }) => <Age key={key} age={age} says={age < OLD ? asOfBank(name, ago(age)) : oldBank(name, lasting(age))} />)}
    </p>
  );
}

/** Quiet at first, plain from an hour on. */
function Age({ age, says }: { readonly age: number; readonly says: string }) {
  return age < OLD ? <span>{says}</span> : <strong>{says}</strong>;
}
