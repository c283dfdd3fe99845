// The form on the page about the API: sends the request, and shows the response below. Without this script the browser
// shows the response by itself.

import { _ } from "./i18n.js";

const [form, response] = ["try-it", "response"].map((id) => document.getElementById(id));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const started = performance.now();
  response.hidden = false;
  try {
    const reply = await fetch(form.action, { method: "POST", body: new FormData(form) });
    const seen = `${reply.status} ${reply.statusText} · ${Math.round(performance.now() - started)} ms`;
    response.firstElementChild.textContent = `${seen}\n${JSON.stringify(await reply.json(), null, 2)}`;
  } catch {
    response.firstElementChild.textContent = _("Pawsight cannot be reached");
  }
  response.focus();
});
