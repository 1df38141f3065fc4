/**
 * The transactions as a file. The banks are asked once more, by the server, which writes the file while it sends it.
 *
 * A form's own download would put a failing bank's page in place of the dashboard; so the program sends the form, keeps
 * the file in its memory until the browser has it, and says here what went wrong. The filter goes in the body: no address
 * has it.
 */

import "../styles/export.css";
import { useId, useState } from "preact/hooks";
import { isFiltered } from "../filter";
import { count } from "../format";
import { words } from "../i18n";
import { Refusal, hand } from "../refusal";
import { answered, book, filter, reach, selection, today } from "../state";
import { fetchFile, fieldsOf } from "./export/request";
import type { Format } from "./export/request";

const FORMATS = ["csv", "json", "ofx"] as const satisfies readonly Format[];
const SPANS = [30, 90, 365, 730] as const;
/** What the server leaves out, if asked to, instead of refusing. */
const LEAVABLE = ["export_incomplete", "export_needs_attention"];

type State =
  | { readonly is: "ready" }
  | { readonly is: "working" }
  | { readonly is: "saved"; readonly name: string }
  | { readonly is: "failed"; readonly fault: Refusal };

export function Export() {
  const say = words.value.exporting;
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" class="quiet fold" aria-expanded={open} aria-controls="export" onClick={() => setOpen(!open)}>{say.open}</button>
      <div id="export" class="export" hidden={!open} role="group" aria-label={say.title}>{open && <Panel />}</div>
    </>
  );
}

function Panel() {
  const say = words.value.exporting;
  const [everything, setEverything] = useState(false);
  const [format, setFormat] = useState<Format>("csv");
  const [days, setDays] = useState<number>(reach.value);
  const [state, setState] = useState<State>({ is: "ready" });
  const spans = SPANS.filter((span) => span <= reach.value);
  const first = today.value - days + 1;
  const chosen = rowsSince(first, everything);
  const impossible = !everything && format === "ofx" && filter.value.pending === "yes";
  const banks = answered.value.length;

  const save = async (partial: boolean): Promise<void> => {
    if (state.is === "working") return;
    setState({ is: "working" });
    try {
      const file = await fetchFile(fieldsOf(everything ? null : filter.value, { format, first, today: today.value, partial }));
      hand(file);
      setState({ is: "saved", name: file.name });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setState({ is: "failed", fault: error });
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void save(false);
      }}
    >
      {isFiltered(filter.value) && (
        <fieldset>
          <legend>{say.which}</legend>
          <Radio name="which" checked={!everything} onChoose={() => setEverything(false)} label={counted(say.shown, rowsSince(first, false))} />
          <Radio name="which" checked={everything} onChoose={() => setEverything(true)} label={counted(say.all, rowsSince(first, true))} />
        </fieldset>
      )}
      <fieldset>
        <legend>{say.how}</legend>
        {FORMATS.map((each) => (
          <Radio key={each} name="format" checked={format === each} onChoose={() => setFormat(each)} label={say.formats[each][0]!} why={say.formats[each][1]!} />
        ))}
      </fieldset>
      <Days days={days} spans={spans} onChoose={setDays} />
      <p class="soft">{say.note(banks)}</p>
      {impossible && <p class="error">{say.ofxPending}</p>}
      <div class="acts">
        <button aria-disabled={impossible || chosen === 0 || state.is === "working"} aria-busy={state.is === "working"} onClick={(event) => (impossible || chosen === 0) && event.preventDefault()}>
          {say.save}
        </button>
        {chosen === 0 && <span class="soft">{say.nothing}</span>}
      </div>
      <div role="status">
        {state.is === "working" && <p>{say.working(banks)}</p>}
        {state.is === "saved" && <p>{say.saved(state.name)}</p>}
      </div>
      <div role="alert">{state.is === "failed" && <Failed fault={state.fault} onPartial={() => void save(true)} />}</div>
    </form>
  );
}

function Failed({ fault, onPartial }: { fault: Refusal; onPartial: () => void }) {
  const say = words.value.exporting;
  if (fault.status === 401) return <div class="notice broken"><p>{say.over}</p><p><a href="/setup">{say.connect}</a></p></div>;
  const own: Readonly<Record<string, string>> = { offline: say.offline, broken: say.broken };
  const isLeavable = LEAVABLE.includes(fault.code);
  return (
    <div class="notice broken">
      <h3>{own[fault.code] ?? (fault.title || say.failed(fault.status))}</h3>
      {fault.detail && <p>{fault.detail}</p>}
      {fault.nextStep && !isLeavable && <p>{fault.nextStep}</p>}
      {isLeavable && <p class="acts"><button type="button" class="quiet" onClick={onPartial}>{say.partial}</button></p>}
    </div>
  );
}

function Days({ days, spans, onChoose }: { days: number; spans: readonly number[]; onChoose: (days: number) => void }) {
  const say = words.value.exporting;
  const id = useId();
  return (
    <div class="span">
      <label for={id}>{say.days}</label>
      <select id={id} value={days} onChange={({ currentTarget }) => onChoose(Number(currentTarget.value))}>
        {spans.map((span) => <option key={span} value={span}>{say.span[span as (typeof SPANS)[number]]}</option>)}
      </select>
    </div>
  );
}

interface RadioProps {
  readonly name: string;
  readonly checked: boolean;
  readonly onChoose: () => void;
  readonly label: string;
  readonly why?: string;
}

function Radio({ name, checked, onChoose, label, why }: RadioProps) {
  return (
    <label class="check">
      <input type="radio" name={`export-${name}`} checked={checked} onChange={onChoose} />
      <span>{label}{why && <small>{why}</small>}</span>
    </label>
  );
}

function counted(say: (rows: string, one: boolean) => string, rows: number): string {
  return say(count(rows), rows === 1);
}

/** Rows from that day on: of the filter, or all. The book is newest first. */
function rowsSince(first: number, everything: boolean): number {
  const { day, size } = book.value;
  const places = everything ? null : selection.value;
  const length = places?.length ?? size;
  let rows = 0;
  while (rows < length && day[places ? places[rows]! : rows]! >= first) rows += 1;
  return rows;
}
