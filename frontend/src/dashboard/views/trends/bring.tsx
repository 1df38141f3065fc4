/** The months of a file that was saved, here or in another browser. */

import { useState } from "preact/hooks";
import { words } from "../../i18n";
import { bring } from "../../trends/state";
import { Field } from "./field";
import type { Act, Asks } from "./keeping";

const LARGEST = 400 * 1024; // bytes, MAX_FILE of keepless/web/trends.py

export function Bring({ busy, onBring, onCancel }: Asks & { readonly onBring: (act: Act) => Promise<void> }) {
  const say = words.value.trends.keeping;
  const [wrong, setWrong] = useState({ file: "", passphrase: "" });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const [file, passphrase] = [fields.get("file"), String(fields.get("passphrase"))];
    const isChosen = file instanceof File && file.size > 0;
    const found = {
      file: !isChosen ? say.fileMissing : file.size > LARGEST ? say.tooLarge : "",
      passphrase: passphrase ? "" : say.passphraseMissing,
    };
    setWrong(found);
    const first = found.file ? "file" : found.passphrase ? "passphrase" : "";
    if (first) return form.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    if (isChosen) void onBring({ busy: say.bringing, run: async () => (await bring(await file.text(), passphrase), say.brought) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Field name="file" type="file" accept=".json,application/json" label={say.file} why={say.fileWhy} wrong={wrong.file} />
      <Field name="passphrase" type="password" autocomplete="off" label={say.passphrase} wrong={wrong.passphrase} />
      <p class="acts">
        <button aria-busy={busy}>{say.bringNow}</button>
        <button type="button" class="quiet" onClick={onCancel}>{say.cancel}</button>
      </p>
    </form>
  );
}
