// The dialog of the local Plaid: picks a bank and a test user, and tells the page that opened it.
"use strict";

const given = new URLSearchParams(window.location.hash.slice(1) || window.location.search);
const token = given.get("token") ?? "";
const origin = given.get("origin");
const state = given.get("state");
const framed = window.parent !== window;
const find = (selector) => document.querySelector(selector);
let choices = null;
let failure = null;

function tell(message) {
  if (framed && origin) window.parent.postMessage(message, origin);
}

function say(text) {
  find("#busy").textContent = text;
}

function show(problem) {
  const line = find("#problem");
  line.textContent = problem;
  line.hidden = false;
}

async function ask(path, body) {
  const request = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, request);
  return { ok: answer.ok, fields: await answer.json() };
}

function chosenBank() {
  const id = find('input[name="bank"]:checked').value;
  return choices.institutions.find((each) => each.institution_id === id);
}

function exit() {
  const status = choices?.update ? "requires_credentials" : "institution_not_found";
  const session = choices?.session ?? "";
  tell({
    action: "exit",
    error: failure,
    metadata: { institution: null, status, link_session_id: session, request_id: failure?.request_id ?? "" },
  });
  if (!framed) say("You can close this window.");
}

async function send(path, body) {
  const buttons = [...document.querySelectorAll("button:not([data-exit])")];
  find("#problem").hidden = true;
  for (const button of buttons) button.disabled = true;
  say("Connecting");
  try {
    const { ok, fields } = await ask(path, body);
    if (ok) {
      tell({ action: "success", public_token: fields.public_token, metadata: fields.metadata });
      if (!framed) say("Connected. You can close this window.");
      return;
    }
    show(fields.display_message ?? fields.error_message);
    const { error_type, error_code, error_message } = fields;
    tell({ action: "event", name: "ERROR", metadata: { error_type, error_code, error_message } });
  } catch {
    show("The local Plaid does not answer. Is it still running?");
  }
  say("");
  for (const button of buttons) button.disabled = false;
}

// A bank with OAuth: the page is left for the bank's own, or where Link has no address to come back to, a window opens.
async function goToBank({ institution_id }) {
  const bankWindow = choices.leaves ? null : window.open("about:blank", "local-plaid-bank", "popup,width=520,height=640");
  const { ok, fields } = await ask("/link/oauth/start", { token, institution_id });
  if (!ok) {
    bankWindow?.close();
    show(fields.display_message ?? fields.error_message);
  } else if (choices.leaves) {
    tell({ action: "leave", address: fields.address });
  } else if (bankWindow) {
    bankWindow.location = fields.address;
  } else {
    show("The browser let no window open. Allow windows for this page, then try again.");
  }
}

async function comeBack() {
  const { ok, fields } = await ask("/link/oauth/resume", { token, state });
  if (ok) {
    tell(fields);
    return;
  }
  show(fields.display_message ?? fields.error_message);
  failure = fields;
}

function logIn(username, password) {
  send("/link/connect", { token, institution_id: chosenBank().institution_id, username, password });
}

function userButton({ username, password, text }) {
  const button = document.createElement("button");
  const note = document.createElement("small");
  button.type = "button";
  button.dataset.user = username;
  note.textContent = text;
  button.append(username, note);
  button.addEventListener("click", () => logIn(username, password));
  return button;
}

function showUsers() {
  const bank = chosenBank();
  const own = { username: bank.user, password: "x", text: "The one customer of this bank" };
  find("#users").replaceChildren(...(bank.user ? [own] : choices.users).map(userButton));
  find("#users").hidden = bank.oauth;
  find("#elsewhere").hidden = !bank.oauth;
  find("#custom").hidden = bank.oauth || Boolean(bank.user);
}

function bankChoice(bank, place) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  label.dataset.institution = bank.institution_id;
  Object.assign(radio, { type: "radio", name: "bank", value: bank.institution_id, checked: place === 0 });
  radio.addEventListener("change", () => {
    showUsers();
    const { institution_id, name: institution_name } = bank;
    tell({ action: "event", name: "SELECT_INSTITUTION", metadata: { institution_id, institution_name } });
  });
  // A pointer's choice goes there at once. The arrow keys only walk the list: for them there is a button.
  if (bank.oauth) label.addEventListener("click", (event) => event.target !== radio && event.detail > 0 && goToBank(bank));
  label.append(radio, bank.name);
  return label;
}

function showUpdate() {
  find("#title").textContent = `Log in again at ${choices.institutions[0].name}`;
  find("#update").hidden = false;
  const [bank] = choices.institutions;
  const repair = () => (bank.oauth ? goToBank(bank) : send("/link/repair", { token }));
  find("[data-repair]").addEventListener("click", repair);
}

function showBanks() {
  find("#lead").textContent = `For ${choices.client_name}. Test banks and invented people; nothing leaves this machine.`;
  find("#banks").replaceChildren(...choices.institutions.map(bankChoice));
  find("#connect").hidden = false;
  showUsers();
  find('[data-user="user_custom"]').addEventListener("click", () => {
    const text = find("#json").value.trim();
    if (text) logIn("user_custom", text);
    else show("Paste a custom user's JSON first.");
  });
  find("[data-continue]").addEventListener("click", () => goToBank(chosenBank()));
}

async function start() {
  find("[data-exit]").addEventListener("click", exit);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") exit();
  });
  window.addEventListener("message", (message) => {
    if (message.origin === window.location.origin && message.source !== window) tell(message.data);
  });
  const { ok, fields } = await ask(`/link/choices?${new URLSearchParams({ token })}`);
  if (!ok) {
    show("This link has expired. Close it and start again.");
    tell({ action: "event", name: "ERROR", metadata: { error_code: fields.error_code } });
    failure = fields;
  } else {
    choices = fields;
    if (state !== null) await comeBack();
    else (choices.update ? showUpdate : showBanks)();
  }
  find("main").focus();
}

start();
