/** "Keep my trends": what is kept where, and what can be done with it. Nothing is kept before somebody says so. */

import { useEffect, useRef, useState } from "preact/hooks";
import { bytes, month as monthName } from "../../format";
import { words } from "../../i18n";
import { Refused } from "../../parts/refused";
import { Refusal } from "../../refusal";
import { capsule } from "../../trends/capsule";
import { dropped, keep, keeping, keptFrom, stop, trends } from "../../trends/state";
import { Bring } from "./bring";
import { Save } from "./save";

/** What an act says while it runs and when it is done; null where the act says it in another way. */
export interface Act {
  readonly busy: string;
  readonly run: () => Promise<string | null>;
}

type State =
  | { readonly is: "idle" }
  | { readonly is: "busy" | "done"; readonly says: string }
  | { readonly is: "failed"; readonly refusal: Refusal };
type Panel = "save" | "bring" | "stop";

/** `isOffered`: the visitor's tier has trends. Without it what is kept can be saved and removed. */
export function Keeping({ isOffered }: { readonly isOffered: boolean }) {
  const say = words.value.trends.keeping;
  const [panel, setPanel] = useState<Panel | null>(null);
  const [state, setState] = useState<State>({ is: "idle" });
  const heading = useRef<HTMLHeadingElement>(null);
  const isOn = capsule.value !== null;
  const isUnreadable = isOn && keeping.value === "unreadable";
  const busy = state.is === "busy";

  // A button or a form that goes away with what it was for would drop the focus.
  useEffect(() => {
    if (state.is === "done" && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [state]);

  // On a phone it opens below the window's edge, where nobody would look for it.
  useEffect(() => {
    if (panel !== null) document.getElementById("trends-panel")?.scrollIntoView({ block: "nearest" });
  }, [panel]);

  const act = async ({ busy: says, run }: Act): Promise<void> => {
    if (busy) return;
    setState({ is: "busy", says });
    try {
      const done = await run();
      setPanel(null);
      setState(done === null ? { is: "idle" } : { is: "done", says: done });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setState({ is: "failed", refusal: error });
    }
  };
  const open = (which: Panel): void => {
    setState({ is: "idle" });
    setPanel(panel === which ? null : which);
  };
  const start = { busy: say.starting, run: async () => (await keep(), keeping.value === "blocked" ? null : say.started) };
  const opener = (which: Panel): preact.ComponentChildren => (
    <button type="button" class="quiet" aria-expanded={panel === which} aria-controls="trends-panel" onClick={() => open(which)}>
      {say[which]}
    </button>
  );

  return (
    <section class="sheet trends keeping" aria-labelledby="trends-keeping">
      <header>
        <h2 id="trends-keeping" ref={heading} tabIndex={-1}>{say.title}</h2>
      </header>
      <div>
        <p class="text">{say.what}</p>
        {isUnreadable && (
          <div class="notice">
            <h3>{say.unreadable}</h3>
            <p>{say.unreadableDetail}</p>
          </div>
        )}
        {isOn && !isUnreadable && isOffered && <p class="text held-now">{keptNow()}</p>}
        <StoredToo />
        {dropped.value > 0 && <p class="warn">{say.dropped(dropped.value)}</p>}
        {keeping.value === "blocked" && <p class="error" role="alert">{say.blocked}</p>}
        <div class="acts">
          {!isOn && isOffered && <button type="button" aria-busy={busy} onClick={() => void act(start)}>{say.start}</button>}
          {isUnreadable && isOffered && <button type="button" aria-busy={busy} onClick={() => void act(start)}>{say.anew}</button>}
          {isOn && !isUnreadable && opener("save")}
          {isOffered && opener("bring")}
          {isOn && opener("stop")}
        </div>
        <div id="trends-panel">
          {panel === "save" && <Save busy={busy} onSave={act} onCancel={() => open("save")} />}
          {panel === "bring" && <Bring busy={busy} onBring={act} onCancel={() => open("bring")} />}
          {panel === "stop" && <Stop busy={busy} onStop={act} onCancel={() => open("stop")} />}
        </div>
        <p role="status">{state.is === "busy" || state.is === "done" ? state.says : ""}</p>
        {state.is === "failed" && (state.refusal.code === CLOSED ? <Closed /> : <Refused refusal={state.refusal} />)}
      </div>
    </section>
  );
}

/** A file that the server cannot open: it does not say whether it is the passphrase or the file. */
const CLOSED = "trends_file_unreadable";

function Closed() {
  const { closed, closedDetail } = words.value.trends.keeping;
  return (
    <div class="notice broken" role="alert">
      <h3>{closed}</h3>
      <p>{closedDetail}</p>
    </div>
  );
}

/** What the account stores of them, where the person asked for that on its page. */
function StoredToo() {
  const whose = trends.value?.stored ?? null;
  if (whose === null) return null;
  const { stored } = words.value.trends.keeping;
  return <p class="text">{stored[whose]} <a href="/account#stored-trends">{stored.see}</a></p>;
}

function keptNow(): string {
  const say = words.value.trends.keeping;
  if (keptFrom.value === null) return say.keptEmpty;
  return `${say.kept(monthName(keptFrom.value), bytes(capsule.value?.length ?? 0))} ${say.leave}`;
}

export interface Asks {
  readonly busy: boolean;
  readonly onCancel: () => void;
}

function Stop({ busy, onStop, onCancel }: Asks & { readonly onStop: (act: Act) => Promise<void> }) {
  const say = words.value.trends.keeping;
  return (
    <div class="notice" role="group" aria-label={say.stopQuestion}>
      <h3>{say.stopQuestion}</h3>
      <p>{say.stopDetail}</p>
      <p class="acts">
        <button type="button" aria-busy={busy} onClick={() => void onStop({ busy: say.stopping, run: async () => (await stop(), say.stopped) })}>{say.stopNow}</button>
        <button type="button" class="quiet" onClick={onCancel}>{say.cancel}</button>
      </p>
    </div>
  );
}
