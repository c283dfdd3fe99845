// Own classes: photos go up some at a time, by choosing or dropping them, and the page sees when learning is done.
// Without this script the same forms work by themselves.
import { _ } from "./i18n.js";

const AT_ONCE = 10;
const EVERY = 1000;

const REDRAWN = ["photos-of-classes", "forecast-and-training"];

const said = document.getElementById("status");
const uploads = new Set();

async function send(form, files) {
  const body = new FormData(form);
  body.delete(form.querySelector("[type=file]").name);
  for (const file of files) body.append(form.querySelector("[type=file]").name, file);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok || !response.headers.get("Content-Type").startsWith("application/json")) throw new Error();
  return (await response.json()).failed;
}

async function upload(form, files) {
  const button = form.querySelector("button");
  const failed = [];
  button.disabled = true;
  try {
    for (let at = 0; at < files.length; at += AT_ONCE) {
      button.textContent = said.textContent = _("{done} of {total} photos", { done: at, total: files.length });
      failed.push(...await send(form, files.slice(at, at + AT_ONCE)));
    }
  } catch {
    failed.push({ name: "", reason: _("Something went wrong") });
  }
  complain(failed);
}

function begin(form, files) {
  if (uploads.size === 0) document.getElementById("failed").replaceChildren();
  const running = upload(form, files).finally(() => {
    uploads.delete(running);
    if (uploads.size === 0) redraw();
  });
  uploads.add(running);
}

// In place of a reload, which would take away what is being typed for the next class.
async function redraw() {
  try {
    const response = await fetch(location.pathname);
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    const parts = REDRAWN.map((id) => fresh.getElementById(id));
    if (!parts.every(Boolean)) throw new Error();
    for (const part of parts) document.getElementById(part.id).replaceWith(part);
  } catch {
    location.reload();
  }
}

function complain(failed) {
  if (failed.length === 0) return;
  const list = document.createElement("ul");
  list.className = "note trouble";
  list.role = "alert";
  for (const { name, reason } of failed) {
    const line = document.createElement("li");
    line.textContent = name ? `${name}: ${reason}` : reason;
    list.append(line);
  }
  document.getElementById("failed").append(list);
}

async function look() {
  const progress = document.getElementById("progress");
  if (!progress?.dataset.url) return;
  try {
    const page = await (await fetch(progress.dataset.url)).text();
    const fresh = new DOMParser().parseFromString(page, "text/html").getElementById("progress");
    if (fresh?.dataset.state !== "running") return location.reload();
    progress.replaceWith(fresh);
  } catch {
    // the server may be starting again; the job goes on without it
  }
  setTimeout(look, EVERY);
}

document.addEventListener("submit", (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (form.matches(".add-photos")) {
    event.preventDefault();
    begin(form, Array.from(form.querySelector("[type=file]").files));
  } else if (uploads.size) {
    // It leaves the page, which would end the uploads.
    event.preventDefault();
    Promise.allSettled(uploads).then(() => form.requestSubmit(event.submitter));
  }
});

const cardOf = (event) => event.target.closest?.(".class:has(.add-photos)");

document.addEventListener("dragover", (event) => {
  if (!cardOf(event)) return;
  event.preventDefault();
  cardOf(event).classList.add("over");
});
document.addEventListener("dragleave", (event) => cardOf(event)?.classList.remove("over"));
document.addEventListener("drop", (event) => {
  const card = cardOf(event);
  if (!card) return;
  event.preventDefault();
  card.classList.remove("over");
  begin(card.querySelector(".add-photos"), Array.from(event.dataTransfer.files));
});
setTimeout(look, EVERY);
