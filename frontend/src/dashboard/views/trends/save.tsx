/** A file of what is kept, that a passphrase opens: typed twice, since nobody can ever tell it again. */

import { useState } from "preact/hooks";
import { words } from "../../i18n";
import { save } from "../../trends/state";
import { Field } from "./field";
import type { Act, Asks } from "./keeping";

const LEAST = 12; // characters, as the server counts them (docs/trends.md)

export function Save({ busy, onSave, onCancel }: Asks & { readonly onSave: (act: Act) => Promise<void> }) {
  const say = words.value.trends.keeping;
  const [wrong, setWrong] = useState({ passphrase: "", again: "" });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const [passphrase, again] = ["passphrase", "again"].map((name) => String(new FormData(form).get(name))) as [string, string];
    const found = {
      passphrase: [...passphrase.normalize("NFKC")].length < LEAST ? say.tooShort : "",
      again: passphrase === again ? "" : say.unlike,
    };
    setWrong(found);
    const first = found.passphrase ? "passphrase" : found.again ? "again" : "";
    if (first) return form.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
    void onSave({ busy: say.saving, run: async () => say.saved(await save(passphrase)) });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Field name="passphrase" type="password" autocomplete="new-password" label={say.passphrase} why={say.passphraseWhy} wrong={wrong.passphrase} />
      <Field name="again" type="password" autocomplete="new-password" label={say.again} wrong={wrong.again} />
      <p class="acts">
        <button aria-busy={busy}>{say.saveNow}</button>
        <button type="button" class="quiet" onClick={onCancel}>{say.cancel}</button>
      </p>
    </form>
  );
}
