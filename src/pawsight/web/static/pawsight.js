// Sends the form's photos in the background, one request each, and puts the cards that the server answers with on the
// page. Without this script the same form works by itself.
"use strict";

const AT_ONCE = 2;

const form = document.getElementById("ask");
const input = document.getElementById("image");
const answers = document.getElementById("answers");
const status = document.getElementById("status");
const maxBytes = Number(form.dataset.maxBytes);

const queue = [];
let running = 0;

function fromTemplate(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

function waitingCard(file) {
  const card = fromTemplate("waiting");
  const preview = card.querySelector("img");
  preview.addEventListener("error", () => preview.closest("figure").remove());
  preview.src = URL.createObjectURL(file);
  card.querySelector("bdi").textContent = file.name;
  return card;
}

function megabytes(bytes) {
  const format = { style: "unit", unit: "megabyte", maximumFractionDigits: 1 };
  return (bytes / 1e6).toLocaleString(document.documentElement.lang, format);
}

function failedCard(id, file) {
  const card = fromTemplate(id);
  card.querySelector("bdi").textContent = file.name;
  const detail = card.querySelector(".detail");
  detail.textContent = detail.textContent.replace("{size}", megabytes(file.size));
  return card;
}

async function askServer(file) {
  const body = new FormData();
  body.append(input.name, file);
  try {
    const response = await fetch(form.action, { method: "POST", body });
    return cardOf(new DOMParser().parseFromString(await response.text(), "text/html"));
  } catch {
    return failedCard("unreachable", file);
  }
}

function cardOf(page) {
  return document.adoptNode(page.querySelector(".answer"));
}

async function show(card, instead) {
  await card.querySelector(".photo")?.decode().catch(() => {});  // no blank between preview and photo
  const preview = instead.querySelector("img");
  instead.replaceWith(card);
  if (preview) URL.revokeObjectURL(preview.src);
  status.textContent = card.querySelector("h1, h2").textContent;
}

async function next() {
  if (running === AT_ONCE || queue.length === 0) return;
  const { file, card } = queue.shift();
  running += 1;
  await show(file.size > maxBytes ? failedCard("too-large", file) : await askServer(file), card);
  running -= 1;
  next();
}

function ask(files) {
  const asked = Array.from(files, (file) => ({ file, card: waitingCard(file) }));
  if (asked.length === 0) return;
  answers.prepend(...asked.map(({ card }) => card));
  queue.push(...asked);
  answers.scrollIntoView({ block: "nearest" });
  for (let lane = 0; lane < AT_ONCE; lane += 1) next();
}

function refusal(response) {
  const reasons = { 403: _("This photo is another visitor's"), 404: _("This answer is not here") };
  return new Error(reasons[response.status] ?? _("Something went wrong on our side"));
}

async function forget(asked) {
  const response = await fetch(asked.dataset.url, { method: "DELETE" });
  if (!response.ok && response.status !== 404) throw refusal(response);
  asked.closest(".answer").remove();
  status.textContent = _("The photo is forgotten.");
  input.focus();
}

async function correct(asked, label) {
  const body = JSON.stringify({ correction: label || null });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(asked.dataset.url, { method: "PATCH", headers, body });
  if (!response.ok) throw refusal(response);
  const page = await (await fetch(asked.dataset.page)).text();
  const fresh = cardOf(new DOMParser().parseFromString(page, "text/html")).querySelector(".correct");
  asked.replaceWith(fresh);
  status.textContent = fresh.querySelector("span").textContent;
  fresh.querySelector("button").focus();
}

function complain(asked, error) {
  const alert = asked.parentElement.querySelector(".alert-text") ?? document.createElement("p");
  alert.className = "alert-text";
  alert.role = "alert";
  alert.textContent = _("That did not work: {reason}.", { reason: error.message });
  asked.after(alert);
}

input.addEventListener("change", () => {
  ask(input.files);
  input.value = "";  // so that the same photo can be chosen again
});
document.addEventListener("paste", (event) => ask(event.clipboardData.files));
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  form.classList.add("over");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) form.classList.remove("over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  ask(event.dataTransfer.files);
});
answers.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = event.target;
  const done = asked.matches(".correct") ? correct(asked, event.submitter.value) : forget(asked);
  done.catch((error) => complain(asked, error));
});
form.classList.add("live");
