// The page of a bank with OAuth: the person allows or denies, and goes back to where they came from.
"use strict";

const state = window.location.hash.slice(1);
const find = (selector) => document.querySelector(selector);
const buttons = () => document.querySelectorAll("button");

async function ask(path, body) {
  const request = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, request);
  return { ok: answer.ok, fields: await answer.json() };
}

function show(problem) {
  find("#problem").textContent = problem;
  find("#problem").hidden = false;
}

async function decide(username) {
  for (const button of buttons()) button.disabled = true;
  find("#problem").hidden = true;
  find("#busy").textContent = "Going back";
  try {
    const { ok, fields } = await ask("/link/oauth/decide", { state, username });
    if (ok && fields.address) {
      window.location.assign(fields.address);
      return;
    }
    if (ok) {
      window.opener?.postMessage(fields.handed, window.location.origin);
      window.close();
      return;
    }
    show(fields.display_message ?? fields.error_message);
  } catch {
    show("The local Plaid does not answer. Is it still running?");
  }
  find("#busy").textContent = "";
  for (const button of buttons()) button.disabled = false;
}

function person(name, place) {
  const label = document.createElement("label");
  const radio = document.createElement("input");
  Object.assign(radio, { type: "radio", name: "user", value: name, checked: place === 0 });
  label.dataset.user = name;
  label.append(radio, name);
  return label;
}

async function start() {
  const { ok, fields } = await ask(`/link/oauth/bank?${new URLSearchParams({ state })}`);
  if (!ok) {
    show(fields.display_message ?? fields.error_message);
    return;
  }
  document.title = `${fields.bank}: local Plaid`;
  find("#title").textContent = fields.bank;
  find("#lead").textContent = `${fields.client_name} asks to read your accounts here. Invented people; nothing leaves this machine.`;
  find("#banks").replaceChildren(...fields.users.map(person));
  find("#who").hidden = fields.update; // the bank knows who comes back
  find("#ask").hidden = false;
  find("[data-allow]").addEventListener("click", () => decide(find('input[name="user"]:checked').value));
  find("[data-deny]").addEventListener("click", () => decide(null));
}

start();
