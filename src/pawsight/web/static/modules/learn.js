// Own classes: photos go up some at a time, by choosing or dropping them, and the page sees when learning is done.
// Without this script the same forms work by themselves.
import { _ } from "./i18n.js";

const AT_ONCE = 10;
const EVERY = 1000;

const said = document.getElementById("status");

async function send(form, files) {
  const body = new FormData(form);
  body.delete(form.querySelector("[type=file]").name);
  for (const file of files) body.append(form.querySelector("[type=file]").name, file);
  const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!response.ok || !response.headers.get("Content-Type").startsWith("application/json")) throw new Error();
  return (await response.json()).failed;
}

async function bring(form, files) {
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
  if (failed.length) sessionStorage.setItem("failed", JSON.stringify(failed));
  location.reload();
}

function complain() {
  const failed = JSON.parse(sessionStorage.getItem("failed") ?? "[]");
  sessionStorage.removeItem("failed");
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

for (const form of document.querySelectorAll(".bring")) {
  const card = form.closest(".class");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    bring(form, Array.from(form.querySelector("[type=file]").files));
  });
  card.addEventListener("dragover", (event) => {
    event.preventDefault();
    card.classList.add("over");
  });
  card.addEventListener("dragleave", () => card.classList.remove("over"));
  card.addEventListener("drop", (event) => {
    event.preventDefault();
    card.classList.remove("over");
    bring(form, Array.from(event.dataTransfer.files));
  });
}
complain();
setTimeout(look, EVERY);
